#!/bin/bash
# The work of a run by hand: what a careful operator could write in one script, and no less careful than the tool.
#   floor.sh safe|bare first|force IMAGE…   with LIVE_CONF, BACKUP_CONF, SSH_CONFIG, POOL
# safe: the tool's own safety calls, two profiles. bare: one snapshot and one pipe for each image.
# Twenty at once. sshd takes ten sessions on a connection, so there are three connections.
set -u -o pipefail
care=$1 mode=$2; shift 2
width=20 masters=3
export TZ=UTC LC_ALL=C
stamp=$(date -u +%Y-%m-%dT%H:%M:%S.000Z) tag=$(cat /proc/sys/kernel/random/uuid) here=$(mktemp -d)
daily="backup;daily;7;$stamp" hourly="backup;hourly;7;$stamp"
trap 'for ((m = 0; m < masters; m++)); do ssh -S "$here/m$m" -F "$SSH_CONFIG" -O exit live; done 2>/dev/null; rm -r "$here"' EXIT

live() { ssh -F "$SSH_CONFIG" -S "$here/m$slot" -o ControlMaster=no -T live "$@"; }
back() { rbd --conf "$BACKUP_CONF" --id admin "$@" --pool="$POOL"; }
objects() { rados --conf "$BACKUP_CONF" --id admin --pool "$POOL" "$@"; }
lrbd="rbd --conf $LIVE_CONF --id admin --pool=$POOL"
from() { [ "$mode" = first ] || echo "--from-snap='$base'"; }

bare() {
  target="$image"
  [ "$mode" = force ] || back create --image="$target" --size 64M || return
  live "$lrbd snap create --no-progress --image=$image --snap='$daily'" || return
  live "$lrbd export-diff --no-progress --image=$image --snap='$daily' $(from) --path=-" |
    back import-diff --no-progress --image="$target" --path=/dev/stdin
}

# Holds the end mark back until the source snapshot has been looked at again, and the lease is surely still held.
held() { head -c -1; standing || return; take 2 || return; printf e; }
take() { objects lock get "$lease" hand --lock-type shared --lock-tag "$tag" --lock-cookie "$1" --lock-duration 600; }
# What a new target has to be like, and that the image is the one that was meant.
known() { [ "$mode" = force ] || echo "&& $lrbd info --image=$image --format json"; }
standing() { live "$lrbd snap ls --image=$image --format json" | grep -qF "$daily"; }

safe() {
  final="alpha;$image;None" lease="lease.$image"
  take 1 || return
  : >"$here/$lease"
  if [ "$mode" = first ]; then
    target="partial-$image"
    back create --image="$target" --size 64M --image-feature layering,exclusive-lock,object-map,fast-diff,deep-flatten || return
  else
    target=$final
  fi
  live "$lrbd snap create --no-progress --image=$image --snap='$daily' && $lrbd snap ls --image=$image --format json $(known)" >"$here/$image" || return
  back image-meta set --image="$target" backurne.base "{\"name\":\"$daily\"}" >/dev/null || return
  [ "$mode" = first ] || back snap rollback --no-progress --image="$target" --snap="$base" || return
  live "$lrbd export-diff --no-progress --image=$image --snap='$daily' $(from) --path=-" | held |
    back import-diff --no-progress --image="$target" --path=/dev/stdin || return
  back snap create --no-progress --image="$target" --snap="$hourly" || return
  back snap ls --image="$target" --format json | grep -qF "$hourly" || return
  [ "$mode" = force ] || back rename --image="$target" --dest-pool="$POOL" --dest="$final"
}

for ((m = 0; m < masters; m++)); do ssh -F "$SSH_CONFIG" -S "$here/m$m" -M -N -f live & done
wait
# The base's name is in the last run's file: the same for all images.
base=$(cat "$STATE" 2>/dev/null)
running=0 failed=0 number=0
for image in "$@"; do
  ((running++ < width)) || wait -n || failed=1
  slot=$((number++ % masters))
  "$care" &
done
while ((running-- > 0)); do wait -n; code=$?; [ $code = 127 ] && break; [ $code = 0 ] || failed=1; done
# With the objects go the locks on them; nobody renewed them, so they were taken for longer than a run lasts.
[ "$care" = bare ] || (cd "$here" && objects rm lease.*) || failed=1
echo "$daily" >"$STATE"
exit $failed
