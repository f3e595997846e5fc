// Choice of the kernel table at run time.
//
// Compiled for the baseline instruction set. What all kernels may use is asked in common/Cpu.h (PITBOSS_SIMD can only lower
// it); the tables here need FMA, and VBMI and IFMA, beyond those levels and step down without
// them.
#include <cstring>

#include "../common/Cpu.h"
#include "kernels.h"
#include "simd_tables.h"

namespace pitboss::nockpow {
namespace {

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512ifma");
}
#endif

const Kernels& choose() {
#if defined(__x86_64__)
  const Simd level = simd_level();
  if (level >= Simd::kAvx512 && has_avx512()) return kAvx512Kernels;
  if (level >= Simd::kAvx2 && has_avx2()) return kAvx2Kernels;
#endif
  return kScalarKernels;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& table = choose();
  return table;
}

const Kernels* kernels_by_name(const char* name) {
  if (std::strcmp(name, "scalar") == 0) return &kScalarKernels;
#if defined(__x86_64__)
  if (std::strcmp(name, "avx2") == 0 && has_avx2()) return &kAvx2Kernels;
  if (std::strcmp(name, "avx512") == 0 && has_avx512()) return &kAvx512Kernels;
#endif
  return nullptr;
}

}  // namespace pitboss::nockpow
