# Outside of the guest, started for each call that comes through the door: how many words, and the words, in; what rbd prints, what it
# complains of, and its exit code out; each ended by a NUL. Whoever is killed in there takes it along.
IFS= read -rd '' count
words=()
while ((${#words[@]} < count)); do
  IFS= read -rd '' word || exit
  words+=("$word")
done
complaints=$(mktemp)
exec 3<&0 4<"$complaints" 5>"$complaints"
rm "$complaints"
rbd "${words[@]}" </dev/null 2>&5 &
rbd=$!
{ read -r _ <&3; kill -KILL "$rbd"; } >/dev/null 2>&1 &
gone=$!
wait "$rbd" 2>/dev/null
code=$?
kill "$gone"
printf '\0'
cat <&4
printf '\0%s\0' "$code"
