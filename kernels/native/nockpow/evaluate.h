// Values of polynomials with base-field coefficients at points of the extension.
#pragma once

#include <vector>

#include "commit.h"

namespace pitboss::nockpow {

// Sum of products with one reduction at the end.
struct Accumulator {
  u128 sum = 0;
  u64 carries = 0;
  void add(u64 a, u64 b) {
    const u128 p = static_cast<u128>(a) * b;
    sum += p;
    carries += sum < p;
  }
  [[nodiscard]] u64 value() const {
    // 2^128 = -2^32 mod p
    return sub(canonical(reduce_loose(sum)), mul(carries, 1ULL << 32));
  }
};

// f(x) from coefficients and the powers of x, three component arrays.
struct Powers {
  std::vector<u64> c[3];
  Powers(const F3& x, size_t n) {
    F3 p = kOne3;
    for (auto& v : c) v.resize(n);
    for (size_t i = 0; i < n; i++) {
      for (size_t k = 0; k < 3; k++) c[k][i] = p.c[k];
      p = p * x;
    }
  }
  [[nodiscard]] F3 evaluate(const Poly& f) const {
    Accumulator a[3];
    for (size_t i = 0; i < f.length; i++) {
      for (size_t k = 0; k < 3; k++) a[k].add(f.coefficients[i], c[k][i]);
    }
    return F3{{a[0].value(), a[1].value(), a[2].value()}};
  }
};

}  // namespace pitboss::nockpow
