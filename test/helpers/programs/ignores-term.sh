#!/bin/sh
# Cannot be asked to end: only SIGKILL ends it.
trap 'echo "not now"' TERM
trap 'echo "not now"' INT
echo "ready"
while :; do sleep 0.1; done
