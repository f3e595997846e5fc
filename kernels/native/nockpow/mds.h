// Circulant 16 x 16 MDS product by splitting x^16 - 1 into (x^8 - 1)(x^8 + 1), generic over the number type.
//
// With y = M s seen as the cyclic convolution of s with the first column c, the sums y[i] + y[i+8] are a cyclic
// convolution of length 8 of (s[i] + s[i+8]) with (c[i] + c[i+8]), and the differences a negacyclic one; the cyclic one
// is split once more the same way. That takes 96 products instead of 256. The caller works on the 32-bit halves of the
// words, so all integers stay small: the results here are FOUR times the true product, at most 4 * 524757 * 2^32 < 2^54.
#pragma once

#include <cstdint>

#include "constants.h"

namespace pitboss::nockpow {

// Coefficients of the three short convolutions (c8: negacyclic 8, c4n: negacyclic 4, c4: cyclic 4), scaled so that every
// output of the recombination carries the same factor 4.
struct MdsSplit {
  int64_t n8[8];
  int64_t n4[4];
  int64_t c4[4];
};
static constexpr MdsSplit mds_split() {
  MdsSplit r{};
  int64_t s[8]{};
  for (int i = 0; i < 8; i++) {
    const auto a = static_cast<int64_t>(kMds[i]);
    const auto b = static_cast<int64_t>(kMds[i + 8]);
    s[i] = a + b;
    r.n8[i] = 2 * (a - b);
  }
  for (int i = 0; i < 4; i++) {
    r.c4[i] = s[i] + s[i + 4];
    r.n4[i] = s[i] - s[i + 4];
  }
  return r;
}
static constexpr MdsSplit kMdsSplit = mds_split();

}  // namespace pitboss::nockpow
