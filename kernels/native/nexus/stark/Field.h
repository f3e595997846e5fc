// Mersenne-31 and its extensions CM31 and QM31, for one value or for a vector of lanes (specs/nexus-prover.md 1.1).
//
// Everything is canonical (0..p-1) at all times: values that are hashed or serialised need no last reduction. The
// extension is a template over its base so that the same formulas serve the scalar code, the SIMD lanes and the
// verifier.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace pitboss::nexus::stark {

inline constexpr uint32_t kP = 0x7fffffffu;

struct M31 {
  uint32_t v = 0;
  constexpr M31() = default;
  constexpr explicit M31(uint32_t canonical) : v(canonical) {}
  // Any 64-bit number, reduced.
  static constexpr M31 from(uint64_t x) {
    x = (x & kP) + (x >> 31);
    x = (x & kP) + (x >> 31);
    return M31(static_cast<uint32_t>(x >= kP ? x - kP : x));
  }
  static constexpr M31 all(uint32_t x) { return from(x); }
  constexpr M31 rotate(unsigned k) const { return from(static_cast<uint64_t>(v) << k); }
  constexpr bool operator==(const M31&) const = default;
  friend constexpr M31 operator+(M31 a, M31 b) {
    const uint32_t t = a.v + b.v;
    return M31(t >= kP ? t - kP : t);
  }
  friend constexpr M31 operator-(M31 a, M31 b) { return M31(a.v >= b.v ? a.v - b.v : a.v + kP - b.v); }
  friend constexpr M31 operator-(M31 a) { return M31(a.v == 0 ? 0 : kP - a.v); }
  friend constexpr M31 operator*(M31 a, M31 b) { return from(static_cast<uint64_t>(a.v) * b.v); }
};

constexpr M31 inverse(M31 a) {  // a^(p-2); 0 for 0
  M31 result(1);
  for (uint32_t e = kP - 2; e != 0; e >>= 1, a = a * a) {
    if (e & 1) result = result * a;
  }
  return result;
}

// A + B i with i^2 = -1.
template <class F>
struct Complex {
  F a, b;
  friend constexpr Complex operator+(Complex x, Complex y) { return {x.a + y.a, x.b + y.b}; }
  friend constexpr Complex operator-(Complex x, Complex y) { return {x.a - y.a, x.b - y.b}; }
  friend constexpr Complex operator*(Complex x, Complex y) { return {x.a * y.a - x.b * y.b, x.a * y.b + x.b * y.a}; }
  friend constexpr Complex operator*(Complex x, F y) { return {x.a * y, x.b * y}; }
};

// (a + b i) + (c + d i) u with u^2 = 2 + i; memory, hash and wire order a, b, c, d.
template <class F>
struct Quartic {
  F a, b, c, d;
  static constexpr Quartic all(uint32_t x) { return {F::all(x), F::all(0), F::all(0), F::all(0)}; }
  constexpr Quartic rotate(unsigned k) const { return {a.rotate(k), b.rotate(k), c.rotate(k), d.rotate(k)}; }
  constexpr Complex<F> low() const { return {a, b}; }
  constexpr Complex<F> high() const { return {c, d}; }
  static constexpr Quartic of(Complex<F> low, Complex<F> high) { return {low.a, low.b, high.a, high.b}; }
  friend constexpr Quartic operator+(Quartic x, Quartic y) { return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d}; }
  friend constexpr Quartic operator-(Quartic x, Quartic y) { return {x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d}; }
  friend constexpr Quartic operator*(Quartic x, F y) { return {x.a * y, x.b * y, x.c * y, x.d * y}; }
  friend constexpr Quartic operator*(Quartic x, Quartic y) {
    const auto hh = x.high() * y.high();
    const Complex<F> folded{hh.a + hh.a - hh.b, hh.a + hh.b + hh.b};  // (2 + i) hh
    return of(x.low() * y.low() + folded, x.low() * y.high() + x.high() * y.low());
  }
};

using CM31 = Complex<M31>;
using QM31 = Quartic<M31>;

constexpr bool operator==(const CM31& x, const CM31& y) { return x.a == y.a && x.b == y.b; }
constexpr bool operator==(const QM31& x, const QM31& y) {
  return x.a == y.a && x.b == y.b && x.c == y.c && x.d == y.d;
}
constexpr CM31 operator-(CM31 x) { return {-x.a, -x.b}; }
constexpr QM31 operator-(QM31 x) { return {-x.a, -x.b, -x.c, -x.d}; }
constexpr QM31 operator+(QM31 x, M31 y) { return {x.a + y, x.b, x.c, x.d}; }
constexpr QM31 operator-(QM31 x, M31 y) { return {x.a - y, x.b, x.c, x.d}; }

constexpr QM31 lift(M31 x) { return {x, M31(), M31(), M31()}; }
constexpr QM31 lift(CM31 x) { return {x.a, x.b, M31(), M31()}; }
constexpr QM31 qm31(uint32_t a, uint32_t b = 0, uint32_t c = 0, uint32_t d = 0) {
  return {M31(a), M31(b), M31(c), M31(d)};
}
constexpr std::array<uint32_t, 4> words(QM31 x) { return {x.a.v, x.b.v, x.c.v, x.d.v}; }

// The "complex conjugate" of section 11: A - B u.
constexpr QM31 conjugate(QM31 x) { return {x.a, x.b, -x.c, -x.d}; }

constexpr CM31 inverse(CM31 x) {
  const M31 n = inverse(x.a * x.a + x.b * x.b);
  return {x.a * n, -(x.b * n)};
}
constexpr QM31 inverse(QM31 x) {
  const auto hh = x.high() * x.high();
  const CM31 folded{hh.a + hh.a - hh.b, hh.a + hh.b + hh.b};
  const CM31 n = inverse(x.low() * x.low() - folded);
  return QM31::of(x.low() * n, (-x.high()) * n);
}
constexpr QM31 power(QM31 x, uint64_t e) {
  QM31 result = qm31(1);
  for (; e != 0; e >>= 1, x = x * x) {
    if (e & 1) result = result * x;
  }
  return result;
}

// Arithmetic with small constants, as constraints are written: 65536 * x, 1 - x, x + 4. all(k) gives k in every lane,
// rotate(k) multiplies by 2^k.
template <class F>
concept FieldValue = requires(F x) {
  F::all(1u);
  x.rotate(1u);
};
struct Constant {
  uint32_t value;  // canonical
};
constexpr Constant operator*(int k, Constant c) { return {M31::from(static_cast<uint64_t>(k) * c.value).v}; }
template <FieldValue F>
constexpr F operator*(Constant k, F x) {
  return F::all(k.value) * x;
}
template <FieldValue F>
constexpr F operator*(F x, Constant k) {
  return F::all(k.value) * x;
}
template <FieldValue F>
constexpr F operator*(int k, F x) {
  const auto bits = static_cast<uint32_t>(k);
  return std::has_single_bit(bits) ? x.rotate(static_cast<unsigned>(std::countr_zero(bits))) : F::all(bits) * x;
}
template <FieldValue F>
constexpr F operator+(F x, int k) {
  return x + F::all(static_cast<uint32_t>(k));
}
template <FieldValue F>
constexpr F operator+(int k, F x) {
  return x + F::all(static_cast<uint32_t>(k));
}
template <FieldValue F>
constexpr F operator-(F x, int k) {
  return x - F::all(static_cast<uint32_t>(k));
}
template <FieldValue F>
constexpr F operator-(int k, F x) {
  return F::all(static_cast<uint32_t>(k)) - x;
}

// x0 + x1 i + x2 u + x3 i u: one secure value from the samples of its four coordinate columns.
constexpr QM31 from_coordinates(QM31 x0, QM31 x1, QM31 x2, QM31 x3) {
  return x0 + x1 * qm31(0, 1) + x2 * qm31(0, 0, 1) + x3 * qm31(0, 0, 0, 1);
}

}  // namespace pitboss::nexus::stark
