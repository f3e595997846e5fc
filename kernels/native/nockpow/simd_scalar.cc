// Multi-state kernels in portable C++ (any x86-64, arm64): eight lanes as an array.
#include "kernels.h"
#include "simd_tables.h"
#include "tip5_scalar.h"

namespace pitboss::nockpow {
namespace {

struct V {
  u64 v[8];
};
NOCKPOW_INLINE V load(const u64* p) {
  V r;
  for (int i = 0; i < 8; i++) r.v[i] = p[i];
  return r;
}
NOCKPOW_INLINE void store(u64* p, const V& x) {
  for (int i = 0; i < 8; i++) p[i] = x.v[i];
}
NOCKPOW_INLINE V set1(u64 x) {
  V r;
  for (int i = 0; i < 8; i++) r.v[i] = x;
  return r;
}
NOCKPOW_INLINE void deinterleave(const V& a, const V& b, V& even, V& odd) {
  for (int i = 0; i < 4; i++) {
    even.v[i] = a.v[2 * i];
    odd.v[i] = a.v[2 * i + 1];
    even.v[4 + i] = b.v[2 * i];
    odd.v[4 + i] = b.v[2 * i + 1];
  }
}
NOCKPOW_INLINE V canon(const V& x) {
  V r;
  for (int i = 0; i < 8; i++) r.v[i] = canonical(x.v[i]);
  return r;
}
NOCKPOW_INLINE V addc(const V& a, const V& b) {
  V r;
  for (int i = 0; i < 8; i++) {
    u64 t;
    const bool carry = __builtin_add_overflow(a.v[i], b.v[i], &t);
    r.v[i] = t + epsilon_if(carry);
  }
  return r;
}
NOCKPOW_INLINE V subc(const V& a, const V& b) {
  V r;
  for (int i = 0; i < 8; i++) {
    u64 t;
    const bool borrow = __builtin_sub_overflow(a.v[i], b.v[i], &t);
    r.v[i] = t - epsilon_if(borrow);
  }
  return r;
}
NOCKPOW_INLINE V mul(const V& a, const V& b) {
  V r;
  for (int i = 0; i < 8; i++) r.v[i] = mul_loose(a.v[i], b.v[i]);
  return r;
}
void permute8(V s[16]) {
  for (int lane = 0; lane < 8; lane++) {
    u64 one[16];
    for (int i = 0; i < 16; i++) one[i] = s[i].v[lane];
    scalar::permute_one(one);
    for (int i = 0; i < 16; i++) s[i].v[lane] = one[i];
  }
}

#include "kernels_impl.h"

}  // namespace

const Kernels kScalarKernels = NOCKPOW_KERNEL_TABLE("scalar");

}  // namespace pitboss::nockpow
