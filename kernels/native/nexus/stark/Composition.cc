// The composition polynomial (specs/nexus-prover.md 9), with less work than its definition asks for.
//
// It is a sum of quotients, one polynomial each, so every part may be interpolated from as many points as its degree needs:
// - The 449 constraints of the main component (degree up to 4) are evaluated on the whole domain of 4N points, half a block of
//   N/2 at a time, from the coefficients of the columns. V_N is constant on a block.
// - Its 208 lookup constraints have degree 2, so their quotient Q has N + 1 unknown coefficients: N values on the first half of
//   the doubled domain (where the commitment has just evaluated the columns), and one value at the first point of the other
//   half. With q the interpolant over the first half alone and T the top twiddle, Q = q + k (V_N - T) and
//   k = (q(p) - Q(p)) / 2T.
// - The extensions are small; they are evaluated on 2^(L+1) points as defined.
#include "Air.h"
#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

constexpr size_t kGrain = 128;  // rows

M31 inverse_vanishing(unsigned n, unsigned domain_log, uint32_t position) {
  return inverse(vanishing(n, position_point(domain_log, position)));
}

// Which main and preprocessed columns the 449 constraints read.
struct UsedColumns {
  std::array<bool, kPreColumns + kMainColumns> used{};
  UsedColumns() {
    struct Probe {
      using Value [[maybe_unused]] = M31;
      std::array<bool, kPreColumns + kMainColumns>& used;
      M31 p(unsigned i) { return used[i] = true, M31(); }
      M31 m(unsigned i) { return used[kPreColumns + i] = true, M31(); }
      M31 n(unsigned) { return M31(); }
      M31 v(unsigned) { return M31(); }
      void operator()(M31) {}
    };
    Probe probe{used};
    air::for_each_chip([&](auto chip, unsigned) { chip(probe); });
    selectors<M31>([&](unsigned i) { return probe.m(i); }, [](unsigned, M31) {});
  }
};

const UsedColumns& used_columns() {
  static const UsedColumns instance;
  return instance;
}

// The weights rc^(682 - i).
std::vector<QM31> constraint_weights(QM31 random, size_t count) {
  std::vector<QM31> out(count);
  QM31 w = qm31(1);
  for (size_t i = count; i-- > 0; w = w * random) out[i] = w;
  return out;
}

// Interpolates 4 planes of 2^log values in place (inverse layers of a whole canonic domain, or of its first block).
void interpolate_secure(Session& s, SecureColumn& column, unsigned log, const Twiddles::Layers& layers) {
  s.parallel(4, [&](size_t d) { s.k.interpolate(column.planes().p[d], log, layers.layer); });
}

void add_into(SecureColumn& into, const SecureColumn& from) {
  for (int d = 0; d < 4; ++d) {
    uint32_t* a = into.planes().p[d];
    const uint32_t* b = from.view().p[d];
    for (size_t i = 0; i < from.size; ++i) a[i] = (M31(a[i]) + M31(b[i])).v;
  }
}

void add_at(SecureColumn& into, size_t i, QM31 value) {
  const auto w = words(into.at(i) + value);
  for (int d = 0; d < 4; ++d) into.planes().p[d][i] = w[static_cast<size_t>(d)];
}

// ---- the 449 constraints ----

class MainConstraints {
 public:
  explicit MainConstraints(Session& s) : s_(s) {
    for (unsigned i = 0; i < kMainPolynomials; ++i) {
      if (is_used(i)) wanted_.push_back(i);
    }
    values_ = s.arena.words(half() * wanted_.size());
    selector_values_ = s.arena.words(half() * selector::kCount);
    for (size_t i = 0; i < wanted_.size(); ++i) columns_[wanted_[i]] = values_.data() + i * half();
    for (unsigned i = 0; i < selector::kCount; ++i) selectors_[i] = selector_values_.data() + i * half();
    for (size_t i = 0; i < kNextColumns.size(); ++i) {
      next_[kNextColumns[i]] = columns_[kPreColumns + kMainColumns + i];
    }
  }

  static bool is_used(unsigned i) { return i >= kPreColumns + kMainColumns || used_columns().used[i]; }

  // Adds the weighted quotient at all 4N points to `out`.
  void run(const std::vector<QM31>& weights, SecureColumn& out, const std::function<void()>& tick) {
    const unsigned n = s_.n, domain = n + 2;
    for (uint32_t block = 0; block < 4; ++block) {
      const M31 scale = inverse_vanishing(n, domain, block << n);
      std::vector<uint32_t> w;
      for (unsigned i = 0; i < air::kConstraints; ++i) {
        for (const uint32_t x : words(weights[i] * scale)) w.push_back(x);
      }
      const uint32_t twice = s_.twiddles.layer(domain, n - 1, false)[block];
      for (uint32_t part = 0; part < 2; ++part) {
        const auto layers = s_.twiddles.forward(domain, n - 1, 2 * block + part);
        const uint32_t factor = part == 0 || twice == 0 ? twice : 2 * kP - twice;
        s_.parallel(wanted_.size(), [&](size_t i) {
          const uint32_t* c = s_.polynomial(wanted_[i]);
          uint32_t* v = values_.data() + i * half();
          s_.k.fold_top(c, c + half(), v, half(), factor);
          s_.k.evaluate(v, v, n - 1, layers.layer);
        });
        const auto planes = out.planes((static_cast<size_t>(block) << n) + part * half());
        const size_t chunks = std::max<size_t>(1, half() / 1024);  // the columns of a chunk stay in the cache between chips
        const size_t chunk = half() / chunks;
        s_.parallel(chunks, [&](size_t i) {
          const size_t from = i * chunk, to = from + chunk;
          s_.k.selectors(columns_ + kPreColumns, selectors_, from, to);
          s_.k.main_constraints(columns_, columns_ + kPreColumns, next_, selectors_, w.data(), planes, from, to);
        });
        tick();
      }
    }
  }

 private:
  size_t half() const { return s_.rows / 2; }
  Session& s_;
  Buffer<uint32_t> values_, selector_values_;
  std::vector<unsigned> wanted_;
  uint32_t* columns_[kMainPolynomials] = {};
  uint32_t* selectors_[selector::kCount];
  const uint32_t* next_[kMainColumns] = {};
};

// ---- the 208 lookup constraints ----

// Values of main-component cells on the first half of the doubled domain, evaluated when asked for and kept for a while.
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
  static constexpr size_t kGroup = 4;  // interaction columns handled together
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

// ---- extensions ----

// Coefficients of the weighted quotient of one extension component, added to `into`.
void add_extension(Session& s, unsigned c, const QM31* weights, SecureColumn& into) {
  const unsigned log = s.sizes[c], domain = log + 1;
  const size_t size = size_t{1} << log;
  std::vector<Buffer<uint32_t>> values;  // pre, main, then 4 per interaction column, then 4 of the last one's previous row
  const size_t pre_count = pre_columns(c), table_count = pre_count + main_columns(c), sums = interaction_columns(c);
  const size_t count = table_count + 4 * sums + 4;
  for (size_t i = 0; i < count; ++i) values.push_back(s.arena.words(2 * size));
  s.parallel(count, [&](size_t i) {
    uint32_t* v = values[i].data() + size;
    if (i < pre_count) {
      std::copy_n(s.small[c].pre[i].data(), size, v);
    } else if (i < table_count) {
      std::copy_n(s.small[c].main[i - pre_count].data(), size, v);
    } else if (i < table_count + 4 * sums) {
      std::copy_n(s.small_column(2, c, i - table_count), size, v);
    } else {
      const uint32_t* last = s.small_sums[c].back().view().p[i - table_count - 4 * sums];
      for (uint32_t row = 0; row < size; ++row) {
        v[row_position(log, row)] = last[row_position(log, static_cast<uint32_t>((row + size - 1) % size))];
      }
    }
    s.k.interpolate(v, log, s.twiddles.inverse(log).layer);
    s.k.evaluate(v, values[i].data(), log, s.twiddles.forward(domain, log, 0).layer);
    s.k.evaluate(v, v, log, s.twiddles.forward(domain, log, 1).layer);
  });
  Buffer<uint32_t> product;
  if (c == kRam) {
    product = s.arena.words(2 * size);
    for (size_t i = 0; i < 2 * size; ++i) product[i] = (M31(values[4][i]) * M31(values[5][i])).v;
  }
  const auto column = [&](Cell cell) {
    const uint32_t* data = cell == kInitialValueCell ? product.data() : values[cell < 64 ? cell : pre_count + cell - 64].data();
    return Column{data, false};
  };
  const auto sum_planes = [&](size_t k) {
    ConstPlanes out;
    for (size_t d = 0; d < 4; ++d) out.p[d] = values[table_count + 4 * k + d].data();
    return out;
  };
  SecureColumn out(s.arena, 2 * size, true);
  const QM31 shift = s.proof.claimed_sums[c] * M31(1u << (31 - log));
  const auto& lookups = component_lookups(c);
  for (uint32_t block = 0; block < 2; ++block) {
    const M31 scale = inverse_vanishing(log, domain, static_cast<uint32_t>(block * size));
    const size_t from = block * size, to = from + size;
    const QM31* weight = weights;
    if (c == kRam) {  // 7.3: addresses agree, final values agree, the flag is boolean
      const auto v = [&](size_t k, size_t i) { return M31(values[k][i]); };
      for (size_t i = from; i < to; ++i) {
        QM31 sum{};
        for (size_t k = 0; k < 4; ++k) {
          sum = sum + weight[k] * ((v(4, i) + v(6, i)) * (v(pre_count + k, i) - v(k, i)));
        }
        const M31 flag = v(pre_count + 4, i);
        sum = sum + weight[4] * (v(6, i) * (v(pre_count + 5, i) - v(7, i))) + weight[5] * (flag * (flag - M31(1)));
        add_at(out, i, sum * scale);
      }
      weight += 6;
    }
    if (c == kFinalReg) {
      const Denominator a = denominator(lookups[0], s.randomness), b = denominator(lookups[1], s.randomness);
      const auto at = [&](const Denominator& d, size_t i) {
        QM31 value = d.constant;
        for (const auto& term : d.terms) value = value + term.factor * M31(static_cast<const uint32_t*>(column(term.cell).data)[i]);
        return value;
      };
      for (size_t i = from; i < to; ++i) {
        const auto secure = [&](size_t k) {
          const ConstPlanes p = sum_planes(k);
          return qm31(p.p[0][i], p.p[1][i], p.p[2][i], p.p[3][i]);
        };
        const QM31 da = at(a, i), db = at(b, i);
        const QM31 value = (secure(0) - secure(1) + shift) * (da * db) - (db - da);
        add_at(out, i, value * weight[0] * scale);
      }
      continue;
    }
    for (size_t k = 0; k < sums; ++k) {
      const Lookup& lookup = lookups[k];
      const bool last = k + 1 == sums;
      const BoundDenominator bound(denominator(lookup, s.randomness), column);
      const uint32_t* selector =
          lookup.selector == kOne ? nullptr : static_cast<const uint32_t*>(column(lookup.selector).data);
      const auto w = words(weight[k] * scale);
      const auto shift_words = words(shift);
      const ConstPlanes none{};
      s.workers.ranges(size, kGrain, [&](size_t a, size_t b) {
        s.k.lookup_constraint(out.planes(), sum_planes(k), k == 0 ? none : sum_planes(k - 1), last ? sum_planes(sums) : none,
                              last ? shift_words.data() : nullptr, bound.form, selector, lookup.negative, w.data(),
                              from + a, from + b);
      });
      s.check();
    }
  }
  interpolate_secure(s, out, domain, s.twiddles.inverse(domain));
  add_into(into, out);
}

}  // namespace

uint64_t constraint_work_bytes(uint64_t rows) {
  uint64_t columns = 0;
  for (unsigned i = 0; i < kMainPolynomials; ++i) columns += MainConstraints::is_used(i) ? 1 : 0;
  return Arena::rounded(2 * rows * columns) + Arena::rounded(2 * rows * selector::kCount);
}

uint64_t lookup_work_bytes(uint64_t rows) {
  return Arena::rounded(4 * rows * MainLookups::kSlots) + Arena::rounded(4 * rows * selector::kCount) +
         (MainLookups::kGroup + 3) * Arena::rounded(16 * rows);
}

void Session::compose() {
  composition_random = channel.draw_felt();
  observe("composition_random", composition_random);
  size_t total = air::kConstraints;
  for (unsigned c = 0; c < kComponents; ++c) total += interaction_columns(c) + (c == kRam ? 6 : 0);
  const auto weights = constraint_weights(composition_random, total);  // 683
  const auto* first_lookup = weights.data() + air::kConstraints;

  // Next-row columns: rows shifted by one before they are interpolated.
  parallel(kNextColumns.size(), [&](size_t i) {
    std::vector<uint32_t> values(rows);
    main.expand(main_cell(kNextColumns[i]), values.data());
    uint32_t* out = polynomial(static_cast<unsigned>(kPreColumns + kMainColumns + i));
    for (uint32_t row = 0; row < rows; ++row) {
      out[row_position(n, row)] = values[row_position(n, static_cast<uint32_t>((row + 1) % rows))];
    }
    k.interpolate(out, n, twiddles.inverse(n).layer);
  });

  composition = SecureColumn(arena, size_t{1} << sizes.composition(), true);
  uint64_t done = 0;
  const uint64_t steps = 8 + interaction_columns(kMain) / MainLookups::kGroup + kComponents;
  const auto tick = [&] { report(Stage::kComposition, ++done, steps); };
  {
    SecureColumn values(arena, rows * 4, true);
    {
      MainConstraints constraints(*this);
      constraints.run(weights, values, tick);
    }
    interpolate_secure(*this, values, n + 2, twiddles.inverse(n + 2));
    add_into(composition, values);
  }
  {
    const std::vector<QM31> lookup_weights(first_lookup, first_lookup + interaction_columns(kMain));
    MainLookups lookups(*this);
    lookups.run(lookup_weights, composition, tick);
  }
  coefficients = {};
  kept.clear();
  const QM31* at = first_lookup + interaction_columns(kMain);
  for (unsigned c = 1; c < kComponents; ++c) {
    add_extension(*this, c, at, composition);
    at += interaction_columns(c) + (c == kRam ? 6 : 0);
    tick();
  }
  for (int d = 0; d < 4; ++d) {
    observe("composition_coeffs" + std::to_string(d), composition.view().p[d], composition.size);
  }
}

void Session::commit_composition() {
  const unsigned log = sizes.composition();
  TreeBuilder builder(arena, workers, log + 1);
  builder.begin(log + 1, 4);
  {
    std::vector<Buffer<uint32_t>> lde;
    for (int d = 0; d < 4; ++d) lde.push_back(arena.words(size_t{2} << log));
    parallel(8, [&](size_t job) {
      const size_t d = job / 2, half = job % 2;
      k.evaluate(composition.view().p[d], lde[d].data() + (half << log), log, twiddles.forward(log + 1, log, half).layer);
    });
    const uint32_t* columns[4] = {lde[0].data(), lde[1].data(), lde[2].data(), lde[3].data()};
    builder.absorb(columns, 4);
  }
  trees[3] = builder.finish();
  proof.commitments.push_back(trees[3].root());
  channel.mix_root(trees[3].root());
}

}  // namespace pitboss::nexus::stark
