// What a proof states, as the constraints see it: nouns under the first challenges.
#pragma once

#include <vector>

#include "trace.h"

namespace pitboss::nockpow {

// Subject, formula and product of a puzzle under the first challenges, without building them.
struct Statement {
  F3 alpha, alpha_inverse;

  [[nodiscard]] TreeData atom(u64 v) const { return {alpha, kZero3, lift(v)}; }
  [[nodiscard]] TreeData cell(const TreeData& l, const TreeData& r) const {
    const F3 w = r.size * r.size * alpha_inverse;
    return {l.size * r.size, r.dyck + w * l.dyck + w * alpha_inverse, l.leaf * r.size + r.leaf};
  }
  [[nodiscard]] TreeData subject(const std::vector<u64>& leaves) const {
    std::vector<TreeData> level;
    for (const u64 v : leaves) level.push_back(atom(v));
    for (; level.size() > 1; level.resize(level.size() / 2)) {
      for (size_t i = 0; i < level.size() / 2; i++) level[i] = cell(level[2 * i], level[2 * i + 1]);
    }
    return level[0];
  }
  [[nodiscard]] TreeData formula(size_t n) const {
    const TreeData zero = atom(0), nothing = cell(zero, zero);
    TreeData f = cell(atom(1), zero);
    for (size_t i = 0; i < n; i++) {
      const TreeData read = cell(zero, atom(n + i));
      f = cell(cell(atom(6), cell(cell(atom(3), read), cell(nothing, read))), f);
    }
    return f;
  }
  [[nodiscard]] TreeData product(const std::vector<u64>& leaves) const {
    TreeData p = atom(0);
    for (const u64 v : leaves) p = cell(atom(v), p);
    return p;
  }
};

}  // namespace pitboss::nockpow
