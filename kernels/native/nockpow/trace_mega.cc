// Trace tables, mega phase: running products and multiset sums after the second challenges (specs/nockpow.md 5.4).
//
// Row i holds the state before the row. Inverses are collected first and computed together.
#include <utility>

#include "constraints.h"
#include "trace.h"

namespace pitboss::nockpow {
namespace {

// Linear combinations with the second challenges.
struct Mix {
  F3 j, k, l, m, n, o, w, x, y, z, bet, gam;

  [[nodiscard]] F3 ion(const TreeData& t) const { return j * t.size + k * t.dyck + l * t.leaf; }
  [[nodiscard]] F3 nine(const TreeData& a, const TreeData& b, const TreeData& c) const {
    return ion(a) + m * b.size + n * b.dyck + o * b.leaf + w * c.size + x * c.dyck + y * c.leaf;
  }
};

}  // namespace

void Trace::finish(const std::vector<u64>& rd2) {
  challenges_.insert(challenges_.end(), rd2.begin(), rd2.end());
  for (const F3& f : {alpha_inverse_, input_}) challenges_.insert(challenges_.end(), std::begin(f.c), std::end(f.c));
  finish_memory();
  finish_compute();
}

void Trace::finish_memory() {
  const Mix c{challenge("j"), challenge("k"), challenge("l"), challenge("m"), challenge("n"),   challenge("o"),
              challenge("w"), challenge("x"), challenge("y"), challenge("z"), challenge("bet"), challenge("gam")};
  const auto& nodes = run_.tree.nodes;
  const Columns& base = base_[0];
  const size_t height = base.height;
  const F3 z2 = c.z * c.z;
  const TreeData none{kZero3, kZero3, kZero3};

  F3 ln = c.z, nc = z2, kv;
  if (subject_is_cell()) {
    kv = c.z * (c.ion(data_[run_.subject]) + c.m) + z2 * c.ion(data_[run_.formula]);
  } else {
    nc = c.z;
    kv = c.z * c.ion(data_[run_.formula]);
  }
  // States, and the denominators of the two multiset sums (decode; op0 for the cell and its two children).
  std::vector<F3> lns(height), ncs(height), kvs(height), denominators;
  denominators.reserve(4 * height);
  for (size_t i = 0; i < height; i++) {
    const bool cell = i < cells_.size();
    const u64 a = cell ? cells_[i].axis : 0;
    const TreeData& p = cell ? data_[cells_[i].node] : none;
    const TreeData& l = cell ? data_[nodes[cells_[i].node].l] : none;
    const TreeData& r = cell ? data_[nodes[cells_[i].node].r] : none;
    const bool ol = base.column(6)[i] != 0, orr = base.column(7)[i] != 0;
    const u64 la = 2 * a, ra = a == 0 ? 0 : 2 * a + 1;
    const F3 pi = c.ion(p), li = c.ion(l), ri = c.ion(r);
    lns[i] = ln;
    ncs[i] = nc;
    kvs[i] = kv;
    if (base.column(10)[i] != 0) denominators.push_back(c.gam - c.nine(p, l, r));
    const std::pair<size_t, F3> sums[3] = {{11, pi + scale(a, c.m)}, {12, li + scale(la, c.m)}, {13, ri + scale(ra, c.m)}};
    for (const auto& [column, value] : sums) {
      if (base.column(column)[i] != 0) denominators.push_back(c.bet - (input_ + value));
    }
    F3 next = kv;
    if (ol) next = next + c.z * nc * (li + scale(la, c.m));
    if (orr) next = next + (ol ? z2 : c.z) * nc * (ri + scale(ra, c.m));
    kv = next - (pi + scale(a, c.m)) * ln;
    ln = ln * c.z;
    if (ol) nc = nc * c.z;
    if (orr) nc = nc * c.z;
  }
  std::vector<F3> kv_inverses = kvs;
  invert_all(kv_inverses);
  invert_all(denominators);

  Columns m(height, 24);
  F3 decode = kZero3, op0 = kZero3;
  size_t d = 0;
  for (size_t i = 0; i < height; i++) {
    const F3& ioz = kv_inverses[i];
    const F3 p1 = c.j * lns[i] + c.k * ncs[i] + c.l * kvs[i] + c.m * ioz;
    const F3 p2 = c.n * lns[i] + c.o * ncs[i] + c.w * kvs[i] + c.x * ioz;
    const F3 row[8] = {lns[i], ncs[i], kvs[i], ioz, kvs[i] * ioz, decode, op0, p1 * p2 * (p1 + p2) * ioz};
    for (size_t k = 0; k < 8; k++) m.put3(i, 3 * k, row[k]);
    if (const u64 n = base.column(10)[i]; n != 0) decode = decode + scale(n, denominators[d++]);
    for (size_t column = 11; column < 14; column++) {
      if (const u64 n = base.column(column)[i]; n != 0) op0 = op0 + scale(n, denominators[d++]);
    }
  }
  mega_[0] = std::move(m);
}

void Trace::finish_compute() {
  const Mix c{challenge("j"), challenge("k"), challenge("l"), challenge("m"), challenge("n"),   challenge("o"),
              challenge("w"), challenge("x"), challenge("y"), challenge("z"), challenge("bet"), challenge("gam")};
  const F3 alf = challenge("alf"), ca = challenge("a"), cb = challenge("b"), cc = challenge("c");
  const auto& nodes = run_.tree.nodes;
  const auto& steps = run_.steps;
  const size_t height = base_[1].height;
  const F3 z2 = c.z * c.z, z_inverse = inverse3(c.z);
  const auto program = [&](uint32_t s, uint32_t f, uint32_t e) {
    return c.m * c.ion(data_[s]) + c.n * c.ion(data_[f]) + c.o * c.ion(data_[e]);
  };

  // Denominators in the order they are used: sfcons-inv, then decode terms, then the op0 term.
  std::vector<F3> inverses;
  F3 ln = c.z;
  for (const Step& s : steps) {
    const uint32_t tail = nodes[s.formula].r;
    if (s.op == 0) {
      inverses.push_back(data_[tail].leaf - kOne3);
    } else if (s.op == 3) {
      inverses.push_back(alf - data_[s.extra[0]].size);
    } else if (s.op == 9) {
      inverses.push_back(data_[s.extra[0]].size * data_[s.extra[1]].size);
    }
    const auto decode = [&](uint32_t id) { inverses.push_back(c.gam - c.nine(data_[id], data_[nodes[id].l], data_[nodes[id].r])); };
    decode(s.formula);
    if (s.op == 6) {
      decode(tail);
      decode(nodes[tail].r);
    }
    if (s.op == 0 && data_[tail].leaf != kOne3) {
      const TreeData& S = data_[run_.subject];
      inverses.push_back(c.bet - (ca * S.size + cb * S.dyck + cc * S.leaf + c.m * data_[tail].leaf + c.ion(data_[s.result])));
    }
    ln = ln * c.z;
  }
  std::vector<F3> pad_lines;
  for (size_t i = steps.size(); i < height; i++) {
    pad_lines.push_back(ln);
    inverses.push_back(c.z - ln);
    ln = ln * z_inverse;
  }
  invert_all(inverses);

  Columns m(height, 18);
  F3 opc = c.z, kv = c.z * program(run_.subject, steps[0].formula, steps[0].result), decode = kZero3, op0 = kZero3;
  ln = c.z;
  size_t d = 0;
  for (size_t i = 0; i < steps.size(); i++) {
    const Step& s = steps[i];
    const uint32_t tail = nodes[s.formula].r;
    const bool has_inverse = s.op == 0 || s.op == 3 || s.op == 9;
    const F3 si = has_inverse ? inverses[d++] : kOne3;
    const F3 row[6] = {ln, si, opc, kv, decode, op0};
    for (size_t k = 0; k < 6; k++) m.put3(i, 3 * k, row[k]);
    F3 next = kv;
    if (s.op == 3) next = next + program(run_.subject, tail, s.extra[0]) * opc * c.z;
    if (s.op == 6) {
      next = next + program(run_.subject, s.extra[0], s.extra[1]) * opc * c.z +
             program(run_.subject, nodes[tail].l, s.extra[2]) * opc * z2;
    }
    if (s.op == 9) {
      next = next + program(run_.subject, nodes[s.formula].l, s.extra[0]) * opc * c.z +
             program(run_.subject, tail, s.extra[1]) * opc * z2;
    }
    kv = next - program(run_.subject, s.formula, s.result) * ln;
    decode = decode + inverses[d++];
    if (s.op == 6) {
      decode = decode + inverses[d] + inverses[d + 1];
      d += 2;
    }
    if (s.op == 0 && data_[tail].leaf != kOne3) op0 = op0 + inverses[d++];
    if (s.op == 3) opc = opc * c.z;
    if (s.op == 6 || s.op == 9) opc = opc * z2;
    ln = ln * c.z;
  }
  for (size_t i = steps.size(); i < height; i++) {
    const F3 row[6] = {pad_lines[i - steps.size()], inverses[d++], opc, kv, decode, op0};
    for (size_t k = 0; k < 6; k++) m.put3(i, 3 * k, row[k]);
  }
  mega_[1] = std::move(m);
}

}  // namespace pitboss::nockpow
