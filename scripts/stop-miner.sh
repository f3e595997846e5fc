#!/bin/sh
# Stops the running miner: by its process id, in good order. An argument names another data folder.
. "$(dirname -- "$0")/common.sh"

case "${1:-}" in
  -h | --help) printf 'Usage: %s [DATA-FOLDER]\n' "$name"; exit 0 ;;
  -*) die "unknown flag $1" ;;
esac
stop_program miner "${1:-}"
