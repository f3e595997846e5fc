// The kernels for avx512; compiled with that instruction set's flags, empty on other architectures.
#if defined(__x86_64__)
#define PITBOSS_LANES_AVX512
#define PITBOSS_LANES_NAMESPACE lanes_avx512
#define PITBOSS_KERNELS_SYMBOL kAvx512Kernels
#define PITBOSS_KERNELS_NAME "avx512"
#include "Kernels.inl"
#endif
