#!/bin/sh
# Says that it starts, and ends with exit code $1; or by signal where $1 is a name as KILL, SEGV.
echo "starting"
echo "cannot go on" >&2
case "$1" in
  [0-9]*) exit "$1" ;;
  *) kill -s "$1" $$ ;;
esac
