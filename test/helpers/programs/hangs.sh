#!/bin/sh
# Says that it is ready and then nothing any more; it ends when it is asked to.
echo "ready"
exec sleep 1000
