#!/bin/sh
# The worker of Idlewatt's practice programme: behaves like provider software, earns nothing, touches nothing but its own folder.
# Usage: practice-worker.sh prepare FOLDER | run
# Environment: PRACTICE_NAME, PRACTICE_TOKEN, PRACTICE_BEHAVIOUR (usual, crashes, fails-jobs, no-jobs, unwell, silent, deaf, leaves-child),
#              PRACTICE_WAIT and PRACTICE_WORK (seconds between jobs and of a job).
set -u

if [ "${1:-}" = prepare ]; then
  folder=${2:?"prepare needs a folder"}
  mkdir -p "$folder" || exit 4
  echo 'Made by the practice programme. Leaving it removes this folder.' > "$folder/prepared.txt" || exit 4
  echo "practice: prepared $folder"
  exit 0
fi
if [ "${1:-}" != run ]; then
  echo "practice: asked for \"${1:-}\", which it does not know; it knows prepare and run" >&2
  exit 2
fi

behaviour=${PRACTICE_BEHAVIOUR:-usual}
wait_seconds=${PRACTICE_WAIT:-20}
work_seconds=${PRACTICE_WORK:-10}
job=0
sleeper=

# A sleep in the background and `wait` for it: a signal is answered at once.
pause() {
  sleep "$1" &
  sleeper=$!
  wait "$sleeper" 2>/dev/null
  sleeper=
}

ending() {
  trap '' TERM INT
  [ -n "$sleeper" ] && kill "$sleeper" 2>/dev/null
  [ "$1" -gt 0 ] && echo "practice: job $1 cancelled"
  echo 'practice: ended'
  exit 0
}

current=0
if [ "$behaviour" = deaf ]; then trap '' TERM INT; else trap 'ending "$current"' TERM INT; fi

echo 'practice: worker 1'
echo "practice: starting as ${PRACTICE_NAME:-nameless}"
# A careless program prints its secret: what reads this line must not keep it.
[ -n "${PRACTICE_TOKEN:-}" ] && echo "practice: signed in with token=$PRACTICE_TOKEN"
if [ "$behaviour" = silent ]; then
  while :; do pause 3600; done
fi
if [ "$behaviour" = leaves-child ]; then
  ( trap '' TERM INT HUP; exec sleep 3600 ) &
  echo "practice: left a child behind: $!"
fi
echo 'practice: ready'

while :; do
  # No line after the error until the next one: the last line says how it is.
  if [ "$behaviour" = unwell ]; then echo 'practice: error: the practice server does not answer'; pause "$wait_seconds"; continue; fi
  if [ "$behaviour" = no-jobs ]; then echo 'practice: no job was offered'; else echo 'practice: waiting for a job'; fi
  pause "$wait_seconds"
  [ "$behaviour" = crashes ] && { echo 'practice: crashing, as it was told to' >&2; exit 7; }
  [ "$behaviour" = no-jobs ] && continue
  job=$((job + 1))
  current=$job
  echo "practice: job $job started"
  pause "$work_seconds"
  current=0
  if [ "$behaviour" = fails-jobs ]; then echo "practice: job $job failed"; else echo "practice: job $job finished in $work_seconds s"; fi
done
