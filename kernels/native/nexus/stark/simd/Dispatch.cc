// Which kernels this process uses: the widest set of the CPU, or what PITBOSS_SIMD asks for if that is lower.
#include "../../../common/Cpu.h"
#include "Kernels.h"

namespace pitboss::nexus::stark {

const Kernels& kernels() {
#if defined(__x86_64__) && defined(__GNUC__)
  switch (simd_level()) {
    case Simd::kAvx512: return kAvx512Kernels;
    case Simd::kAvx2: return kAvx2Kernels;
    default: break;
  }
#endif
  return kScalarKernels;
}

}  // namespace pitboss::nexus::stark
