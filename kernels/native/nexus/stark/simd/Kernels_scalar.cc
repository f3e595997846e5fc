// The kernels for scalar; compiled with that instruction set's flags.
#define PITBOSS_LANES_SCALAR
#define PITBOSS_LANES_NAMESPACE lanes_scalar
#define PITBOSS_KERNELS_SYMBOL kScalarKernels
#define PITBOSS_KERNELS_NAME "scalar"
#include "Kernels.inl"
