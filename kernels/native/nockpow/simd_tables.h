// The kernel tables, one per translation unit; the x86 ones exist only on x86-64.
#pragma once

#include "kernels.h"

namespace pitboss::nockpow {

extern const Kernels kScalarKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;    // needs AVX2 and FMA
extern const Kernels kAvx512Kernels;  // needs AVX-512 F, DQ, BW, VL, VBMI, IFMA
#endif

}  // namespace pitboss::nockpow
