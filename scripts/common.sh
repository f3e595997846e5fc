# What the start and stop scripts share; read by them with ".", not run by itself. POSIX sh.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
name=$(basename -- "$0")

die() {
  printf '%s: %s\n' "$name" "$1" >&2
  exit "${2:-2}"
}

# The value that must follow a flag: need FLAG NEXT-WORD
need() {
  [ "$2" != --end-of-words ] || die "$1 needs a value; see $name --help"
}

# Runs the program in the project's folder, whose .env counts: the bundle when it was built, else what builds it first.
pitboss() {
  cd "$root" || exit 1
  if [ -f dist/main.js ]; then
    exec node dist/main.js "$@"
  fi
  exec npm start --silent -- "$@"
}

# A value of the project's .env, where the start scripts find it too: dot_env NAME
dot_env() {
  [ -f "$root/.env" ] || return 0
  tr -d '\r' <"$root/.env" | sed -n "s/^[[:space:]]*\(export[[:space:]]\{1,\}\)\{0,1\}$1[[:space:]]*=[[:space:]]*//p" | tail -n 1 |
    sed -e 's/^"\([^"]*\)".*/\1/;t' -e "s/^'\([^']*\)'.*/\1/;t" -e 's/[[:space:]]\{1,\}#.*//;s/[[:space:]]*$//'
}

# What the program takes without --data; a relative folder begins at the project, where it is started.
data_folder() {
  for folder in "${PITBOSS_DATA:-}" "${PITBOSS_HOME:-}" "$(dot_env PITBOSS_DATA)" "$(dot_env PITBOSS_HOME)"; do
    case "$folder" in
      '') ;;
      /*) printf '%s\n' "$folder"; return ;;
      *) printf '%s\n' "$root/$folder"; return ;;
    esac
  done
  case "${XDG_DATA_HOME:-}" in
    /*) printf '%s\n' "$XDG_DATA_HOME/pitboss" ;;
    *) printf '%s\n' "$HOME/.local/share/pitboss" ;;
  esac
}

# stop_program PROGRAM [DATA-FOLDER]: ends every running PROGRAM of the data folder, by its process id, which is in the
# name of its control socket. Only processes that are a Pitboss are signalled: a number may have been used again.
stop_program() {
  program=$1
  run="${2:-$(data_folder)}/run"
  found=0
  for socket in "$run/$program"-*.sock; do
    [ -e "$socket" ] || [ -L "$socket" ] || continue
    pid=${socket##*-}
    pid=${pid%.sock}
    case "$pid" in '' | *[!0-9]*) continue ;; esac
    kill -0 "$pid" 2>/dev/null || continue
    if [ -r "/proc/$pid/cmdline" ]; then
      tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- "$program" || continue
    fi
    found=1
    kill -TERM "$pid" || die "pid $pid cannot be signalled" 1
    waited=0
    while kill -0 "$pid" 2>/dev/null; do
      waited=$((waited + 1))
      [ "$waited" -le 300 ] || die "$program (pid $pid) has not ended after 30 s; ask again, or look at its log" 1
      sleep 0.1
    done
    printf '%s (pid %s) has ended\n' "$program" "$pid"
  done
  [ "$found" = 1 ] || die "no $program is running with the data folder ${run%/run}; for another one: $name DATA-FOLDER" 4
}
