#!/bin/sh
# Starts the pool server in the foreground.
. "$(dirname -- "$0")/common.sh"

usage() {
  cat <<USAGE
Usage: $name [-p KEY] [-a ADDRESS] [-l LEVEL] [-- FLAGS]

  -p, --pubkey KEY      address (public-key hash) that blocks pay; default: MINING_PUBKEY of the environment or of .env,
                        else, on the devnet, a key made for it
  -a, --address ADDR    address that miners connect to; default: POOL_SERVER_ADDRESS, else 0.0.0.0:7777
  -l, --log LEVEL       trace, debug, info, warn or error; default: RUST_LOG, else info
  -h, --help            this help

The .env of the project folder is read; relative paths begin there. All flags: node dist/main.js pool-server --help
USAGE
}

# The program's words are collected in "$@" behind a mark.
set -- "$@" --end-of-words
while [ "$1" != --end-of-words ]; do
  case "$1" in
    -p | --pubkey) need "$1" "$2"; set -- "$@" --pubkey "$2"; shift 2 ;;
    -a | --address) need "$1" "$2"; set -- "$@" --address "$2"; shift 2 ;;
    -l | --log) need "$1" "$2"; set -- "$@" --log "$2"; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    --) shift; while [ "$1" != --end-of-words ]; do set -- "$@" "$1"; shift; done ;;
    *) die "unknown word $1; see $name --help" ;;
  esac
done
shift
pitboss pool-server "$@"
