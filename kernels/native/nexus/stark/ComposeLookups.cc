// The 208 lookup constraints of the main component: N values on the first half of the doubled domain and one more.
#include <algorithm>

#include "CompositionParts.h"

namespace pitboss::nexus::stark {

namespace {

constexpr size_t kGrain = 128;  // rows

// Values of main-component cells on the first half of the doubled domain, evaluated when asked for and kept for a
// while.
class CellCache {
 public:
  CellCache(Session& s, size_t slots) : s_(s), buffer_(s.arena.words(slots * s.rows)), slot_of_(kCells, -1), held_(slots, kOne) {}

  // Makes all cells available at once (at most as many as there are slots).
  void load(const std::vector<Cell>& cells) {
    std::vector<std::pair<Cell, uint32_t*>> missing;
    for (const Cell cell : cells) {
      if (slot_of_[cell] >= 0) continue;
      // The oldest slot that holds none of the cells asked for.
      while (held_[turn_] != kOne && std::find(cells.begin(), cells.end(), held_[turn_]) != cells.end()) step();
      if (held_[turn_] != kOne) slot_of_[held_[turn_]] = -1;
      held_[turn_] = cell;
      slot_of_[cell] = static_cast<int>(turn_);
      missing.emplace_back(cell, buffer_.data() + turn_ * s_.rows);
      step();
    }
    const auto layers = s_.twiddles.forward(s_.n + 1, s_.n, 0);
    s_.parallel(missing.size(), [&](size_t i) {
      s_.k.evaluate(s_.polynomial(polynomial_of(missing[i].first)), missing[i].second, s_.n, layers.layer);
    });
  }
  const uint32_t* at(Cell cell) const { return buffer_.data() + static_cast<size_t>(slot_of_[cell]) * s_.rows; }

 private:
  void step() { turn_ = (turn_ + 1) % held_.size(); }
  Session& s_;
  Buffer<uint32_t> buffer_;
  std::vector<int> slot_of_;
  std::vector<Cell> held_;
  size_t turn_ = 0;
};

class MainLookups {
 public:
  static constexpr size_t kGroup = kLookupGroup;
  static constexpr size_t kSlots = 96;

  explicit MainLookups(Session& s)
      : s_(s), cells_(s, kSlots), selector_values_(s.arena.words(s.rows * selector::kCount)), before_last_(s.arena, s.rows),
        out_(s.arena, s.rows, true) {
    for (size_t i = 0; i < kGroup + 1; ++i) sums_.emplace_back(s.arena, s.rows);
  }

  // Adds the coefficients of the weighted quotient to `into`.
  void run(const std::vector<QM31>& weights, SecureColumn& into, const std::function<void()>& tick) {
    const M31 scale = inverse_vanishing(s_.n, s_.n + 1, 0);
    load_selectors();
    load_before_last();
    Interaction& interaction = *s_.interaction;
    interaction.restart();
    for (unsigned k = 0; k < interaction_columns(kMain); k += kGroup) {
      load_sums(k);
      std::vector<Cell> cells;
      for (unsigned i = k; i < k + kGroup; ++i) collect_cells(main_lookups()[i], cells);
      cells_.load(cells);
      for (unsigned i = 0; i < kGroup; ++i) constrain(k + i, sums_[i + 1], sums_[i], weights[k + i] * scale);
      std::swap(sums_[0], sums_[kGroup]);
      tick();
    }
    finish(weights, into);
  }

 private:
  void load_selectors() {
    std::vector<Cell> flags;
    selectors<M31>([&](unsigned i) { return flags.push_back(main_cell(i)), M31(); }, [](unsigned, M31) {});
    std::sort(flags.begin(), flags.end());
    flags.erase(std::unique(flags.begin(), flags.end()), flags.end());
    cells_.load(flags);
    const uint32_t* columns[kMainColumns] = {};
    for (const Cell cell : flags) columns[cell - 64u] = cells_.at(cell);
    uint32_t* out[selector::kCount];
    for (unsigned i = 0; i < selector::kCount; ++i) out[i] = selector_values_.data() + i * s_.rows;
    s_.workers.ranges(s_.rows, kGrain, [&](size_t from, size_t to) { s_.k.selectors(columns, out, from, to); });
  }

  // The last interaction column, one row earlier, on the half domain, and its value at the extra point.
  void load_before_last() {
    const SecureColumn& last = s_.interaction->last();
    for (uint32_t row = 0; row < s_.rows; ++row) {
      const auto previous = static_cast<uint32_t>((row + s_.rows - 1) % s_.rows);
      const uint32_t from = row_position(s_.n, previous), to = row_position(s_.n, row);
      for (int d = 0; d < 4; ++d) before_last_.planes().p[d][to] = last.view().p[d][from];
    }
    std::array<uint32_t, 4> edge{};
    SecureColumn& scratch = sums_[1];
    s_.parallel(4, [&](size_t d) {
      uint32_t* v = before_last_.planes().p[d];
      s_.k.interpolate(v, s_.n, s_.twiddles.inverse(s_.n).layer);
      s_.k.evaluate(v, scratch.planes().p[d], s_.n, s_.twiddles.forward(s_.n + 1, s_.n, 1).layer);
      edge[d] = scratch.planes().p[d][0];
      s_.k.evaluate(v, v, s_.n, s_.twiddles.forward(s_.n + 1, s_.n, 0).layer);
    });
    edge_before_last_ = qm31(edge[0], edge[1], edge[2], edge[3]);
  }

  // Columns k..k+3 on the half domain into sums_[1..4].
  void load_sums(unsigned k) {
    if (s_.options.mode == Mode::kFast) {
      for (unsigned i = 0; i < kGroup; ++i) std::swap(sums_[i + 1], s_.kept[k + i]);
      return;
    }
    Interaction& interaction = *s_.interaction;
    std::array<Interaction::Step, kGroup> steps;
    for (unsigned i = 0; i < kGroup; ++i) {
      steps[i] = interaction.advance();
      const bool last = k + i + 1 == interaction_columns(kMain);
      if (k + i == 0) steps[i].constant = false;
      if (steps[i].constant) continue;
      const ConstPlanes from = (last ? interaction.last() : interaction.sum()).view();
      const Planes to = sums_[i + 1].planes();
      s_.workers.run(4, [&](size_t d) { std::copy_n(from.p[d], s_.rows, to.p[d]); });
    }
    s_.parallel(4 * kGroup, [&](size_t job) {
      const size_t i = job / 4, d = job % 4;
      if (steps[i].constant) return;
      uint32_t* v = sums_[i + 1].planes().p[d];
      s_.k.interpolate(v, s_.n, s_.twiddles.inverse(s_.n).layer);
      s_.k.evaluate(v, v, s_.n, s_.twiddles.forward(s_.n + 1, s_.n, 0).layer);
    });
    s_.parallel(4, [&](size_t d) {
      for (unsigned i = 0; i < kGroup; ++i) {
        if (!steps[i].constant) continue;
        uint32_t* v = sums_[i + 1].planes().p[d];
        std::copy_n(sums_[i].view().p[d], s_.rows, v);
        s_.k.add_constant(v, s_.rows, words(steps[i].added)[d]);
      }
    });
  }

  static void collect_cells(const Lookup& lookup, std::vector<Cell>& cells) {
    for (const Form& form : lookup.tuple) {
      for (const auto& term : form.terms) cells.push_back(term.cell);
    }
    if (lookup.selector < selector_cell(0)) cells.push_back(lookup.selector);
  }

  void constrain(unsigned k, const SecureColumn& current, const SecureColumn& previous, QM31 weight) {
    const Lookup& lookup = main_lookups()[k];
    const BoundDenominator bound(denominator(lookup, s_.randomness), [&](Cell c) { return Column{cells_.at(c), false}; });
    const uint32_t* selector = nullptr;
    if (lookup.selector != kOne) {
      selector = lookup.selector >= selector_cell(0)
                     ? selector_values_.data() + (lookup.selector - selector_cell(0)) * s_.rows
                     : cells_.at(lookup.selector);
    }
    const bool last = k + 1 == interaction_columns(kMain);
    const auto shift = words(s_.interaction->claimed() * inverse_of(s_.n));
    const auto w = words(weight);
    const ConstPlanes none{};
    s_.workers.ranges(s_.rows, kGrain, [&](size_t from, size_t to) {
      s_.k.lookup_constraint(out_.planes(), current.view(), k == 0 ? none : previous.view(),
                             last ? before_last_.view() : none, last ? shift.data() : nullptr, bound.form, selector,
                             lookup.negative, w.data(), from, to);
    });
  }
  static M31 inverse_of(unsigned log) { return M31(1u << (31 - log)); }

  // The same sum of constraints at the extra point.
  QM31 at_edge(const std::vector<QM31>& weights) const {
    std::array<M31, selector::kCount> flags;
    selectors<M31>([&](unsigned i) { return M31(s_.edge_main[kPreColumns + i]); },
                   [&](unsigned i, M31 value) { flags[i] = value; });
    const auto cell = [&](Cell c) {
      return c >= selector_cell(0) ? flags[c - selector_cell(0)] : M31(s_.edge_main[polynomial_of(c)]);
    };
    QM31 sum{}, before{};
    for (unsigned k = 0; k < interaction_columns(kMain); ++k) {
      const Lookup& lookup = main_lookups()[k];
      const Denominator d = denominator(lookup, s_.randomness);
      QM31 value = d.constant;
      for (const auto& term : d.terms) value = value + term.factor * cell(term.cell);
      const M31 flag = lookup.selector == kOne ? M31(1) : cell(lookup.selector);
      QM31 delta = s_.edge_sum[k] - before;
      if (k + 1 == interaction_columns(kMain)) {
        delta = delta - edge_before_last_ + s_.interaction->claimed() * inverse_of(s_.n);
      }
      const QM31 constraint = delta * value - lift(lookup.negative ? -flag : flag);
      sum = sum + constraint * weights[k];
      before = s_.edge_sum[k];
    }
    return sum;
  }

  void finish(const std::vector<QM31>& weights, SecureColumn& into) {
    const unsigned n = s_.n;
    const BasePoint p = position_point(n + 1, static_cast<uint32_t>(s_.rows));
    interpolate_secure(s_, out_, n, s_.twiddles.inverse(n + 1));
    const QM31 target = at_edge(weights) * inverse(vanishing(n, p));
    const SecurePoint point = lift(p);
    std::array<QM31, 4> q;
    for (size_t d = 0; d < 4; ++d) q[d] = evaluate_at(out_.view().p[d], n, point);
    const QM31 difference = from_coordinates(q[0], q[1], q[2], q[3]) - target;
    const M31 top(s_.twiddles.layer(n + 1, n, false)[0] >> 1);
    const QM31 extra = difference * inverse(top + top);
    add_into(into, out_);
    add_at(into, 0, -(extra * top));
    add_at(into, s_.rows, extra);
  }

  Session& s_;
  CellCache cells_;
  Buffer<uint32_t> selector_values_;
  SecureColumn before_last_, out_;
  std::vector<SecureColumn> sums_;  // previous, then the group
  QM31 edge_before_last_{};
};

}  // namespace

uint64_t lookup_work_bytes(uint64_t rows) {
  return Arena::rounded(4 * rows * MainLookups::kSlots) + Arena::rounded(4 * rows * selector::kCount) +
         (MainLookups::kGroup + 3) * Arena::rounded(16 * rows);
}

void compose_lookups(Session& s, const std::vector<QM31>& weights, SecureColumn& into, const Tick& tick) {
  MainLookups lookups(s);
  lookups.run(weights, into, tick);
}

}  // namespace pitboss::nexus::stark
