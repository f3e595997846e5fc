// Composition polynomials: see composition.h.
#include "composition.h"

#include <algorithm>
#include <cstring>

namespace pitboss::nockpow {

void invert_all(std::vector<u64>& values) {
  std::vector<u64> prefix(values.size());
  u64 product = 1;
  for (size_t i = 0; i < values.size(); i++) {
    prefix[i] = product;
    if (values[i] != 0) product = mul(product, values[i]);
  }
  u64 inv = inverse(product);
  for (size_t i = values.size(); i-- > 0;) {
    if (values[i] == 0) continue;
    const u64 next = mul(inv, values[i]);
    values[i] = mul(inv, prefix[i]);
    inv = next;
  }
}

Composer::Composer(const Kernels& k, Team& team, bool legacy, const std::array<std::vector<Poly>, 2>& columns,
                   std::array<u64, 2> heights)
    : k_(k), team_(team), legacy_(legacy), heights_(heights), n_(4 * std::max(heights[0], heights[1])), stride_(0), widths_{} {
  // The next row of a table is n / height places further; that many first values are repeated after the end.
  const size_t wrap = n_ / std::min(heights[0], heights[1]);
  stride_ = (n_ + wrap + 7) / 8 * 8 + 8;
  for (size_t t = 0; t < 2; t++) {
    widths_[t] = columns[t].size();
    values_[t].emplace(widths_[t] * stride_);
    evaluate_columns(k, team, columns[t], n_, values_[t]->data(), stride_);
    for (size_t c = 0; c < widths_[t]; c++) {
      u64* col = values_[t]->data() + c * stride_;
      std::copy(col, col + n_ / heights[t], col + n_);
    }
  }
  roots_.resize(n_);
  roots_[0] = 1;
  for (size_t i = 1; i < n_; i++) roots_[i] = mul(roots_[i - 1], root_of_unity(n_));
}

void Composer::add_table(size_t table, bool with_extra, u64 bound, const std::vector<u64>& fixed, const u64* weights,
                         u64* total) {
  const Program& p = program(legacy_, table, with_extra);
  const u64 height = heights_[table];
  const u64 last = inverse(root_of_unity(height));
  // Inverses of x - 1, x - last and x^height - 1 over the coset; the last has only n / height different values.
  const size_t period = n_ / height;
  std::vector<u64> at_first(n_), at_last(n_), at_row(period);
  for (size_t i = 0; i < n_; i++) {
    const u64 x = mul(7, roots_[i]);
    at_first[i] = sub(x, 1);
    at_last[i] = sub(x, last);
  }
  for (size_t i = 0; i < period; i++) at_row[i] = sub(power(mul(7, roots_[i]), height), 1);
  std::vector<u64> to_last = at_last;
  invert_all(at_first);
  invert_all(at_last);
  invert_all(at_row);
  std::vector<u64> shifts(p.classes.size()), exponents(p.classes.size());
  for (size_t c = 0; c < p.classes.size(); c++) {
    const auto [kind, degree] = p.classes[c];
    exponents[c] = degree < 0 ? 0 : bound - degree_bound(kind, degree, height);
    shifts[c] = power(7, exponents[c]);
  }

  const size_t columns = widths_[table];
  std::vector<Buffer> work;
  work.reserve(team_.size());
  for (unsigned i = 0; i < team_.size(); i++) work.emplace_back(32 * (p.registers + p.classes.size()));
  team_.run(n_ / 32, 4, [&](size_t begin, size_t end, unsigned worker) {
    u64* registers = work[worker].data();
    u64* acc = registers + 32 * p.registers;
    std::vector<const u64*> operands(p.registers + 2 * columns);
    for (size_t i = 0; i < p.registers; i++) operands[i] = registers + 32 * i;
    for (size_t block = begin; block < end; block++) {
      const size_t first = 32 * block;
      for (size_t c = 0; c < columns; c++) {
        const u64* col = values_[table]->data() + c * stride_ + first;
        operands[p.registers + c] = col;
        operands[p.registers + columns + c] = col + n_ / height;
      }
      std::memset(acc, 0, 32 * p.classes.size() * sizeof(u64));
      k_.run_program(p.code.data(), p.code.size(), operands.data(), registers, fixed.data(), weights, acc);
      for (size_t i = 0; i < 32; i++) {
        const size_t point = first + i;
        u64 by_kind[kKinds] = {};
        for (size_t c = 0; c < p.classes.size(); c++) {
          // x^e with x = 7 w^point
          const u64 xe = exponents[c] == 0 ? 1 : mul(shifts[c], roots_[exponents[c] * point % n_]);
          u64& k = by_kind[static_cast<size_t>(p.classes[c].kind)];
          k = add(k, mul(acc[32 * c + i], xe));
        }
        const u64 row = at_row[point % period];
        u64 sum = mul(by_kind[static_cast<size_t>(Kind::boundary)], at_first[point]);
        sum = add(sum, mul(by_kind[static_cast<size_t>(Kind::terminal)], at_last[point]));
        u64 rows = add(by_kind[static_cast<size_t>(Kind::row)], by_kind[static_cast<size_t>(Kind::extra)]);
        rows = add(rows, mul(by_kind[static_cast<size_t>(Kind::transition)], to_last[point]));
        total[point] = add(total[point], add(sum, mul(rows, row)));
      }
    }
  });
}

std::vector<u64> Composer::compose(bool with_extra, const std::vector<u64>& challenges,
                                   const std::array<std::vector<u64>, 2>& terminals, const std::vector<u64>& weights) {
  const u64 bound = composition_bound(legacy_, with_extra, heights_);
  std::vector<u64> total(n_, 0);
  size_t used = 0;
  for (size_t t = 0; t < 2; t++) {
    const auto fixed = fixed_values(table_system(legacy_, t), challenges, terminals[t]);
    add_table(t, with_extra, bound, fixed, weights.data() + used, total.data());
    used += 2 * program(legacy_, t, with_extra).weights;
  }
  interpolate(total.data(), n_);
  const u64 back = inverse(7);
  u64 s = 1;
  for (u64& c : total) {
    c = mul(c, s);
    s = mul(s, back);
  }
  return total;
}

}  // namespace pitboss::nockpow
