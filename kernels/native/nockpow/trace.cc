// Trace tables, base and ext phases: see trace.h. The mega phase is in trace_mega.cc.
#include "trace.h"

#include <utility>

#include "constraints.h"

namespace pitboss::nockpow {
namespace {

size_t power_of_two(size_t n) {
  size_t h = 1;
  while (h < n) h *= 2;
  return h;
}

}  // namespace

void invert_all(std::vector<F3>& values) {
  std::vector<F3> prefix(values.size());
  F3 product = kOne3;
  for (size_t i = 0; i < values.size(); i++) {
    prefix[i] = product;
    if (values[i] != kZero3) product = product * values[i];
  }
  F3 inverse = inverse3(product);
  for (size_t i = values.size(); i-- > 0;) {
    if (values[i] == kZero3) continue;
    const F3 next = inverse * values[i];
    values[i] = inverse * prefix[i];
    inverse = next;
  }
}

Trace::Trace(const Digest& commitment, const Digest& nonce, size_t length)
    : leaves_(puzzle_leaves(commitment, nonce, length)), run_(execute(leaves_)) {
  build_memory();
  build_compute();
}

F3 Trace::challenge(const char* name) const {
  const size_t i = challenge_index(name);
  return F3{{challenges_[i], challenges_[i + 1], challenges_[i + 2]}};
}

void Trace::build_memory() {
  const auto& nodes = run_.tree.nodes;
  // Breadth-first over cells; axes of the subject count down its tree, every cell of the formula has axis 0.
  std::vector<MemoryCell> level;
  for (const auto& root : {MemoryCell{run_.subject, 1}, MemoryCell{run_.formula, 0}}) {
    if (nodes[root.node].cell) level.push_back(root);
  }
  while (!level.empty()) {
    std::vector<MemoryCell> next;
    for (const MemoryCell& c : level) {
      cells_.push_back(c);
      if (nodes[nodes[c.node].l].cell) next.push_back({nodes[c.node].l, 2 * c.axis});
      if (nodes[nodes[c.node].r].cell) next.push_back({nodes[c.node].r, c.axis == 0 ? 0 : 2 * c.axis + 1});
    }
    level = std::move(next);
  }
  const size_t used = cells_.size() + 1;
  Columns m(power_of_two(used), 14);
  const auto reads = [&](u64 axis) {
    const auto it = run_.reads.find(axis);
    return it == run_.reads.end() ? 0 : it->second;
  };
  for (size_t i = 0; i < cells_.size(); i++) {
    const auto [id, axis] = cells_[i];
    const auto& l = nodes[nodes[id].l];
    const auto& r = nodes[nodes[id].r];
    m.at(i, 0) = 1;
    m.at(i, 1) = axis;
    m.at(i, 2) = inverse(axis);
    m.at(i, 3) = axis != 0;
    m.at(i, 4) = l.cell ? 0 : l.value;
    m.at(i, 5) = r.cell ? 0 : r.value;
    m.at(i, 6) = l.cell;
    m.at(i, 7) = r.cell;
    m.at(i, 8) = i + 1;
    m.at(i, 10) = axis == 0 && run_.decoded[id];
    m.at(i, 11) = axis <= 1 ? 0 : reads(axis);
    m.at(i, 12) = axis == 0 || l.cell ? 0 : reads(2 * axis);
    m.at(i, 13) = axis == 0 || r.cell ? 0 : reads(2 * axis + 1);
  }
  // One end row with the count of all rows, then the count runs down.
  for (size_t i = cells_.size(), count = used; i < m.height; i++, count--) m.at(i, 8) = count;
  for (size_t i = 0; i < m.height; i++) m.at(i, 9) = inverse(m.at(i, 8));
  base_[0] = std::move(m);
}

void Trace::build_compute() {
  const auto& steps = run_.steps;
  Columns m(power_of_two(steps.size() + 1), 11);
  for (size_t i = 0; i < m.height; i++) m.at(i, i < steps.size() ? 1 + static_cast<size_t>(steps[i].op) : 0) = 1;
  base_[1] = std::move(m);
}

void Trace::extend(std::vector<u64> rd1, bool legacy) {
  challenges_ = std::move(rd1);
  const F3 alf = challenge("alf");
  alpha_inverse_ = inverse3(alf);
  const auto& nodes = run_.tree.nodes;
  data_.resize(nodes.size());
  for (size_t i = 0; i < nodes.size(); i++) {  // children come before their cells
    if (!nodes[i].cell) {
      data_[i] = {alf, kZero3, lift(nodes[i].value)};
      continue;
    }
    const TreeData &l = data_[nodes[i].l], &r = data_[nodes[i].r];
    const F3 w = r.size * r.size * alpha_inverse_;
    data_[i] = {l.size * r.size, r.dyck + w * l.dyck + w * alpha_inverse_, l.leaf * r.size + r.leaf};
  }
  const TreeData& s = data_[run_.subject];
  input_ = challenge("a") * s.size + challenge("b") * s.dyck + challenge("c") * s.leaf;
  extend_memory(legacy);
  extend_compute();
}

void Trace::extend_memory(bool legacy) {
  const auto& nodes = run_.tree.nodes;
  const size_t first = legacy ? 3 : 0;
  Columns m(base_[0].height, first + 30);
  std::vector<F3> inv(cells_.size());
  for (size_t i = 0; i < cells_.size(); i++) {
    const uint32_t id = cells_[i].node;
    const TreeData &p = data_[id], &l = data_[nodes[id].l], &r = data_[nodes[id].r];
    // The golden proofs hold 0 here when the subject is an atom and in the other rows.
    if (legacy && subject_is_cell()) m.put3(i, 0, input_);
    size_t c = first;
    for (const TreeData* t : {&p, &l, &r}) {
      m.put3(i, c, t->size);
      m.put3(i, c + 3, t->dyck);
      m.put3(i, c + 6, t->leaf);
      c += 9;
    }
    inv[i] = (p.size - kOne3) * (l.size - kOne3) * (r.size - kOne3);
  }
  invert_all(inv);
  for (size_t i = 0; i < m.height; i++) m.put3(i, first + 27, i < cells_.size() ? inv[i] : lift(kP - 1));
  ext_[0] = std::move(m);
}

void Trace::extend_compute() {
  const auto& nodes = run_.tree.nodes;
  const auto& steps = run_.steps;
  Columns m(base_[1].height, 165);
  std::vector<F3> inv(steps.size());
  for (size_t i = 0; i < steps.size(); i++) {
    const Step& s = steps[i];
    const uint32_t tail = nodes[s.formula].r;
    // Order of the ions: s f e, sf1 s f e, sf2 s f e, sf3 s f e, f-h f-t f-th f-tt f-tth f-ttt.
    const TreeData none;
    std::array<const TreeData*, 18> ion;
    ion.fill(&none);
    const auto put = [&](size_t at, uint32_t id) { ion[at] = &data_[id]; };
    put(0, run_.subject);
    put(1, s.formula);
    put(2, s.result);
    put(12, nodes[s.formula].l);
    put(13, tail);
    if (s.op == 3) {
      put(3, run_.subject);
      put(4, tail);
      put(5, s.extra[0]);
    } else if (s.op == 6) {
      const uint32_t branches = nodes[tail].r;
      put(14, nodes[tail].l);
      put(15, branches);
      put(16, nodes[branches].l);
      put(17, nodes[branches].r);
      put(3, run_.subject);
      put(4, s.extra[0]);
      put(5, s.extra[1]);
      put(6, run_.subject);
      put(7, nodes[tail].l);
      put(8, s.extra[2]);
    } else if (s.op == 9) {
      put(3, run_.subject);
      put(4, nodes[s.formula].l);
      put(5, s.extra[0]);
      put(6, run_.subject);
      put(7, tail);
      put(8, s.extra[1]);
    }
    for (size_t k = 0; k < 18; k++) {
      m.put3(i, 9 * k, ion[k]->size);
      m.put3(i, 9 * k + 3, ion[k]->leaf);
      m.put3(i, 9 * k + 6, ion[k]->dyck);
    }
    inv[i] = ion[12]->size * ion[14]->size * ion[15]->size;
  }
  invert_all(inv);
  for (size_t i = 0; i < steps.size(); i++) m.put3(i, 162, inv[i]);
  ext_[1] = std::move(m);
}

std::array<std::vector<u64>, 2> Trace::terminals() const {
  std::array<std::vector<u64>, 2> t;
  const auto push = [](std::vector<u64>& v, const Columns& m, size_t row, size_t c, size_t n) {
    for (size_t i = 0; i < n; i++) v.push_back(m.column(c + i)[row]);
  };
  const Columns &mm = mega_[0], &mc = mega_[1];
  push(t[0], mm, 0, 3, 6);
  push(t[0], mm, mm.height - 1, 15, 6);
  push(t[1], ext_[1], 0, 0, 27);
  push(t[1], mc, mc.height - 1, 12, 6);
  return t;
}

}  // namespace pitboss::nockpow
