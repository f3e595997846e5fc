// One Tip5 permutation of one state in portable C++, shared by tip5.cc and the scalar multi-state kernels.
//
// Internal linkage for the same reason as field.h. Input lanes may be any 64-bit values; output lanes are canonical.
#pragma once

#include "field.h"
#include "mds.h"

namespace pitboss::nockpow::scalar {

struct SboxTable {
  uint8_t v[256];
};
static constexpr SboxTable sbox_table() {
  SboxTable t{};
  for (unsigned b = 0; b < 256; b++) {
    const unsigned x = b + 1;
    t.v[b] = static_cast<uint8_t>((x * x % 257 * x % 257 + 256) % 257);
  }
  return t;
}
static constexpr SboxTable kSbox = sbox_table();

NOCKPOW_INLINE u64 sbox_lookup(u64 x) {
  u64 o = 0;
  for (int b = 0; b < 8; b++) o |= static_cast<u64>(kSbox.v[x >> (8 * b) & 255]) << (8 * b);
  return o;
}

NOCKPOW_INLINE u64 pow7_loose(u64 x) {
  const u64 x2 = mul_loose(x, x);
  const u64 x4 = mul_loose(x2, x2);
  return mul_loose(mul_loose(x, x2), x4);
}

// Four times the MDS product of sixteen values below 2^32, as exact 64-bit integers.
NOCKPOW_INLINE void mds_times4(const u64 in[16], u64 out[16]) {
  u64 d[8], s[8], t[4], e[4];
  for (int i = 0; i < 8; i++) {
    s[i] = in[i] + in[i + 8];
    d[i] = in[i] - in[i + 8];
  }
  for (int i = 0; i < 4; i++) {
    t[i] = s[i] + s[i + 4];
    e[i] = s[i] - s[i + 4];
  }
  u64 a[8], b[4], c[4];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    a[i] = 0;
#pragma GCC unroll 8
    for (int j = 0; j < 8; j++) {
      const int k = (i - j) & 7;
      const auto w = static_cast<u64>(kMdsSplit.n8[k]);
      a[i] += (i >= j ? w : 0 - w) * d[j];
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    b[i] = 0;
    c[i] = 0;
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
      const int k = (i - j) & 3;
      const auto w = static_cast<u64>(kMdsSplit.n4[k]);
      b[i] += (i >= j ? w : 0 - w) * e[j];
      c[i] += static_cast<u64>(kMdsSplit.c4[k]) * t[j];
    }
  }
  for (int i = 0; i < 4; i++) {
    const u64 lo = c[i] + b[i];  // twice the cyclic 8 product
    const u64 hi = c[i] - b[i];
    out[i] = lo + a[i];
    out[i + 8] = lo - a[i];
    out[i + 4] = hi + a[i + 4];
    out[i + 12] = hi - a[i + 4];
  }
}

NOCKPOW_INLINE void permute_one(u64 s[16]) {
  for (int r = 0; r < 7; r++) {
    u64 lo[16], hi[16], l4[16], h4[16];
    for (int i = 0; i < 16; i++) {
      const u64 x = i < 4 ? sbox_lookup(canonical(s[i])) : pow7_loose(s[i]);
      lo[i] = x & kEpsilon;
      hi[i] = x >> 32;
    }
    mds_times4(lo, l4);
    mds_times4(hi, h4);
    for (int i = 0; i < 16; i++) {
      const u128 v = static_cast<u128>(l4[i] >> 2) + (static_cast<u128>(h4[i] >> 2) << 32) + kRoundConstants[16 * r + i];
      s[i] = reduce_loose(v);
    }
  }
  for (int i = 0; i < 16; i++) s[i] = canonical(s[i]);
}

}  // namespace pitboss::nockpow::scalar
