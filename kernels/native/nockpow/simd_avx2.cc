// Multi-state kernels for AVX2 with FMA: eight lanes in two registers.
//
// AVX2 has no unsigned 64-bit comparison, so carries are found on values with the top bit flipped. The S-box is computed,
// not looked up: ((b+1)^3 - 1) mod 257 on 16-bit lanes. The MDS product runs on exact doubles (mds_fp.h).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"
#include "mds_fp.h"
#include "simd_tables.h"
#include "tip5_scalar.h"

namespace pitboss::nockpow {
namespace {

using Q = __m256i;
using D = __m256d;
struct V {
  Q a, b;
};

NOCKPOW_INLINE Q qset1(u64 x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
NOCKPOW_INLINE Q flip(Q x) { return _mm256_xor_si256(x, qset1(1ULL << 63)); }
NOCKPOW_INLINE Q qcanon(Q x) {
  // x >= p exactly when x + epsilon wraps, that is when x > p - 1.
  const Q over = _mm256_cmpgt_epi64(flip(x), qset1((kP - 1) ^ 1ULL << 63));
  return _mm256_add_epi64(x, _mm256_and_si256(over, qset1(kEpsilon)));
}
NOCKPOW_INLINE Q qaddc(Q x, Q y) {
  const Q r = _mm256_add_epi64(x, y);
  const Q carry = _mm256_cmpgt_epi64(flip(y), flip(r));
  return _mm256_add_epi64(r, _mm256_srli_epi64(carry, 32));
}
NOCKPOW_INLINE Q qsubc(Q x, Q y) {
  const Q r = _mm256_sub_epi64(x, y);
  const Q borrow = _mm256_cmpgt_epi64(flip(y), flip(x));
  return _mm256_sub_epi64(r, _mm256_srli_epi64(borrow, 32));
}
NOCKPOW_INLINE Q high(Q x) { return _mm256_srli_epi64(x, 32); }
// lo + 2^64 hi, loose. The 32-bit compares suffice because the amount subtracted is below 2^32 and the one added is at
// most 2^64 - 2^33 + 1: a wrap always shows in the upper half.
NOCKPOW_INLINE Q reduce(Q lo, Q hi) {
  const Q f = flip(lo);
  const Q s = _mm256_sub_epi64(f, high(hi));
  const Q t = _mm256_sub_epi64(s, high(_mm256_cmpgt_epi32(s, f)));
  const Q r = _mm256_add_epi64(t, _mm256_mul_epu32(hi, qset1(kEpsilon)));
  return flip(_mm256_add_epi64(r, high(_mm256_cmpgt_epi32(t, r))));
}
NOCKPOW_INLINE Q mul_with(Q a, Q ah, Q b, Q bh) {
  const Q ll = _mm256_mul_epu32(a, b), lh = _mm256_mul_epu32(a, bh), hl = _mm256_mul_epu32(ah, b), hh = _mm256_mul_epu32(ah, bh);
  const Q mid = _mm256_add_epi64(lh, high(ll));
  const Q mid2 = _mm256_add_epi64(hl, _mm256_and_si256(mid, qset1(kEpsilon)));
  const Q hi = _mm256_add_epi64(_mm256_add_epi64(hh, high(mid)), high(mid2));
  const Q lo = _mm256_blend_epi32(ll, _mm256_slli_epi64(mid2, 32), 0xaa);
  return reduce(lo, hi);
}
NOCKPOW_INLINE Q qmul(Q a, Q b) { return mul_with(a, high(a), b, high(b)); }
NOCKPOW_INLINE Q square_with(Q a, Q ah) {
  const Q ll = _mm256_mul_epu32(a, a), lh = _mm256_mul_epu32(a, ah), hh = _mm256_mul_epu32(ah, ah);
  const Q mid = _mm256_add_epi64(lh, _mm256_srli_epi64(ll, 33));  // 2 lh + high(ll), halved; bit 32 of ll stays in ll
  const Q hi = _mm256_add_epi64(hh, _mm256_srli_epi64(mid, 31));
  const Q lo = _mm256_add_epi64(_mm256_slli_epi64(mid, 33), _mm256_and_si256(ll, qset1(0x1ffffffffULL)));
  return reduce(lo, hi);
}
NOCKPOW_INLINE Q pow7(Q x) {
  const Q xh = high(x);
  const Q x2 = square_with(x, xh);
  const Q x2h = high(x2);
  const Q x4 = square_with(x2, x2h);
  const Q x3 = mul_with(x, xh, x2, x2h);
  return qmul(x3, x4);
}
// v mod 257 in a symmetric-enough range: 256 = -1, so high byte is subtracted from low byte.
NOCKPOW_INLINE Q fold257(Q v) {
  return _mm256_sub_epi16(_mm256_and_si256(v, _mm256_set1_epi16(255)), _mm256_srai_epi16(v, 8));
}
// Sixteen bytes as 16-bit lanes: ((b + 1)^3 - 1) mod 257.
NOCKPOW_INLINE Q cube_map(Q b) {
  const Q limit = _mm256_set1_epi16(128), modulus = _mm256_set1_epi16(257);
  Q x = _mm256_add_epi16(b, _mm256_set1_epi16(1));                                                // 1..256
  x = _mm256_sub_epi16(x, _mm256_and_si256(_mm256_cmpgt_epi16(x, limit), modulus));               // -128..128
  const Q x2 = fold257(_mm256_mullo_epi16(x, x));                                                 // -64..255
  Q x3 = fold257(_mm256_mullo_epi16(x2, x));                                                      // product within +-32640
  x3 = _mm256_sub_epi16(x3, _mm256_set1_epi16(1));                                                // -129..381
  x3 = _mm256_add_epi16(x3, _mm256_and_si256(_mm256_srai_epi16(x3, 15), modulus));                // 0..381
  return _mm256_sub_epi16(x3, _mm256_and_si256(_mm256_cmpgt_epi16(x3, _mm256_set1_epi16(256)), modulus));
}
NOCKPOW_INLINE Q sbox(Q x) {
  x = qcanon(x);
  const Q zero = _mm256_setzero_si256();
  return _mm256_packus_epi16(cube_map(_mm256_unpacklo_epi8(x, zero)), cube_map(_mm256_unpackhi_epi8(x, zero)));
}

NOCKPOW_INLINE D dadd(D a, D b) { return _mm256_add_pd(a, b); }
NOCKPOW_INLINE D dsub(D a, D b) { return _mm256_sub_pd(a, b); }
NOCKPOW_INLINE D dmul(D a, D b) { return _mm256_mul_pd(a, b); }
NOCKPOW_INLINE D dfma(D a, D b, D c) { return _mm256_fmadd_pd(a, b, c); }
NOCKPOW_INLINE D dset1(double x) { return _mm256_set1_pd(x); }
NOCKPOW_DEFINE_MDS_FP

constexpr u64 kBias52 = 0x4330000000000000ULL;  // bits of 2^52
constexpr u64 kMagic = 0x4338000000000000ULL;   // bits of 1.5 * 2^52: adding it leaves a signed integer in the low bits

void permute4(Q s[16]) {
  const D magic = dset1(6755399441055744.0);
#pragma GCC unroll 1
  for (int r = 0; r < 7; r++) {
    D lo[16], hi[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      const Q x = i < 4 ? sbox(s[i]) : pow7(s[i]);
      lo[i] = _mm256_castsi256_pd(_mm256_blend_epi32(x, qset1(kBias52), 0xaa));
      hi[i] = _mm256_castsi256_pd(_mm256_or_si256(high(x), qset1(kBias52)));
    }
    Q l[16];
    mds_fp(lo, [&](int i, D v) { l[i] = _mm256_castpd_si256(dadd(v, magic)); });
    mds_fp(hi, [&](int i, D v) {
      const u64 c = kRoundConstants[16 * r + i];
      const Q L = _mm256_add_epi64(l[i], qset1(kMdsCentre - kMagic + (c & kEpsilon)));
      const Q H = _mm256_add_epi64(_mm256_castpd_si256(dadd(v, magic)), qset1(kMdsCentre - kMagic + (c >> 32)));
      // L + 2^32 H with L, H < 2^52: the top 20 bits of H stand for 2^64.
      const Q low = _mm256_add_epi64(L, _mm256_mul_epu32(high(H), qset1(kEpsilon)));
      const Q f = flip(low);
      const Q sum = _mm256_add_epi64(f, _mm256_slli_epi64(H, 32));
      s[i] = flip(_mm256_add_epi64(sum, high(_mm256_cmpgt_epi64(f, sum))));
    });
  }
}

NOCKPOW_INLINE V load(const u64* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const Q*>(p)), _mm256_loadu_si256(reinterpret_cast<const Q*>(p + 4))};
}
NOCKPOW_INLINE void store(u64* p, const V& x) {
  _mm256_storeu_si256(reinterpret_cast<Q*>(p), x.a);
  _mm256_storeu_si256(reinterpret_cast<Q*>(p + 4), x.b);
}
NOCKPOW_INLINE V set1(u64 x) { return {qset1(x), qset1(x)}; }
NOCKPOW_INLINE void deinterleave(const V& x, const V& y, V& even, V& odd) {
  const auto pick = [](Q l, Q h, bool upper) {
    const Q t = upper ? _mm256_unpackhi_epi64(l, h) : _mm256_unpacklo_epi64(l, h);
    return _mm256_permute4x64_epi64(t, 0xd8);
  };
  even = {pick(x.a, x.b, false), pick(y.a, y.b, false)};
  odd = {pick(x.a, x.b, true), pick(y.a, y.b, true)};
}
NOCKPOW_INLINE V canon(const V& x) { return {qcanon(x.a), qcanon(x.b)}; }
NOCKPOW_INLINE V addc(const V& x, const V& y) { return {qaddc(x.a, y.a), qaddc(x.b, y.b)}; }
NOCKPOW_INLINE V subc(const V& x, const V& y) { return {qsubc(x.a, y.a), qsubc(x.b, y.b)}; }
NOCKPOW_INLINE V mul(const V& x, const V& y) { return {qmul(x.a, y.a), qmul(x.b, y.b)}; }
NOCKPOW_INLINE void permute8(V s[16]) {
  Q half[16];
  for (int i = 0; i < 16; i++) half[i] = s[i].a;
  permute4(half);
  for (int i = 0; i < 16; i++) {
    s[i].a = half[i];
    half[i] = s[i].b;
  }
  permute4(half);
  for (int i = 0; i < 16; i++) s[i].b = half[i];
}

#include "kernels_impl.h"

}  // namespace

const Kernels kAvx2Kernels = NOCKPOW_KERNEL_TABLE("avx2");

}  // namespace pitboss::nockpow
#endif
