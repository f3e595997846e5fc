#!/bin/sh
# Starts a miner in the foreground.
. "$(dirname -- "$0")/common.sh"

usage() {
  cat <<USAGE
Usage: $name [ADDRESS] [-t N] [-l LEVEL] [-- FLAGS]

  ADDRESS               pool, as HOST or HOST:PORT; default 127.0.0.1, port 7777
  -t, --threads N       search threads; default: one less than the processor cores
  -l, --log LEVEL       trace, debug, info, warn or error; default: RUST_LOG, else info
  -r, --rebuild         build the program again first
  -h, --help            this help

All flags: node dist/main.js miner --help
USAGE
}

rebuild=0
set -- "$@" --end-of-words
while [ "$1" != --end-of-words ]; do
  case "$1" in
    -t | --threads) need "$1" "$2"; set -- "$@" --threads "$2"; shift 2 ;;
    -l | --log) need "$1" "$2"; set -- "$@" --log "$2"; shift 2 ;;
    -r | --rebuild) rebuild=1; shift ;;
    -h | --help) usage; exit 0 ;;
    --) shift; while [ "$1" != --end-of-words ]; do set -- "$@" "$1"; shift; done ;;
    -*) die "unknown flag $1; see $name --help" ;;
    *) set -- "$@" "$1"; shift ;;
  esac
done
shift
if [ "$rebuild" = 1 ]; then
  (cd "$root" && npm run --silent build) || exit 1
fi
pitboss miner "$@"
