#!/bin/bash
# rbd is a door in here: two cores emulate it for half a second, and it does the same to a cluster wherever it runs. What it does to
# this machine, its devices (rbd-nbd) and its files, it does in here.
[[ " $* " == *" import "* ]] && exec /usr/bin/rbd "$@"
exec 3<>/dev/tcp/10.0.2.100/7
printf '%q ' "$@" >&3
echo >&3
for what in out complaints code; do IFS= read -rd '' "$what" <&3; done
printf %s "$out"
printf %s "$complaints" >&2
exit "$code"
