# Outside of the guest, started for each call that comes through the door: a line of words, quoted for bash, in; what rbd prints,
# what it complains of, and its exit code out, each ended by a NUL. Whoever is killed in there takes it along.
read -r words
eval "set -- $words"
complaints=$(mktemp)
exec 3<&0
rbd "$@" </dev/null 2>"$complaints" &
rbd=$!
{ read -r _ <&3; kill -KILL "$rbd"; } >/dev/null 2>&1 &
gone=$!
wait "$rbd" 2>/dev/null
code=$?
kill "$gone"
printf '\0'
cat "$complaints"
printf '\0%s\0' "$code"
rm "$complaints"
