// Which kernels this process uses: the widest set of the CPU, or what PITBOSS_SIMD asks for if that is lower.
#include <cstdlib>
#include <string_view>

#include "Kernels.h"

namespace pitboss::nexus::stark {

namespace {

const Kernels& choose() {
#if defined(__x86_64__)
  const char* env = std::getenv("PITBOSS_SIMD");
  const std::string_view wanted = env == nullptr ? "" : env;
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (wanted == "scalar") return kScalarKernels;
  if (avx512 && wanted != "avx2") return kAvx512Kernels;
  if (avx2) return kAvx2Kernels;
#endif
  return kScalarKernels;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace pitboss::nexus::stark
