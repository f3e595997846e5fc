// Quotients (specs/nexus-prover.md 11). Sums over columns are linear, so trace values are combined first and only the
// four coordinates of each group's combination are extended.
#include "Quotients.h"

#include <algorithm>
#include <functional>
#include <map>

#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

std::array<uint32_t, 8> key(const SecurePoint& p) {
  const auto x = words(p.x), y = words(p.y);
  return {x[0], x[1], x[2], x[3], y[0], y[1], y[2], y[3]};
}

size_t tree_columns(unsigned tree, unsigned component) {
  return tree == 0 ? pre_columns(component) : tree == 1 ? main_columns(component) : 4 * interaction_columns(component);
}

void copy(QM31 value, uint32_t* out) {
  const auto w = words(value);
  std::copy(w.begin(), w.end(), out);
}

}  // namespace

std::vector<SizeClass> size_classes(const LogSizes& sizes, SecurePoint oods,
                                    const std::vector<std::vector<std::vector<QM31>>>& sampled) {
  struct Building {
    SizeClass out;
    std::map<std::array<uint32_t, 8>, SampleGroup> groups;
  };
  std::map<unsigned, Building, std::greater<>> classes;
  const auto add = [&](unsigned log, ColumnRef ref, const SecurePoint* points) {
    auto& building = classes[log];
    building.out.columns.push_back(ref);
    const auto& values = sampled[ref.tree][ref.index];
    for (size_t i = 0; i < values.size(); ++i) {
      auto& group = building.groups[key(points[i])];
      group.point = points[i];
      group.columns.push_back(ref);
      group.values.push_back(values[i]);
    }
  };
  for (unsigned tree = 0; tree < 3; ++tree) {
    size_t at = 0;
    for (unsigned c = 0; c < kComponents; ++c) {
      const SecurePoint step = lift(point(step_exponent(sizes[c])));
      const size_t count = tree_columns(tree, c);
      for (size_t i = 0; i < count; ++i, ++at) {
        const bool last = tree == 2 && i + 4 >= count;
        const SecurePoint points[2] = {last ? oods + (-step) : oods, last ? oods : oods + step};
        add(sizes[c] + 1, {tree, at}, points);
      }
    }
  }
  for (size_t i = 0; i < 4; ++i) add(sizes.composition() + 1, {3, i}, &oods);
  std::vector<SizeClass> out;
  for (auto& [log, building] : classes) {
    building.out.log = log;
    for (auto& [_, group] : building.groups) building.out.groups.push_back(std::move(group));
    out.push_back(std::move(building.out));
  }
  return out;
}

QuotientGroup quotient_group(const SampleGroup& group, QM31 random) {
  const QM31 x = group.point.x, y = group.point.y;
  const QM31 c = conjugate(y) - y;
  QM31 a_sum{}, b_sum{}, alpha = qm31(1);
  for (const QM31& value : group.values) {
    alpha = alpha * random;
    const QM31 a = conjugate(value) - value;
    const QM31 b = value * c - a * y;
    a_sum = a_sum + alpha * a;
    b_sum = b_sum + alpha * b;
  }
  QuotientGroup out;
  copy(c, out.c);
  copy(a_sum, out.a);
  copy(b_sum, out.b);
  copy(x, out.x);
  copy(y, out.y);
  copy(alpha, out.factor);
  return out;
}

void Session::quotients() {
  const QM31 random = channel.draw_felt();
  observe("quotient_random", random);
  const auto classes = size_classes(sizes, oods, proof.sampled);
  // Component of a column, and its index there.
  const auto owner = [&](const ColumnRef& ref) {
    size_t index = ref.index;
    unsigned c = 0;
    while (index >= tree_columns(ref.tree, c)) index -= tree_columns(ref.tree, c++);
    return std::pair{c, index};
  };
  uint64_t done = 0;
  for (const SizeClass& size_class : classes) {
    const unsigned log = size_class.log - 1;
    const size_t size = size_t{1} << log;
    std::vector<SecureColumn> sums;  // per group: sum of alpha_i f_i
    struct Streamed {
      size_t group;
      std::array<uint32_t, 4> factor;
    };
    std::vector<std::array<std::vector<Streamed>, 4>> interaction_uses(interaction_columns(kMain));
    bool streams = false;
    for (size_t g = 0; g < size_class.groups.size(); ++g) {
      const SampleGroup& group = size_class.groups[g];
      SecureColumn& sum = sums.emplace_back(arena, size, true);
      struct Use {
        Column column;
        std::array<uint32_t, 4> factor;
      };
      std::vector<Use> uses;  // of columns on the trace domain
      QM31 alpha = qm31(1);
      for (const ColumnRef& ref : group.columns) {
        alpha = alpha * random;
        if (ref.tree == 3) continue;  // coefficients: added after the interpolation below
        const auto [c, index] = owner(ref);
        if (c != kMain) {
          uses.push_back({{small_column(ref.tree, c, index), false}, words(alpha)});
        } else if (ref.tree == 2) {
          interaction_uses[index / 4][index % 4].push_back({g, words(alpha)});
          streams = true;
        } else {
          const auto i = static_cast<unsigned>(index);
          uses.push_back({main.column(ref.tree == 0 ? pre_cell(i) : main_cell(i)), words(alpha)});
        }
      }
      workers.ranges(size, 256, [&](size_t from, size_t to) {
        for (const Use& use : uses) {
          if (!stop.load(std::memory_order_relaxed)) k.add_scaled(sum.planes(), use.column, use.factor.data(), from, to);
        }
      });
      check();
    }
    if (streams) {
      interaction->restart();
      for (unsigned column = 0; column < interaction_columns(kMain); ++column) {
        const bool last = column + 1 == interaction_columns(kMain);
        if (!last) interaction->advance();
        const ConstPlanes values = (last ? interaction->last() : interaction->sum()).view();
        workers.ranges(size, 256, [&](size_t from, size_t to) {
          for (size_t d = 0; d < 4; ++d) {
            for (const auto& use : interaction_uses[column][d]) {
              k.add_scaled(sums[use.group].planes(), {values.p[d], false}, use.factor.data(), from, to);
            }
          }
        });
        check();
        report(Stage::kQuotients, ++done, interaction_columns(kMain) + 1);
      }
    }
    SecureColumn accumulated(arena, 2 * size);
    for (size_t g = 0; g < size_class.groups.size(); ++g) {
      const SampleGroup& group = size_class.groups[g];
      SecureColumn extended = g == 0 ? SecureColumn() : SecureColumn(arena, 2 * size);
      SecureColumn& f = g == 0 ? accumulated : extended;
      parallel(4, [&](size_t d) {
        uint32_t* c = sums[g].planes().p[d];
        k.interpolate(c, log, twiddles.inverse(log).layer);
        QM31 alpha = qm31(1);
        for (const ColumnRef& ref : group.columns) {
          alpha = alpha * random;
          if (ref.tree != 3) continue;
          const M31 factor(words(alpha)[d]);
          const uint32_t* from = composition.view().p[ref.index];
          for (size_t i = 0; i < size; ++i) c[i] = (M31(c[i]) + M31(from[i]) * factor).v;
        }
        k.evaluate(c, f.planes().p[d], log, twiddles.forward(log + 1, log, 0).layer);
        k.evaluate(c, f.planes().p[d] + size, log, twiddles.forward(log + 1, log, 1).layer);
      });
      const QuotientGroup constants = quotient_group(group, random);
      constexpr size_t kChunk = 512;
      const size_t chunk = std::min(kChunk, 2 * size);
      parallel(2 * size / chunk, [&](size_t job) {
        uint32_t x[kChunk], y[kChunk];
        for (size_t i = 0; i < chunk; ++i) {
          const auto position = static_cast<uint32_t>(job * chunk + i);
          x[i] = twiddles.x(log + 1, position).v;
          y[i] = twiddles.y(log + 1, position).v;
        }
        k.quotients(accumulated.planes(), f.view(), x, y, constants, g == 0, job * chunk, chunk);
      });
    }
    for (int d = 0; d < 4; ++d) {
      observe("quotient" + std::to_string(size_class.log) + "." + std::to_string(d), accumulated.view().p[d], 2 * size);
    }
    fri.sizes.push_back(size_class.log);
    fri.quotients.push_back(std::move(accumulated));
  }
  report(Stage::kQuotients, interaction_columns(kMain) + 1, interaction_columns(kMain) + 1);
}

}  // namespace pitboss::nexus::stark
