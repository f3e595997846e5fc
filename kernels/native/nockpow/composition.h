// Composition polynomials: all constraints of both tables, divided by their vanishing polynomials and weighted.
//
// The trace polynomials are evaluated once on the coset 7 <w_n> with n = 4 * (largest height), where the quotient has at
// most n coefficients, and serve both compositions (with and without the extra kind). Memory at length 64: 8.7 MB.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "commit.h"
#include "program.h"

namespace pitboss::nockpow {

class Composer {
 public:
  // columns[t]: all trace polynomials of table t in the order base, ext, mega.
  Composer(const Kernels& k, Team& team, bool legacy, const std::array<std::vector<Poly>, 2>& columns,
           std::array<u64, 2> heights);

  // Coefficients of the composition polynomial (n of them). weights: two belts per constraint polynomial.
  std::vector<u64> compose(bool with_extra, const std::vector<u64>& challenges, const std::array<std::vector<u64>, 2>& terminals,
                           const std::vector<u64>& weights);

 private:
  void add_table(size_t table, bool with_extra, u64 bound, const std::vector<u64>& fixed, const u64* weights, u64* total);

  const Kernels& k_;
  Team& team_;
  bool legacy_;
  std::array<u64, 2> heights_;
  size_t n_, stride_;
  std::array<size_t, 2> widths_;
  std::array<std::optional<Buffer>, 2> values_;
  std::vector<u64> roots_;  // w_n^i
};

// Inverts every nonzero element; zeros stay.
void invert_all(std::vector<u64>& values);

}  // namespace pitboss::nockpow
