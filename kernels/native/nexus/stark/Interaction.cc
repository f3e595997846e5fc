// Interaction columns (specs/nexus-prover.md 6.3 and 7): running sums of the lookups' fractions.
#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

constexpr size_t kGrain = 512;  // rows

M31 inverse_of_size(unsigned log) { return M31(log == 0 ? 1 : 1u << (31 - log)); }

// last(row) = sum over rows t <= row of (total(t) - claimed / N), rows in coset order. Returns the claimed sum.
QM31 prefix_column(const SecureColumn& total, SecureColumn& last, unsigned log) {
  const size_t size = size_t{1} << log;
  QM31 claimed{};
  for (size_t i = 0; i < size; ++i) claimed = claimed + total.at(i);
  const QM31 shift = claimed * inverse_of_size(log);
  QM31 sum{};
  auto out = last.planes();
  for (size_t row = 0; row < size; ++row) {
    const uint32_t at = row_position(log, static_cast<uint32_t>(row));
    sum = sum + total.at(at) - shift;
    const auto w = words(sum);
    for (int d = 0; d < 4; ++d) out.p[d][at] = w[static_cast<size_t>(d)];
  }
  return claimed;
}

}  // namespace

Interaction::Interaction(Session& s) : s_(s), sum_(s.arena, s.rows), last_(s.arena, s.rows) {
  for (const Lookup& lookup : main_lookups()) {
    if (lookup.table == Lookup::Table::kNone) continue;
    auto& table = tables_[{lookup.relation, lookup.table}];
    if (table.empty()) table = lookup_table(lookup, s.randomness);
  }
  restart();
}

void Interaction::restart() {
  std::fill_n(sum_.data.data(), 4 * sum_.size, 0u);
  next_ = 0;
}

Interaction::Step Interaction::advance() {
  const Lookup& lookup = main_lookups()[next_];
  const bool all = lookup.selector == kOne;
  const MainTable& table = s_.main;
  const Column selector = all ? Column{} : table.column(lookup.selector);
  Step step;
  const bool fixed_selector = all || table.constant(lookup.selector);
  if (!all && fixed_selector && table.first(lookup.selector) == 0) {
    step.constant = true;
  } else if (lookup.table != Lookup::Table::kNone) {
    const auto& values = tables_[{lookup.relation, lookup.table}];
    const bool has_high = lookup.high != kOne;
    const Column low = table.column(lookup.low), high = has_high ? table.column(lookup.high) : Column{};
    s_.workers.ranges(s_.rows, kGrain, [&](size_t from, size_t to) {
      s_.k.add_lookup(sum_.planes(), values.data(), 256, low, high, lookup.mask, selector, from, to);
    });
    if (fixed_selector && table.constant(lookup.low) && (!has_high || table.constant(lookup.high))) {
      const uint32_t index =
          (table.first(lookup.low) & lookup.mask) + (has_high ? (table.first(lookup.high) & lookup.mask) << 4 : 0);
      step.constant = true;
      step.added = qm31(values[index], values[256 + index], values[512 + index], values[768 + index]);
    }
  } else {
    const BoundDenominator bound(denominator(lookup, s_.randomness), [&](Cell cell) { return table.column(cell); });
    s_.workers.ranges(s_.rows, kGrain, [&](size_t from, size_t to) {
      s_.k.add_fraction(sum_.planes(), bound.form, selector, lookup.negative, from, to);
    });
  }
  if (++next_ == main_lookups().size()) {
    step.constant = false;
    finish();
  }
  return step;
}

void Interaction::finish() {
  if (complete_) return;
  claimed_ = prefix_column(sum_, last_, s_.n);
  complete_ = true;
}

void Session::fill_small_sums() {
  for (unsigned c = 1; c < kComponents; ++c) {
    const auto& lookups = component_lookups(c);
    const unsigned log = sizes[c];
    const size_t size = size_t{1} << log;
    Buffer<uint32_t> product;
    if (c == kRam) {
      product = arena.words(size);
      for (size_t i = 0; i < size; ++i) product[i] = (M31(small[c].pre[4][i]) * M31(small[c].pre[5][i])).v;
    }
    const auto column = [&](Cell cell) { return small_cell(c, cell, product.data()); };
    SecureColumn sum(arena, size, true);
    auto& out = small_sums[c];
    for (size_t i = 0; i < lookups.size(); ++i) {
      const Lookup& lookup = lookups[i];
      const BoundDenominator bound(denominator(lookup, randomness), column);
      const Column selector = lookup.selector == kOne ? Column{} : column(lookup.selector);
      k.add_fraction(sum.planes(), bound.form, selector, lookup.negative, 0, size);
      check();
      if (c == kFinalReg || i + 1 == lookups.size()) continue;
      SecureColumn& kept_sum = out.emplace_back(arena, size);
      std::copy_n(sum.data.data(), 4 * size, kept_sum.data.data());
    }
    SecureColumn last(arena, size);
    proof.claimed_sums[c] = prefix_column(sum, last, log);
    out.push_back(std::move(last));
  }
}

Column Session::small_cell(unsigned component, Cell cell, const uint32_t* initial_value) const {
  if (cell == kInitialValueCell) return {initial_value, false};
  const SmallTable& t = small[component];
  return {cell < 64 ? t.pre[cell].data() : t.main[cell - 64u].data(), false};
}

}  // namespace pitboss::nexus::stark
