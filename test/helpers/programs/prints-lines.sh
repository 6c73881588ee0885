#!/bin/sh
# Prints the lines of file $1, one each $2 seconds (0: at once), then works on until SIGTERM or SIGINT; with $3 "ends" it ends.
trap 'echo "asked to end"; exit 0' TERM INT
while IFS= read -r line || [ -n "$line" ]; do
  printf '%s\n' "$line"
  [ "${2:-0}" = 0 ] || sleep "$2"
done < "$1"
[ "${3:-}" = ends ] && exit 0
while :; do sleep 0.1; done
