#!/bin/sh
# Prints $1 numbered lines as fast as it can, then "done"; with 0 it never ends.
if [ "$1" = 0 ]; then exec yes "a line of a flood that never ends, and says nothing new"; fi
seq 1 "$1" | sed 's/$/ a line of a flood/'
echo "done"
