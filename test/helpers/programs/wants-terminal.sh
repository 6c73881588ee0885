#!/bin/sh
# Refuses to run without a terminal, as launchers do that draw in it. Ends when it is asked to.
if ! [ -t 1 ]; then echo "the input device is not a TTY" >&2; exit 3; fi
trap 'echo "asked to end by INT"; exit 5' INT
trap 'echo "asked to end by TERM"; exit 6' TERM
echo "a terminal of $(stty size), shell ${SHELL:-none}, words: $*"
while :; do sleep 0.1; done
