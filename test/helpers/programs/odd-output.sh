#!/bin/sh
# Prints what logs should not hold, and a plain line after it. $1: long | bad-bytes | escapes | token | half | progress.
case "$1" in
  long) head -c "${2:-1048576}" /dev/zero | tr '\0' x; echo ;;
  bad-bytes) printf 'caf\351 \377\376 \303\050 end\n' ;;
  escapes) printf '\033]0;a title\007\033[31;1mred\033[0m \033]8;;http://example.org\033\\a link\033]8;;\033\\ \033[2Jcleared\033(B \302\2331mC1\n' ;;
  token) printf 'signing in with token=%s and Bearer %s\n' "${SECRET:-abc}" "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl" ;;
  half) printf 'a line without an end' ;;
  progress) printf '  10%%\r  50%%\r 100%%\n' ;;
esac
[ "$1" = half ] || echo "a plain line"
