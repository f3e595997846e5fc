// The MDS product on vectors of doubles, exact, shared by the AVX2 and AVX-512 kernels.
//
// A 32-bit half comes in as the double 2^52 + half (two bit operations make it). Differences cancel the bias; sums of two
// take it off together with 2^31 for each half, which centres them, so with the split of mds.h every intermediate is below
// 2^53 in magnitude and every fused multiply-add is exact; the factors 1/4 and 1/2 sit in the coefficients. The centring
// takes kMdsCentre = 2^31 * (sum of the coefficients) from every output; callers add it with their round constants.
//
// The including unit provides: D (vector of doubles), dadd, dsub, dfma(a, b, c) = a * b + c, dmul, dset1.
#pragma once

#include <cstdint>

#include "mds.h"

namespace pitboss::nockpow {
static constexpr uint64_t mds_sum() {
  uint64_t s = 0;
  for (const uint64_t c : kMds) s += c;
  return s;
}
static constexpr uint64_t kMdsCentre = mds_sum() << 31;
}  // namespace pitboss::nockpow

// Reads sixteen biased halves and calls put(i, value) with each exact product.
#define NOCKPOW_DEFINE_MDS_FP                                                                 \
  template <class Put>                                                                        \
  NOCKPOW_INLINE void mds_fp(const D in[16], Put put) {                                       \
    const D bias = dset1(2 * (4503599627370496.0 + 2147483648.0));                            \
    D d[8], t[4], e[4];                                                                       \
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {                                     \
      const D s0 = dadd(dsub(in[i], bias), in[i + 8]);                                        \
      const D s1 = dadd(dsub(in[i + 4], bias), in[i + 12]);                                   \
      d[i] = dsub(in[i], in[i + 8]);                                                          \
      d[i + 4] = dsub(in[i + 4], in[i + 12]);                                                 \
      t[i] = dadd(s0, s1);                                                                    \
      e[i] = dsub(s0, s1);                                                                    \
    }                                                                                         \
    _Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) {                                     \
      D c = dmul(t[0], dset1(static_cast<double>(kMdsSplit.c4[i]) / 4));                      \
      D b = dmul(e[0], dset1(static_cast<double>(kMdsSplit.n4[i]) / 4));                      \
      D a0 = dmul(d[0], dset1(static_cast<double>(kMdsSplit.n8[i]) / 4));                     \
      D a1 = dmul(d[0], dset1(static_cast<double>(kMdsSplit.n8[i + 4]) / 4));                 \
      _Pragma("GCC unroll 4") for (int j = 1; j < 4; j++) {                                   \
        const double sign = i >= j ? 0.25 : -0.25;                                            \
        c = dfma(t[j], dset1(static_cast<double>(kMdsSplit.c4[(i - j) & 3]) / 4), c);         \
        b = dfma(e[j], dset1(sign * static_cast<double>(kMdsSplit.n4[(i - j) & 3])), b);      \
      }                                                                                       \
      _Pragma("GCC unroll 8") for (int j = 1; j < 8; j++) {                                   \
        const double s0 = i >= j ? 0.25 : -0.25, s1 = i + 4 >= j ? 0.25 : -0.25;              \
        a0 = dfma(d[j], dset1(s0 * static_cast<double>(kMdsSplit.n8[(i - j) & 7])), a0);      \
        a1 = dfma(d[j], dset1(s1 * static_cast<double>(kMdsSplit.n8[(i + 4 - j) & 7])), a1);  \
      }                                                                                       \
      const D lo = dadd(c, b), hi = dsub(c, b);                                               \
      put(i, dadd(lo, a0));                                                                   \
      put(i + 8, dsub(lo, a0));                                                               \
      put(i + 4, dadd(hi, a1));                                                               \
      put(i + 12, dsub(hi, a1));                                                              \
    }                                                                                         \
  }
