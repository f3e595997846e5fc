#!/bin/sh
# Builds the development driver without npm: dev/build.sh [output directory] [extra flags, e.g. -fsanitize=address,undefined].
# Objects are rebuilt when any header or source is newer.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-/tmp/stark-dev}
extra=${2:-}
mkdir -p "$out"
flags="-std=c++20 -O2 -g1 -Wall -Wextra $extra"
newest=$(ls -t "$here"/*.h "$here"/simd/*.h "$here"/simd/*.inl "$here"/../machine/*.h | head -1)
compile() { # object source flags
  [ "$out/$1.o" -nt "$2" ] && [ "$out/$1.o" -nt "$newest" ] && return 0
  nice g++ $flags $3 -c "$2" -o "$out/$1.o"
}
for f in "$here"/*.cc; do
  case "$f" in */host_ops.cc) continue ;; esac
  compile "s_$(basename "$f" .cc)" "$f" "" &
  [ "$(jobs | wc -l)" -lt 2 ] || wait %% 
done
wait
compile k_dispatch "$here/simd/Dispatch.cc" ""
compile k_scalar "$here/simd/Kernels_scalar.cc" "-O3" &
compile k_avx2 "$here/simd/Kernels_avx2.cc" "-O3 -mavx2"
wait
compile k_avx512 "$here/simd/Kernels_avx512.cc" "-O3 -mavx512f -mavx512bw -mavx512vl -mavx512dq -Wno-uninitialized -Wno-maybe-uninitialized"
for f in Elf Fault Instruction Plan Run; do compile "m_$f" "$here/../machine/$f.cc" ""; done
compile dev_main "$here/dev/main.cc" ""
g++ $flags "$out"/s_*.o "$out"/k_*.o "$out"/m_*.o "$out"/dev_main.o -lpthread -o "$out/stark-dev"
