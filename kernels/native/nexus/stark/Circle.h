// The circle group over M31 and its extensions, canonic domains and their orders (specs/nexus-prover.md 1.2 and 1.3).
//
// Points are addressed by an exponent e (mod 2^31) of the generator. A domain of log size n is stored in "br order":
// position i holds the value at natural index bitrev_n(i); a table's row j is the point with coset index j.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "Field.h"

namespace pitboss::nexus::stark {

template <class F>
struct Point {
  F x, y;
};
using BasePoint = Point<M31>;
using SecurePoint = Point<QM31>;

template <class F>
constexpr Point<F> operator+(Point<F> p, Point<F> q) {
  return {p.x * q.x - p.y * q.y, p.x * q.y + p.y * q.x};
}
template <class F>
constexpr Point<F> operator-(Point<F> p) {
  return {p.x, F{} - p.y};
}

// e * g for the generator g of the group of order 2^31.
constexpr BasePoint point(uint32_t e) {
  BasePoint result{M31(1), M31(0)};
  BasePoint step{M31(2), M31(1268011823u)};
  for (e &= kP; e != 0; e >>= 1, step = step + step) {
    if (e & 1) result = result + step;
  }
  return result;
}
constexpr SecurePoint lift(BasePoint p) { return {lift(p.x), lift(p.y)}; }

// Exponent of the trace step of log size n (a point of order 2^n).
constexpr uint32_t step_exponent(unsigned n) { return n == 0 ? 0 : 1u << (31 - n); }

constexpr uint32_t bit_reverse(uint32_t i, unsigned bits) {
  i = ((i >> 1) & 0x55555555u) | ((i & 0x55555555u) << 1);
  i = ((i >> 2) & 0x33333333u) | ((i & 0x33333333u) << 2);
  i = ((i >> 4) & 0x0f0f0f0fu) | ((i & 0x0f0f0f0fu) << 4);
  i = ((i >> 8) & 0x00ff00ffu) | ((i & 0x00ff00ffu) << 8);
  i = (i >> 16) | (i << 16);
  return bits == 0 ? 0 : i >> (32 - bits);
}

// Point with natural index i of the canonic domain of log size n (n >= 1).
constexpr BasePoint domain_point(unsigned n, uint32_t natural) {
  const uint32_t half = 1u << (n - 1);
  const uint32_t k = natural & (half - 1);
  const BasePoint p = point((1u << (31 - n - 1)) + k * (n == 1 ? 0u : 1u << (31 - (n - 1))));
  return natural < half ? p : -p;
}
// Point stored at position i.
constexpr BasePoint position_point(unsigned n, uint32_t position) { return domain_point(n, bit_reverse(position, n)); }

// Position in br order of coset row j.
constexpr uint32_t row_position(unsigned n, uint32_t j) {
  const uint32_t natural = (j & 1) == 0 ? j / 2 : (1u << n) - 1 - (j - 1) / 2;
  return bit_reverse(natural, n);
}

constexpr M31 lift_one(M31) { return M31(1); }
constexpr QM31 lift_one(QM31) { return qm31(1); }

// V_n at a point: pi applied n-1 times to x; zero exactly on the canonic domain of log size n.
template <class F>
constexpr F vanishing(unsigned n, Point<F> p) {
  F x = p.x;
  for (unsigned i = 1; i < n; ++i) {
    const F square = x * x;
    x = square + square - lift_one(x);
  }
  return x;
}
// The factors y, x, pi(x), pi(pi(x)), ... (n of them) whose products are the basis of the circle FFT.
template <class F>
std::vector<F> basis_factors(unsigned n, Point<F> p) {
  std::vector<F> out;
  F x = p.x;
  for (unsigned i = 0; i < n; ++i) {
    if (i == 0) {
      out.push_back(p.y);
      continue;
    }
    out.push_back(x);
    const F square = x * x;
    x = square + square - lift_one(x);
  }
  return out;
}

// All 2^n basis functions at a point: index k multiplies coefficient k.
template <class F>
std::vector<F> basis(unsigned n, Point<F> p) {
  const auto factors = basis_factors(n, p);
  std::vector<F> out(size_t{1} << n);
  out[0] = lift_one(p.x);
  for (unsigned bit = 0; bit < n; ++bit) {
    const size_t half = size_t{1} << bit;
    for (size_t k = 0; k < half; ++k) out[half + k] = out[k] * factors[bit];
  }
  return out;
}

}  // namespace pitboss::nexus::stark
