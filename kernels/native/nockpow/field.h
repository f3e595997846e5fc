// Base field F_p (p = 2^64 - 2^32 + 1) and its cubic extension F_p[x]/(x^3 - x + 1).
//
// Every function takes and returns canonical values in [0, p) unless its name says otherwise. All functions have
// internal linkage and are always inlined: this header is compiled with different instruction sets, and a merged
// out-of-line copy could carry instructions the machine does not have.
#pragma once

#include <cstdint>

#include "constants.h"

namespace pitboss::nockpow {

using u64 = uint64_t;
using u128 = unsigned __int128;

#define NOCKPOW_INLINE static inline __attribute__((always_inline, unused))

static constexpr u64 kP = 0xffffffff00000001ULL;
static constexpr u64 kEpsilon = 0xffffffffULL;  // 2^64 mod p, also 1 in Montgomery form
static constexpr u64 kMontInverse = 0xfffffffe00000001ULL;  // 2^-64 mod p

// 2^32 - 1 when set, else 0, without a branch: carries are unpredictable.
NOCKPOW_INLINE u64 epsilon_if(bool set) { return static_cast<uint32_t>(0u - static_cast<uint32_t>(set)); }

// Reduces any 128-bit value to 64 bits congruent mod p, not necessarily below p.
NOCKPOW_INLINE u64 reduce_loose(u128 x) {
  const u64 lo = static_cast<u64>(x);
  const u64 hi = static_cast<u64>(x >> 64);
  u64 t;
  const bool borrow = __builtin_sub_overflow(lo, hi >> 32, &t);
  t -= epsilon_if(borrow);  // cannot wrap again: t >= 2^64 - 2^32 here
  const u64 m = (hi & kEpsilon) * kEpsilon;
  u64 r;
  const bool carry = __builtin_add_overflow(t, m, &r);
  return r + epsilon_if(carry);
}
NOCKPOW_INLINE u64 canonical(u64 x) { return x + epsilon_if(x >= kP); }
NOCKPOW_INLINE u64 mul_loose(u64 a, u64 b) { return reduce_loose(static_cast<u128>(a) * b); }
NOCKPOW_INLINE u64 mul(u64 a, u64 b) { return canonical(mul_loose(a, b)); }
NOCKPOW_INLINE u64 add(u64 a, u64 b) {
  u64 r;
  const bool carry = __builtin_add_overflow(a, b, &r);
  return r + epsilon_if(carry | (r >= kP));
}
NOCKPOW_INLINE u64 sub(u64 a, u64 b) {
  u64 r;
  const bool borrow = __builtin_sub_overflow(a, b, &r);
  return r - epsilon_if(borrow);
}
NOCKPOW_INLINE u64 neg(u64 a) { return a == 0 ? 0 : kP - a; }

NOCKPOW_INLINE u64 power(u64 a, u64 e) {
  u64 r = 1;
  for (; e != 0; e >>= 1) {
    if (e & 1) r = mul(r, a);
    a = mul(a, a);
  }
  return r;
}

// a^(p-2) by an addition chain for p - 2 = 2^64 - 2^32 - 1; maps 0 to 0.
static inline u64 inverse(u64 a) {
  auto sq = [](u64 x, int n) {
    for (int i = 0; i < n; i++) x = mul(x, x);
    return x;
  };
  const u64 a2 = mul(sq(a, 1), a);          // 2^2 - 1
  const u64 a3 = mul(sq(a2, 1), a);         // 2^3 - 1
  const u64 a6 = mul(sq(a3, 3), a3);        // 2^6 - 1
  const u64 a12 = mul(sq(a6, 6), a6);       // 2^12 - 1
  const u64 a24 = mul(sq(a12, 12), a12);    // 2^24 - 1
  const u64 a30 = mul(sq(a24, 6), a6);      // 2^30 - 1
  const u64 a31 = mul(sq(a30, 1), a);       // 2^31 - 1
  const u64 a32 = mul(sq(a31, 1), a);       // 2^32 - 1
  return mul(sq(a31, 33), a32);             // (2^31-1) 2^33 + 2^32 - 1
}

NOCKPOW_INLINE u64 to_mont(u64 a) { return mul(a, kEpsilon); }
NOCKPOW_INLINE u64 from_mont(u64 a) { return mul(a, kMontInverse); }

// Primitive n-th root of unity of the protocol; n is a power of two up to 2^32.
NOCKPOW_INLINE u64 root_of_unity(u64 n) { return kRoots[__builtin_ctzll(n)]; }

// Element c[0] + c[1] x + c[2] x^2 of the cubic extension, x^3 = x - 1.
struct F3 {
  u64 c[3];
};
static constexpr F3 kZero3 = {{0, 0, 0}};
static constexpr F3 kOne3 = {{1, 0, 0}};

NOCKPOW_INLINE F3 lift(u64 a) { return F3{{a, 0, 0}}; }
NOCKPOW_INLINE bool operator==(const F3& a, const F3& b) {
  return a.c[0] == b.c[0] && a.c[1] == b.c[1] && a.c[2] == b.c[2];
}
NOCKPOW_INLINE bool operator!=(const F3& a, const F3& b) { return !(a == b); }
NOCKPOW_INLINE F3 operator+(const F3& a, const F3& b) {
  return F3{{add(a.c[0], b.c[0]), add(a.c[1], b.c[1]), add(a.c[2], b.c[2])}};
}
NOCKPOW_INLINE F3 operator-(const F3& a, const F3& b) {
  return F3{{sub(a.c[0], b.c[0]), sub(a.c[1], b.c[1]), sub(a.c[2], b.c[2])}};
}
NOCKPOW_INLINE F3 operator*(const F3& a, const F3& b) {
  const u64 c3 = add(mul(a.c[1], b.c[2]), mul(a.c[2], b.c[1]));
  const u64 c4 = mul(a.c[2], b.c[2]);
  return F3{{sub(mul(a.c[0], b.c[0]), c3),
             sub(add(add(mul(a.c[0], b.c[1]), mul(a.c[1], b.c[0])), c3), c4),
             add(add(add(mul(a.c[0], b.c[2]), mul(a.c[1], b.c[1])), mul(a.c[2], b.c[0])), c4)}};
}
NOCKPOW_INLINE F3 scale(u64 s, const F3& a) { return F3{{mul(s, a.c[0]), mul(s, a.c[1]), mul(s, a.c[2])}}; }

static inline F3 power3(F3 a, u64 e) {
  F3 r = kOne3;
  for (; e != 0; e >>= 1) {
    if (e & 1) r = r * a;
    a = a * a;
  }
  return r;
}

// Inverse by Cramer's rule on the matrix of multiplication by a; maps 0 to 0.
//
// Multiplication by a sends (1, x, x^2) to the columns (a0,a1,a2), (-a2, a0+a2, a1), (-a1, a1-a2, a0+a2); the inverse is
// the first column of the adjugate divided by the determinant (the norm of a).
static inline F3 inverse3(const F3& a) {
  const u64 a0 = a.c[0], a1 = a.c[1], a2 = a.c[2];
  const u64 s = add(a0, a2);
  const u64 d = sub(a1, a2);
  const u64 m0 = sub(mul(s, s), mul(a1, d));                  // minor of row 0
  const u64 m1 = sub(mul(a2, d), mul(a1, s));                 // minus the minor of row 1
  const u64 m2 = sub(mul(a1, a1), mul(a2, s));                // minor of row 2
  // det = a0 m0 - a2 m1' - a1 m2 where the first row is (a0, -a2, -a1)
  const u64 det = sub(sub(mul(a0, m0), mul(a2, m1)), mul(a1, m2));
  const u64 i = inverse(det);
  return F3{{mul(m0, i), mul(m1, i), mul(m2, i)}};
}

}  // namespace pitboss::nockpow
