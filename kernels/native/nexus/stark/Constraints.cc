#include "Constraints.h"

#include "Air.h"

namespace pitboss::nexus::stark {

namespace {

// Values of one component's columns at the point.
struct ComponentSamples {
  const std::vector<QM31>* pre;
  const std::vector<QM31>* main;
  const std::vector<QM31>* sums;  // 4 base columns per secure column
  std::array<QM31, selector::kCount> flags;

  QM31 cell(Cell c) const {
    if (c == kInitialValueCell) return pre[4][0] * pre[5][0];
    if (c >= selector_cell(0)) return flags[c - selector_cell(0)];
    return c < 64 ? pre[c][0] : main[c - 64][0];
  }
  // The last secure column is sampled at the previous row first.
  QM31 sum(size_t k, size_t sample = 0) const {
    return from_coordinates(sums[4 * k][sample], sums[4 * k + 1][sample], sums[4 * k + 2][sample], sums[4 * k + 3][sample]);
  }
};

struct PointContext {
  using Value = QM31;
  const ComponentSamples& at;
  const std::function<void(unsigned, QM31)>& visit;
  QM31 p(unsigned i) const { return at.pre[i][0]; }
  QM31 m(unsigned i) const { return at.main[i][0]; }
  QM31 n(unsigned i) const { return at.main[i][1]; }
  QM31 v(unsigned i) const { return at.flags[i]; }
  void operator()(QM31 x) const { visit(kMain, x); }
};

QM31 denominator_at(const Denominator& d, const ComponentSamples& at) {
  QM31 value = d.constant;
  for (const auto& term : d.terms) value = value + term.factor * at.cell(term.cell);
  return value;
}

}  // namespace

void for_each_constraint(const Samples& samples, const std::function<void(unsigned, QM31)>& visit) {
  std::array<size_t, 3> offset{};
  for (unsigned c = 0; c < kComponents; ++c) {
    ComponentSamples at{samples.values[0].data() + offset[0], samples.values[1].data() + offset[1],
                        samples.values[2].data() + offset[2], {}};
    const size_t sums = interaction_columns(c);
    offset[0] += pre_columns(c);
    offset[1] += main_columns(c);
    offset[2] += 4 * sums;
    if (c == kMain) {
      selectors<QM31>([&](unsigned i) { return at.main[i][0]; }, [&](unsigned i, QM31 value) { at.flags[i] = value; });
      PointContext context{at, visit};
      air::for_each_chip([&](auto chip, unsigned) { chip(context); });
    }
    if (c == kRam) {
      const QM31 initial = at.pre[4][0], final = at.pre[6][0], flag = at.main[4][0];
      for (unsigned k = 0; k < 4; ++k) visit(c, (initial + final) * (at.main[k][0] - at.pre[k][0]));
      visit(c, final * (at.main[5][0] - at.pre[7][0]));
      visit(c, flag * (flag - qm31(1)));
    }
    const QM31 shift = samples.claimed_sums[c] * M31(1u << (31 - samples.sizes[c]));
    const auto& lookups = component_lookups(c);
    QM31 before{};
    for (size_t k = 0; k < sums; ++k) {
      const bool last = k + 1 == sums;
      const QM31 delta = last ? at.sum(k, 1) - at.sum(k, 0) - before + shift : at.sum(k) - before;
      const QM31 d = denominator_at(denominator(lookups[k], samples.randomness), at);
      if (c == kFinalReg) {
        const QM31 other = denominator_at(denominator(lookups[1], samples.randomness), at);
        visit(c, delta * (d * other) - (other - d));
        continue;
      }
      const QM31 flag = lookups[k].selector == kOne ? qm31(1) : at.cell(lookups[k].selector);
      visit(c, delta * d - (lookups[k].negative ? -flag : flag));
      before = at.sum(k);
    }
  }
}

}  // namespace pitboss::nexus::stark
