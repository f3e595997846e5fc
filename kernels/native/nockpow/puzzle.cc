// The puzzle: see puzzle.h.
#include "puzzle.h"

#include <algorithm>
#include <string>

namespace pitboss::nockpow {

std::vector<u64> puzzle_leaves(const Digest& commitment, const Digest& nonce, size_t length) {
  std::array<u64, 10> seed;
  std::copy(commitment.begin(), commitment.end(), seed.begin());
  std::copy(nonce.begin(), nonce.end(), seed.begin() + 5);
  Sponge sponge;
  sponge.absorb(seed);
  return Tog(sponge).belts(length);
}

uint32_t TraceTree::atom(u64 value) {
  const auto [it, fresh] = atoms_.try_emplace(value, static_cast<uint32_t>(nodes.size()));
  if (fresh) nodes.push_back({false, value, 0, 0});
  return it->second;
}

uint32_t TraceTree::cell(uint32_t l, uint32_t r) {
  const auto [it, fresh] = cells_.try_emplace({l, r}, static_cast<uint32_t>(nodes.size()));
  if (fresh) nodes.push_back({true, 0, l, r});
  return it->second;
}

namespace {

uint32_t balanced(TraceTree& t, const u64* leaves, size_t n) {
  if (n == 1) return t.atom(leaves[0]);
  const uint32_t l = balanced(t, leaves, n / 2);
  return t.cell(l, balanced(t, leaves + n / 2, n - n / 2));
}

// Evaluates and records. Steps carry the base-3 digits of their interpreter axis (after the leading 1); ascending axis is
// shorter first, then lexicographic.
class Interpreter {
 public:
  explicit Interpreter(Execution& e) : e_(e) {}

  void run() {
    e_.product = eval(e_.formula);
    std::sort(order_.begin(), order_.end(), [this](size_t x, size_t y) {
      const auto& a = axes_[x];
      const auto& b = axes_[y];
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    for (const size_t i : order_) e_.steps.push_back(steps_[i]);
    e_.decoded.assign(e_.tree.nodes.size(), false);
    for (const Step& s : e_.steps) {
      e_.decoded[s.formula] = true;
      if (s.op == 6) {
        const uint32_t tail = node(s.formula).r;
        e_.decoded[tail] = true;
        e_.decoded[node(tail).r] = true;
      }
    }
  }

 private:
  [[nodiscard]] TraceTree::Node node(uint32_t id) const { return e_.tree.nodes[id]; }

  uint32_t at_axis(uint64_t axis) const {
    uint32_t n = e_.subject;
    for (int bit = 62 - __builtin_clzll(axis); bit >= 0; bit--) n = (axis >> bit & 1) != 0 ? node(n).r : node(n).l;
    return n;
  }
  uint32_t step(Step s) {
    order_.push_back(steps_.size());
    steps_.push_back(s);
    axes_.push_back(axis_);
    return s.result;
  }
  uint32_t sub(int digit, uint32_t formula) {
    axis_.push_back(static_cast<char>(digit));
    const uint32_t r = eval(formula);
    axis_.pop_back();
    return r;
  }
  // The formulas come from execute() only, so the shapes are known: depth is at most the puzzle length plus three.
  uint32_t eval(uint32_t f) {
    const uint32_t head = node(f).l, tail = node(f).r;
    if (node(head).cell) {
      const uint32_t l = sub(0, head);
      const uint32_t r = sub(1, tail);
      return step({f, e_.tree.cell(l, r), 9, {l, r, 0}});
    }
    switch (node(head).value) {
      case 0:
        e_.reads[node(tail).value]++;
        return step({f, at_axis(node(tail).value), 0, {0, 0, 0}});
      case 1:
        return step({f, tail, 1, {0, 0, 0}});
      case 3: {
        const uint32_t a = sub(0, tail);
        return step({f, e_.tree.atom(node(a).cell ? 0 : 1), 3, {a, 0, 0}});
      }
      default: {
        const uint32_t test = sub(1, node(tail).l);
        const uint32_t branches = node(tail).r;
        const uint32_t chosen = node(test).value == 0 ? node(branches).l : node(branches).r;
        const uint32_t r = sub(0, chosen);
        return step({f, r, 6, {chosen, r, test}});
      }
    }
  }

  Execution& e_;
  std::string axis_;
  std::vector<Step> steps_;
  std::vector<std::string> axes_;
  std::vector<size_t> order_;
};

}  // namespace

Execution execute(const std::vector<u64>& leaves) {
  Execution e;
  TraceTree& t = e.tree;
  const size_t n = leaves.size();
  e.subject = balanced(t, leaves.data(), n);
  const uint32_t zero = t.atom(0);
  uint32_t f = t.cell(t.atom(1), zero);
  for (size_t i = 0; i < n; i++) {
    const uint32_t read = t.cell(zero, t.atom(n + i));
    const uint32_t test = t.cell(t.atom(3), read);
    const uint32_t branches = t.cell(t.cell(zero, zero), read);
    f = t.cell(t.cell(t.atom(6), t.cell(test, branches)), f);
  }
  e.formula = f;
  Interpreter(e).run();
  return e;
}

}  // namespace pitboss::nockpow
