#!/bin/sh
# Puts itself behind as old daemons do: a session of its own, twice; the first process ends with 0. $1: a file for the daemon's pid; $2 "bare": without its environment.
setsid sh -c '
  setsid sh -c '\''
    if [ "$2" = bare ]; then exec env -i /bin/sh -c "echo \$\$ > $1.new; mv $1.new $1; exec sleep 1000"; fi
    echo $$ > "$1.new"; mv "$1.new" "$1"; echo "the daemon is ready"; exec sleep 1000
  '\'' sh "$1" "$2" &
' sh "$1" "${2:-}" &
until [ -s "$1" ]; do sleep 0.01; done
echo "launched"
