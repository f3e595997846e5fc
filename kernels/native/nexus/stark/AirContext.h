// How the 449 constraints of the main component are written (specs/nexus-prover.md 5), and the small words they use.
//
// AirControl.h, AirCompute.h and AirMemory.h hold the chips in the order of the specification. Each line is the
// expression of the same number there; it must vanish on every row, and its number decides the power of the random
// coefficient it gets. A chip is a template over a context C that hands out column values and takes results: c.m(i)
// main, c.p(i) preprocessed, c.n(i) main on the next row (the spec's prime), c.v(i) an abbreviation of Selectors.h,
// c(expression). The prover instantiates chips with SIMD lanes, the verifier with QM31 samples. dev/check_air.py
// compares them with an independent machine-readable form (air.json) at random points.
#pragma once

#include "Columns.h"
#include "Field.h"
#include "Selectors.h"

namespace pitboss::nexus::stark::air {

inline constexpr unsigned kConstraints = 449;
inline constexpr Constant inv128{16777216};  // 128^-1

// A column of several limbs; lo and hi join bytes to the 16-bit halves of a word.
template <class F, int kLimbs>
struct Word {
  F limb[kLimbs];
  F operator[](int i) const { return limb[i]; }
};
template <int kLimbs, class Limb>
auto word(const Limb& limb) {
  using F = decltype(limb(0));
  if constexpr (kLimbs == 2) {
    return Word<F, 2>{limb(0), limb(1)};
  } else {
    return Word<F, 4>{limb(0), limb(1), limb(2), limb(3)};
  }
}
// The limbs that begin at a column: main, preprocessed, main on the next row.
template <int kLimbs, class C>
auto m(C& c, int first) {
  return word<kLimbs>([&](int i) { return c.m(first + i); });
}
template <int kLimbs, class C>
auto p(C& c, int first) {
  return word<kLimbs>([&](int i) { return c.p(first + i); });
}
template <int kLimbs, class C>
auto n(C& c, int first) {
  return word<kLimbs>([&](int i) { return c.n(first + i); });
}
template <class F>
F lo(const Word<F, 4>& w) {
  return w[0] + 256 * w[1];
}
template <class F>
F hi(const Word<F, 4>& w) {
  return w[2] + 256 * w[3];
}

}  // namespace pitboss::nexus::stark::air
