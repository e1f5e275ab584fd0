#!/bin/bash
# rbd is a door in here: two cores emulate it for half a second, and it does the same to a cluster wherever it runs. What it does to
# this machine, its devices (rbd-nbd) and its files, it does in here.
for word; do
  case $word in import | import-diff | export | export-diff | merge-diff) exec /usr/bin/rbd "$@" ;; esac
done
exec 3<>/dev/tcp/10.0.2.100/7
printf '%s\0' "$#" "$@" >&3
for what in out complaints code; do IFS= read -rd '' "$what" <&3; done
printf %s "$out"
printf %s "$complaints" >&2
exit "$code"
