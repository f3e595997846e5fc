// Folding step shared by prover and verifier of the low-degree test (specs/nockpow.md 7.5).
#pragma once

#include "field.h"

namespace pitboss::nockpow {

// The polynomial of degree below 8 through values[i] at ROOT(8)^i, at a point.
static inline F3 fold_coset(const F3 values[8], const F3& point) {
  // Inverse transform of length 8 (decimation in time on the bit-reversed order), without the factor 1/8.
  static constexpr int kOrder[8] = {0, 4, 2, 6, 1, 5, 3, 7};
  const u64 w = inverse(root_of_unity(8));
  const u64 twiddle[4] = {1, w, mul(w, w), mul(w, mul(w, w))};
  F3 a[8];
  for (int i = 0; i < 8; i++) a[i] = values[kOrder[i]];
  for (int half = 1; half < 8; half *= 2) {
    for (int k = 0; k < 8; k += 2 * half) {
      for (int j = 0; j < half; j++) {
        const F3 u = a[k + j];
        const F3 v = j == 0 ? a[k + j + half] : scale(twiddle[j * 4 / half], a[k + j + half]);
        a[k + j] = u + v;
        a[k + j + half] = u - v;
      }
    }
  }
  F3 r = a[7];
  for (int i = 7; i-- > 0;) r = r * point + a[i];
  return scale(inverse(8), r);
}

}  // namespace pitboss::nockpow
