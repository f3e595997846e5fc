// Vectors of M31 values: 1, 8 (AVX2) or 16 (AVX-512) lanes behind one interface.
//
// Only the translation unit compiled for an instruction set includes its class (the macros decide), so a baseline
// binary never executes an instruction it did not ask cpuid for. Values are canonical. mul2 takes its second factor
// doubled (2b < 2^32): the high half of the 64-bit product is then ab >> 31 and the low half twice (ab mod 2^31), which
// saves two shifts.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace pitboss::nexus::stark {

inline namespace PITBOSS_LANES_NAMESPACE {

inline constexpr uint32_t kModulus = 0x7fffffffu;

#if defined(PITBOSS_LANES_SCALAR)

struct Lanes {
  static constexpr unsigned kCount = 1;
  uint32_t v;

  static Lanes load(const uint32_t* p) { return {*p}; }
  static Lanes load_bytes(const uint8_t* p) { return {*p}; }
  template <unsigned kDistinct>
  static Lanes load_repeated(const uint32_t* p) { return {*p}; }
  static Lanes all(uint32_t x) { return {x}; }
  static Lanes gather(const uint32_t* table, Lanes index) { return {table[index.v]}; }
  void store(uint32_t* p) const { *p = v; }

  friend Lanes operator+(Lanes a, Lanes b) {
    const uint32_t t = a.v + b.v;
    return {t >= kModulus ? t - kModulus : t};
  }
  friend Lanes operator-(Lanes a) { return all(0) - a; }
  friend Lanes operator-(Lanes a, Lanes b) { return {a.v >= b.v ? a.v - b.v : a.v + kModulus - b.v}; }
  static Lanes mul2(Lanes a, Lanes b2) {
    const uint64_t t = static_cast<uint64_t>(a.v) * b2.v;
    const uint32_t s = (static_cast<uint32_t>(t) >> 1) + static_cast<uint32_t>(t >> 32);
    return {s >= kModulus ? s - kModulus : s};
  }
  friend Lanes operator*(Lanes a, Lanes b) { return mul2(a, {b.v << 1}); }
  // Times 2^k, 0 <= k < 31.
  Lanes rotate(unsigned k) const { return {((v << k) & kModulus) | (v >> (31 - k))}; }

  static void deinterleave(Lanes a, Lanes b, Lanes& even, Lanes& odd) { even = a, odd = b; }
  static void interleave(Lanes even, Lanes odd, Lanes& a, Lanes& b) { a = even, b = odd; }

  // Plain 32-bit words.
  static Lanes wrap_add(Lanes a, Lanes b) { return {a.v + b.v}; }
  friend Lanes operator^(Lanes a, Lanes b) { return {a.v ^ b.v}; }
  friend Lanes operator&(Lanes a, Lanes b) { return {a.v & b.v}; }
  template <int kBits>
  Lanes rotr() const { return {std::rotr(v, kBits)}; }
  Lanes shift_left(unsigned k) const { return {v << k}; }

  // Sum of products; fold() at least after every third one.
  struct Sum {
    uint64_t e = 0;
    void add(Lanes a, Lanes b) { e += static_cast<uint64_t>(a.v) * b.v; }
    void add_constant(Lanes a, Lanes b) { add(a, b); }
    void add_value(Lanes a) { e += a.v; }
    void fold() { e = (e & kModulus) + (e >> 31); }
    Lanes value() {
      fold();
      fold();
      const auto t = static_cast<uint32_t>(e);
      return {t >= kModulus ? t - kModulus : t};
    }
  };
};

#elif defined(PITBOSS_LANES_AVX2)

struct Lanes {
  static constexpr unsigned kCount = 8;
  __m256i v;

  static Lanes load(const uint32_t* p) { return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))}; }
  static Lanes load_bytes(const uint8_t* p) {
    return {_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
  }
  template <unsigned kDistinct>
  static Lanes load_repeated(const uint32_t* p) {
    if constexpr (kDistinct == 8) return load(p);
    if constexpr (kDistinct == 4) {
      return {_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
    }
    if constexpr (kDistinct == 2) {
      return {_mm256_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
    }
    return all(*p);
  }
  static Lanes all(uint32_t x) { return {_mm256_set1_epi32(static_cast<int>(x))}; }
  static Lanes gather(const uint32_t* table, Lanes index) {
    return {_mm256_i32gather_epi32(reinterpret_cast<const int*>(table), index.v, 4)};
  }
  void store(uint32_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }

  static Lanes once(__m256i t) { return {_mm256_min_epu32(t, _mm256_sub_epi32(t, all(kModulus).v))}; }
  friend Lanes operator+(Lanes a, Lanes b) { return once(_mm256_add_epi32(a.v, b.v)); }
  friend Lanes operator-(Lanes a) { return all(0) - a; }
  friend Lanes operator-(Lanes a, Lanes b) {
    const __m256i t = _mm256_sub_epi32(a.v, b.v);
    return {_mm256_min_epu32(t, _mm256_add_epi32(t, all(kModulus).v))};
  }
  static Lanes mul2(Lanes a, Lanes b2) {
    const __m256i even = _mm256_mul_epu32(a.v, b2.v);
    const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), _mm256_srli_epi64(b2.v, 32));
    const __m256i low = _mm256_blend_epi32(even, _mm256_shuffle_epi32(odd, 0xa0), 0xaa);
    const __m256i high = _mm256_blend_epi32(_mm256_shuffle_epi32(even, 0xf5), odd, 0xaa);
    return once(_mm256_add_epi32(_mm256_srli_epi32(low, 1), high));
  }
  friend Lanes operator*(Lanes a, Lanes b) { return mul2(a, {_mm256_slli_epi32(b.v, 1)}); }
  Lanes rotate(unsigned k) const {
    const __m256i up = _mm256_and_si256(_mm256_slli_epi32(v, static_cast<int>(k)), all(kModulus).v);
    return {_mm256_or_si256(up, _mm256_srli_epi32(v, static_cast<int>(31 - k)))};
  }

  static void deinterleave(Lanes a, Lanes b, Lanes& even, Lanes& odd) {
    const __m256 x = _mm256_castsi256_ps(a.v), y = _mm256_castsi256_ps(b.v);
    even.v = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88)), 0xd8);
    odd.v = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xdd)), 0xd8);
  }
  static void interleave(Lanes even, Lanes odd, Lanes& a, Lanes& b) {
    const __m256i low = _mm256_unpacklo_epi32(even.v, odd.v), high = _mm256_unpackhi_epi32(even.v, odd.v);
    a.v = _mm256_permute2x128_si256(low, high, 0x20);
    b.v = _mm256_permute2x128_si256(low, high, 0x31);
  }

  static Lanes wrap_add(Lanes a, Lanes b) { return {_mm256_add_epi32(a.v, b.v)}; }
  friend Lanes operator^(Lanes a, Lanes b) { return {_mm256_xor_si256(a.v, b.v)}; }
  friend Lanes operator&(Lanes a, Lanes b) { return {_mm256_and_si256(a.v, b.v)}; }
  template <int kBits>
  Lanes rotr() const {
    if constexpr (kBits == 16 || kBits == 8) {
      const __m128i lane = kBits == 16 ? _mm_set_epi8(13, 12, 15, 14, 9, 8, 11, 10, 5, 4, 7, 6, 1, 0, 3, 2)
                                       : _mm_set_epi8(12, 15, 14, 13, 8, 11, 10, 9, 4, 7, 6, 5, 0, 3, 2, 1);
      return {_mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(lane))};
    }
    return {_mm256_or_si256(_mm256_srli_epi32(v, kBits), _mm256_slli_epi32(v, 32 - kBits))};
  }
  Lanes shift_left(unsigned k) const { return {_mm256_slli_epi32(v, static_cast<int>(k))}; }

  struct Sum {
    __m256i e = _mm256_setzero_si256(), o = _mm256_setzero_si256();
    void add(Lanes a, Lanes b) {
      e = _mm256_add_epi64(e, _mm256_mul_epu32(a.v, b.v));
      o = _mm256_add_epi64(o, _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), _mm256_srli_epi64(b.v, 32)));
    }
    void add_constant(Lanes a, Lanes b) {  // all lanes of b equal
      e = _mm256_add_epi64(e, _mm256_mul_epu32(a.v, b.v));
      o = _mm256_add_epi64(o, _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), b.v));
    }
    void add_value(Lanes a) {
      e = _mm256_add_epi64(e, _mm256_and_si256(a.v, _mm256_set1_epi64x(0xffffffffll)));
      o = _mm256_add_epi64(o, _mm256_srli_epi64(a.v, 32));
    }
    static __m256i folded(__m256i x) {
      return _mm256_add_epi64(_mm256_and_si256(x, _mm256_set1_epi64x(kModulus)), _mm256_srli_epi64(x, 31));
    }
    void fold() { e = folded(e), o = folded(o); }
    Lanes value() {
      fold();
      fold();
      return once(_mm256_blend_epi32(e, _mm256_slli_epi64(o, 32), 0xaa));
    }
  };
};

#elif defined(PITBOSS_LANES_AVX512)

struct Lanes {
  static constexpr unsigned kCount = 16;
  __m512i v;

  static Lanes load(const uint32_t* p) { return {_mm512_loadu_si512(p)}; }
  static Lanes load_bytes(const uint8_t* p) {
    return {_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
  }
  template <unsigned kDistinct>
  static Lanes load_repeated(const uint32_t* p) {
    if constexpr (kDistinct == 16) return load(p);
    if constexpr (kDistinct == 8) {
      return {_mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)))};
    }
    if constexpr (kDistinct == 4) {
      return {_mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
    }
    if constexpr (kDistinct == 2) {
      return {_mm512_broadcastq_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)))};
    }
    return all(*p);
  }
  static Lanes all(uint32_t x) { return {_mm512_set1_epi32(static_cast<int>(x))}; }
  static Lanes gather(const uint32_t* table, Lanes index) { return {_mm512_i32gather_epi32(index.v, table, 4)}; }
  void store(uint32_t* p) const { _mm512_storeu_si512(p, v); }

  static Lanes once(__m512i t) { return {_mm512_min_epu32(t, _mm512_sub_epi32(t, all(kModulus).v))}; }
  friend Lanes operator+(Lanes a, Lanes b) { return once(_mm512_add_epi32(a.v, b.v)); }
  friend Lanes operator-(Lanes a) { return all(0) - a; }
  friend Lanes operator-(Lanes a, Lanes b) {
    const __m512i t = _mm512_sub_epi32(a.v, b.v);
    return {_mm512_min_epu32(t, _mm512_add_epi32(t, all(kModulus).v))};
  }
  static Lanes mul2(Lanes a, Lanes b2) {
    const __m512i even = _mm512_mul_epu32(a.v, b2.v);
    const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), _mm512_srli_epi64(b2.v, 32));
    const __m512i low = _mm512_mask_shuffle_epi32(even, 0xaaaa, odd, static_cast<_MM_PERM_ENUM>(0xa0));
    const __m512i high = _mm512_mask_shuffle_epi32(odd, 0x5555, even, static_cast<_MM_PERM_ENUM>(0xf5));
    return once(_mm512_add_epi32(_mm512_srli_epi32(low, 1), high));
  }
  friend Lanes operator*(Lanes a, Lanes b) { return mul2(a, {_mm512_slli_epi32(b.v, 1)}); }
  Lanes rotate(unsigned k) const {
    const __m512i up = _mm512_and_si512(_mm512_slli_epi32(v, k), all(kModulus).v);
    return {_mm512_or_si512(up, _mm512_srli_epi32(v, 31 - k))};
  }

  static void deinterleave(Lanes a, Lanes b, Lanes& even, Lanes& odd) {
    const __m512i i = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i j = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    even.v = _mm512_permutex2var_epi32(a.v, i, b.v);
    odd.v = _mm512_permutex2var_epi32(a.v, j, b.v);
  }
  static void interleave(Lanes even, Lanes odd, Lanes& a, Lanes& b) {
    const __m512i i = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i j = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);
    a.v = _mm512_permutex2var_epi32(even.v, i, odd.v);
    b.v = _mm512_permutex2var_epi32(even.v, j, odd.v);
  }

  static Lanes wrap_add(Lanes a, Lanes b) { return {_mm512_add_epi32(a.v, b.v)}; }
  friend Lanes operator^(Lanes a, Lanes b) { return {_mm512_xor_si512(a.v, b.v)}; }
  friend Lanes operator&(Lanes a, Lanes b) { return {_mm512_and_si512(a.v, b.v)}; }
  template <int kBits>
  Lanes rotr() const { return {_mm512_ror_epi32(v, kBits)}; }
  Lanes shift_left(unsigned k) const { return {_mm512_slli_epi32(v, k)}; }

  struct Sum {
    __m512i e = _mm512_setzero_si512(), o = _mm512_setzero_si512();
    void add(Lanes a, Lanes b) {
      e = _mm512_add_epi64(e, _mm512_mul_epu32(a.v, b.v));
      o = _mm512_add_epi64(o, _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), _mm512_srli_epi64(b.v, 32)));
    }
    void add_constant(Lanes a, Lanes b) {
      e = _mm512_add_epi64(e, _mm512_mul_epu32(a.v, b.v));
      o = _mm512_add_epi64(o, _mm512_mul_epu32(_mm512_srli_epi64(a.v, 32), b.v));
    }
    void add_value(Lanes a) {
      e = _mm512_add_epi64(e, _mm512_and_si512(a.v, _mm512_set1_epi64(0xffffffffll)));
      o = _mm512_add_epi64(o, _mm512_srli_epi64(a.v, 32));
    }
    static __m512i folded(__m512i x) {
      return _mm512_add_epi64(_mm512_and_si512(x, _mm512_set1_epi64(kModulus)), _mm512_srli_epi64(x, 31));
    }
    void fold() { e = folded(e), o = folded(o); }
    Lanes value() {
      fold();
      fold();
      return once(_mm512_mask_blend_epi32(0xaaaa, e, _mm512_slli_epi64(o, 32)));
    }
  };
};

#endif

}  // inline namespace

}  // namespace pitboss::nexus::stark
