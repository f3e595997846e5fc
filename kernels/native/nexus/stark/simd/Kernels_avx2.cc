// The kernels for avx2; compiled with that instruction set's flags, empty on other architectures.
#if defined(__x86_64__)
#define PITBOSS_LANES_AVX2
#define PITBOSS_LANES_NAMESPACE lanes_avx2
#define PITBOSS_KERNELS_SYMBOL kAvx2Kernels
#define PITBOSS_KERNELS_NAME "avx2"
#include "Kernels.inl"
#endif
