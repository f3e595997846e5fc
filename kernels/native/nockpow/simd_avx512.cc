// Multi-state kernels for AVX-512 (F, DQ, BW, VL, VBMI, IFMA): eight lanes in one register.
//
// The high half of a product comes from four 32-bit ones, the low half from the 64-bit multiply; the S-box is two byte permutations over a 256-byte table held in registers;
// the MDS product runs on exact doubles (mds_fp.h).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.h"
#include "mds_fp.h"
#include "simd_tables.h"
#include "tip5_scalar.h"

namespace pitboss::nockpow {
namespace {

using V = __m512i;
using D = __m512d;

NOCKPOW_INLINE V load(const u64* p) { return _mm512_loadu_si512(p); }
NOCKPOW_INLINE void store(u64* p, V x) { _mm512_storeu_si512(p, x); }
NOCKPOW_INLINE V set1(u64 x) { return _mm512_set1_epi64(static_cast<long long>(x)); }
NOCKPOW_INLINE void deinterleave(V a, V b, V& even, V& odd) {
  even = _mm512_permutex2var_epi64(a, _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14), b);
  odd = _mm512_permutex2var_epi64(a, _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15), b);
}
NOCKPOW_INLINE V canon(V x) { return _mm512_min_epu64(x, _mm512_sub_epi64(x, set1(kP))); }
NOCKPOW_INLINE V addc(V a, V b) {
  const V r = _mm512_add_epi64(a, b);
  return _mm512_mask_add_epi64(r, _mm512_cmplt_epu64_mask(r, b), r, set1(kEpsilon));
}
NOCKPOW_INLINE V subc(V a, V b) {
  const V r = _mm512_sub_epi64(a, b);
  return _mm512_mask_sub_epi64(r, _mm512_cmplt_epu64_mask(a, b), r, set1(kEpsilon));
}
// lo + 2^64 hi, loose.
NOCKPOW_INLINE V reduce(V lo, V hi) {
  const V e = set1(kEpsilon);
  const V hh = _mm512_srli_epi64(hi, 32);
  const V t0 = _mm512_sub_epi64(lo, hh);
  const V t = _mm512_mask_sub_epi64(t0, _mm512_cmplt_epu64_mask(lo, hh), t0, e);
  return addc(t, _mm512_mul_epu32(hi, e));
}
NOCKPOW_INLINE V high(V x) { return _mm512_srli_epi64(x, 32); }
NOCKPOW_INLINE V mul_with(V a, V ah, V b, V bh) {
  const V ll = _mm512_mul_epu32(a, b), lh = _mm512_mul_epu32(a, bh), hl = _mm512_mul_epu32(ah, b), hh = _mm512_mul_epu32(ah, bh);
  const V mid = _mm512_add_epi64(lh, high(ll));
  const V mid2 = _mm512_add_epi64(hl, _mm512_and_si512(mid, set1(kEpsilon)));
  const V hi = _mm512_add_epi64(_mm512_add_epi64(hh, high(mid)), high(mid2));
  return reduce(_mm512_mullo_epi64(a, b), hi);
}
NOCKPOW_INLINE V mul(V a, V b) { return mul_with(a, high(a), b, high(b)); }
NOCKPOW_INLINE V square_with(V a, V ah) {
  const V ll = _mm512_mul_epu32(a, a), lh = _mm512_mul_epu32(a, ah), hh = _mm512_mul_epu32(ah, ah);
  const V mid = _mm512_add_epi64(lh, _mm512_srli_epi64(ll, 33));  // half of 2 lh + high(ll)
  return reduce(_mm512_mullo_epi64(a, a), _mm512_add_epi64(hh, _mm512_srli_epi64(mid, 31)));
}
NOCKPOW_INLINE V pow7(V x) {
  const V xh = high(x);
  const V x2 = square_with(x, xh);
  const V x2h = high(x2);
  const V x4 = square_with(x2, x2h);
  const V x3 = mul_with(x, xh, x2, x2h);
  return mul(x3, x4);
}
alignas(64) constexpr scalar::SboxTable kTable = scalar::sbox_table();
NOCKPOW_INLINE V sbox(V x) {
  x = canon(x);
  const V a = _mm512_permutex2var_epi8(_mm512_load_si512(kTable.v), x, _mm512_load_si512(kTable.v + 64));
  const V b = _mm512_permutex2var_epi8(_mm512_load_si512(kTable.v + 128), x, _mm512_load_si512(kTable.v + 192));
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), a, b);
}

NOCKPOW_INLINE D dadd(D a, D b) { return _mm512_add_pd(a, b); }
NOCKPOW_INLINE D dsub(D a, D b) { return _mm512_sub_pd(a, b); }
NOCKPOW_INLINE D dmul(D a, D b) { return _mm512_mul_pd(a, b); }
NOCKPOW_INLINE D dfma(D a, D b, D c) { return _mm512_fmadd_pd(a, b, c); }
NOCKPOW_INLINE D dset1(double x) { return _mm512_set1_pd(x); }
NOCKPOW_DEFINE_MDS_FP

constexpr u64 kBias52 = 0x4330000000000000ULL;  // bits of 2^52
constexpr u64 kMagic = 0x4338000000000000ULL;   // bits of 1.5 * 2^52: adding it leaves a signed integer in the low bits

void permute8(V s[16]) {
  const D magic = dset1(6755399441055744.0);
#pragma GCC unroll 1
  for (int r = 0; r < 7; r++) {
    D lo[16], hi[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      const V x = i < 4 ? sbox(s[i]) : pow7(s[i]);
      // (x & 0xffffffff) | bias in one instruction; x >> 32 | bias
      lo[i] = _mm512_castsi512_pd(_mm512_ternarylogic_epi64(x, set1(kEpsilon), set1(kBias52), 0xea));
      hi[i] = _mm512_castsi512_pd(_mm512_or_si512(high(x), set1(kBias52)));
    }
    V l[16];
    mds_fp(lo, [&](int i, D v) { l[i] = _mm512_castpd_si512(dadd(v, magic)); });
    mds_fp(hi, [&](int i, D v) {
      const u64 c = kRoundConstants[16 * r + i];
      const V L = _mm512_add_epi64(l[i], set1(kMdsCentre - kMagic + (c & kEpsilon)));
      const V H = _mm512_add_epi64(_mm512_castpd_si512(dadd(v, magic)), set1(kMdsCentre - kMagic + (c >> 32)));
      // L + 2^32 H with L, H < 2^52: the top 20 bits of H stand for 2^64.
      s[i] = addc(_mm512_madd52lo_epu64(L, high(H), set1(kEpsilon)), _mm512_slli_epi64(H, 32));
    });
  }
}

#include "kernels_impl.h"

}  // namespace

const Kernels kAvx512Kernels = NOCKPOW_KERNEL_TABLE("avx512");

}  // namespace pitboss::nockpow
#endif
