#!/bin/sh
# Builds the kernel library and the development driver without gyp: dev/build.sh <out directory> [extra flags]
# e.g. dev/build.sh /tmp/nockpow/asan "-fsanitize=address,undefined -fno-sanitize-recover -O1 -g"
set -eu
cd "$(dirname "$0")/.."
out="${1:?out directory}"; extra="${2:-}"
cxx="${CXX:-g++}"
mkdir -p "$out"
flags="-std=c++20 -O3 -fno-exceptions -Wall -Wextra -Wconversion -Wno-ignored-attributes -Wno-psabi -Wno-maybe-uninitialized -Wno-uninitialized -pthread $extra"
objects=""
for source in *.cc dev/*.cc; do
  case "$source" in
    addon_*.cc) continue ;;
  esac
  isa=""
  if "$cxx" -dumpmachine | grep -q x86_64; then
    case "$source" in
      simd_avx2.cc) isa="-mavx2 -mfma" ;;
      simd_avx512.cc) isa="-mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512vbmi -mavx512ifma -mavx2 -mfma" ;;
    esac
  fi
  object="$out/$(basename "$source" .cc).o"
  if [ ! -f "$object" ] || [ -n "$(find . -newer "$object" \( -name '*.h' -o -path "./$source" \) -print -quit)" ]; then
    echo "$cxx $source"
    # shellcheck disable=SC2086
    $cxx $flags $isa -c "$source" -o "$object"
  fi
  case "$source" in dev/*) ;; *) objects="$objects $object" ;; esac
done
for driver in dev/*.cc; do
  name="$(basename "$driver" .cc)"
  # shellcheck disable=SC2086
  $cxx $flags "$out/$name.o" $objects -o "$out/$name"
done
