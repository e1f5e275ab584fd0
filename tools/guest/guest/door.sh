# Outside of the guest, started for each call that comes through the door: a line of words, quoted for bash, in; what rbd prints,
# what it complains of, and its exit code out, each ended by a NUL.
read -r words
eval "set -- $words"
{ complaints=$(rbd "$@" 2>&1 >&3 </dev/null); code=$?; } 3>&1
printf '\0%s\0%s\0' "${complaints:+$complaints$'\n'}" "$code"
