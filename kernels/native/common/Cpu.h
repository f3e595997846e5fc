// Which instruction set a kernel may use on this machine.
//
// One number for all kernels, found once by cpuid (operating-system support included); PITBOSS_SIMD=scalar|avx2|avx512 forces
// a lower level, never a higher one. Code for a level lives in translation units compiled for it and is only called after
// asking here, so the binaries run on any x86-64 and on other architectures (scalar).
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace pitboss {

enum class Simd : uint8_t { kScalar = 0, kAvx2 = 1, kAvx512 = 2 };

inline Simd detected_simd() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return Simd::kAvx512;
  }
  if (__builtin_cpu_supports("avx2")) return Simd::kAvx2;
#endif
  return Simd::kScalar;
}

inline Simd simd_level() {
  static const Simd level = [] {
    const Simd best = detected_simd();
    const char* asked = std::getenv("PITBOSS_SIMD");
    const std::string_view name = asked == nullptr ? "" : asked;
    if (name == "scalar") return Simd::kScalar;
    if (name == "avx2" && best > Simd::kAvx2) return Simd::kAvx2;
    return best;
  }();
  return level;
}

}  // namespace pitboss
