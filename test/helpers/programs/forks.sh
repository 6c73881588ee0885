#!/bin/sh
# Starts two more that outlive it: one of its group, one in a session of its own; writes the three pids to file $1; ends with $2 "ends".
sleep 1000 &
one=$!
setsid sh -c 'echo $$ > "$1.two"; exec sleep 1000' sh "$1" &
until [ -s "$1.two" ]; do sleep 0.01; done
echo "$$ $one $(cat "$1.two")" > "$1.new"
mv "$1.new" "$1"
echo "ready"
[ "${2:-}" = ends ] && exit 0
wait
