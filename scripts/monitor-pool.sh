#!/bin/sh
# 矿池监控: 每 10 秒显示一次矿池状态（出错后 5 秒重试）。Shows the pool every 10 seconds (5 after an error).
. "$(dirname -- "$0")/common.sh"

case "${1:-}" in
  -h | --help)
    printf '用法 / Usage: %s [host:port]   (localhost:8080)\n' "$name"
    exit 0
    ;;
  -*) die "unknown flag $1" ;;
esac
target=${1:-localhost:8080}
for tool in curl jq; do
  command -v "$tool" >/dev/null 2>&1 || die "$tool is missing; on Debian or Ubuntu: sudo apt-get install $tool" 4
done

trap 'exit 0' INT TERM

# H/s, KH/s, MH/s, GH/s with two decimals.
rate() {
  printf '%s\n' "$1" | awk '{
    if ($1 >= 1e9) printf "%.2f GH/s\n", $1 / 1e9
    else if ($1 >= 1e6) printf "%.2f MH/s\n", $1 / 1e6
    else if ($1 >= 1e3) printf "%.2f KH/s\n", $1 / 1e3
    else printf "%d H/s\n", $1
  }'
}

# A second argument "once" shows one picture and ends; for scripts.
while :; do
  answer=$(curl --silent --show-error --fail --max-time 5 "http://$target/api/basic" 2>&1) &&
    line=$(printf '%s' "$answer" | jq -er 'select(.success) | .data | "\(.miners) \(.hashrate) \(.blocks) \(.current_height)"' 2>/dev/null)
  if [ $? -ne 0 ]; then
    printf '无法连接矿池 API: http://%s (%s)\n' "$target" "$answer"
    [ "${2:-}" = once ] && exit 4
    sleep 5
    continue
  fi
  # shellcheck disable=SC2086
  set -- "$target" "${2:-}" $line
  [ "$2" = once ] || printf '\033[2J\033[H'
  printf '========== 矿池监控 (%s) ==========\n' "$target"
  printf '连接矿工: %s\n' "$3"
  printf '总哈希率: %s\n' "$(rate "$4")"
  printf '找到区块: %s\n' "$5"
  printf '当前高度: %s\n' "$6"
  [ "$2" = once ] && exit 0
  printf '按 Ctrl+C 退出\n'
  sleep 10
done
