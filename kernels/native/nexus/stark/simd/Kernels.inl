// The kernels of Kernels.h for one kind of Lanes; included by the translation unit of each instruction set.
#include <algorithm>

#include "../Air.h"
#include "../Blake2s.h"
#include "../Field.h"
#include "../Selectors.h"
#include "Kernels.h"
#include "Lanes.h"

namespace pitboss::nexus::stark {

inline namespace PITBOSS_LANES_NAMESPACE {

namespace {

constexpr unsigned kLanes = Lanes::kCount;
constexpr unsigned kLowLayers = kLanes == 1 ? 1 : kLanes == 8 ? 4 : 5;  // layers inside two vectors
using Secure = Quartic<Lanes>;

Secure all(const uint32_t* w) { return {Lanes::all(w[0]), Lanes::all(w[1]), Lanes::all(w[2]), Lanes::all(w[3])}; }
template <class P>
Secure load(const P& planes, size_t i) {
  return {Lanes::load(planes.p[0] + i), Lanes::load(planes.p[1] + i), Lanes::load(planes.p[2] + i),
          Lanes::load(planes.p[3] + i)};
}
void store(const Planes& planes, size_t i, const Secure& x) {
  x.a.store(planes.p[0] + i);
  x.b.store(planes.p[1] + i);
  x.c.store(planes.p[2] + i);
  x.d.store(planes.p[3] + i);
}
Lanes load(const Column& column, size_t i) {
  return column.bytes ? Lanes::load_bytes(static_cast<const uint8_t*>(column.data) + i)
                      : Lanes::load(static_cast<const uint32_t*>(column.data) + i);
}

#include "Transforms.inl"

#include "Hashing.inl"

#include "Sums.inl"

// ---- constraints of the main component ----

void selector_columns(const uint32_t* const* main, uint32_t* const* out, size_t from, size_t to) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.selectors(main, out, from, to);
  }
  for (size_t i = from; i < to; i += kLanes) {
    selectors<Lanes>([&](unsigned c) { return Lanes::load(main[c] + i); },
                     [&](unsigned s, Lanes value) { value.store(out[s] + i); });
  }
}

struct RowContext {
  using Value = Lanes;
  const uint32_t* const* pre;
  const uint32_t* const* main;
  const uint32_t* const* next;
  const uint32_t* const* selector;
  const uint32_t* weight;
  size_t row;
  unsigned taken = 0;
  Lanes::Sum sum[4] = {};

  Lanes p(unsigned i) const { return Lanes::load(pre[i] + row); }
  Lanes m(unsigned i) const { return Lanes::load(main[i] + row); }
  Lanes n(unsigned i) const { return Lanes::load(next[i] + row); }
  Lanes v(unsigned i) const { return Lanes::load(selector[i] + row); }
  void operator()(Lanes x) {
    for (int d = 0; d < 4; ++d) sum[d].add_constant(x, Lanes::all(weight[4 * taken + d]));
    if (++taken % 3 == 0) {
      for (auto& s : sum) s.fold();
    }
  }
};

void main_constraints(const uint32_t* const* pre, const uint32_t* const* main, const uint32_t* const* next,
                      const uint32_t* const* selector, const uint32_t* weights, Planes out, size_t from, size_t to) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) {
      return kScalarKernels.main_constraints(pre, main, next, selector, weights, out, from, to);
    }
  }
  air::for_each_chip([&](auto chip, unsigned first) {
    for (size_t i = from; i < to; i += kLanes) {
      RowContext c{pre, main, next, selector, weights + 4 * first, i};
      chip(c);
      for (int d = 0; d < 4; ++d) (Lanes::load(out.p[d] + i) + c.sum[d].value()).store(out.p[d] + i);
    }
  });
}

// ---- quotients and FRI ----

void quotients(Planes acc, ConstPlanes f, const uint32_t* x, const uint32_t* y, const QuotientGroup& g, bool first,
               size_t offset, size_t count) {
  if constexpr (kLanes > 1) {
    if (count < kLanes) return kScalarKernels.quotients(acc, f, x, y, g, first, offset, count);
  }
  using Pair = Complex<Lanes>;
  constexpr size_t kBatch = 32;
  const Secure c = all(g.c), a = all(g.a), b = all(g.b), px = all(g.x), py = all(g.y), factor = all(g.factor);
  for (size_t start = 0; start < count; start += kBatch * kLanes) {
    const size_t vectors = std::min(kBatch, (count - start) / kLanes);
    Pair value[kBatch], product[kBatch];
    for (size_t k = 0; k < vectors; ++k) {
      const size_t i = start + k * kLanes;
      const Pair real_x{px.a - Lanes::load(x + i), px.b}, real_y{py.a - Lanes::load(y + i), py.b};
      value[k] = real_x * py.high() - real_y * px.high();
      product[k] = k == 0 ? value[0] : product[k - 1] * value[k];
    }
    const Pair& total = product[vectors - 1];
    const Lanes norm = inverse_lanes(total.a * total.a + total.b * total.b);
    Pair rest{total.a * norm, Lanes::all(0) - total.b * norm};
    for (size_t k = vectors; k-- > 0;) {
      const size_t i = start + k * kLanes;
      const Pair inverse = k == 0 ? rest : rest * product[k - 1];
      if (k != 0) rest = rest * value[k];
      const Secure numerator = load(f, offset + i) * c - (a * Lanes::load(y + i) + b);
      Secure out = Secure::of(numerator.low() * inverse, numerator.high() * inverse);
      if (!first) out = out + load(acc, offset + i) * factor;
      store(acc, offset + i, out);
    }
  }
}

void fold(ConstPlanes values, Planes out, const uint32_t* twiddles, const uint32_t* alpha, size_t count) {
  if constexpr (kLanes > 1) {
    if (count < kLanes) return kScalarKernels.fold(values, out, twiddles, alpha, count);
  }
  const Secure factor = all(alpha);
  for (size_t i = 0; i < count; i += kLanes) {
    Lanes sum[4], difference[4];
    const Lanes t = Lanes::load(twiddles + i);
    for (int d = 0; d < 4; ++d) {
      Lanes a, b;
      Lanes::deinterleave(Lanes::load(values.p[d] + 2 * i), Lanes::load(values.p[d] + 2 * i + kLanes), a, b);
      sum[d] = a + b;
      difference[d] = Lanes::mul2(a - b, t);
    }
    const Secure s{sum[0], sum[1], sum[2], sum[3]}, e{difference[0], difference[1], difference[2], difference[3]};
    store(out, i, s + e * factor);
  }
}

void mix(Planes into, ConstPlanes add, const uint32_t* factor, size_t count) {
  if constexpr (kLanes > 1) {
    if (count < kLanes) return kScalarKernels.mix(into, add, factor, count);
  }
  const Secure f = all(factor);
  for (size_t i = 0; i < count; i += kLanes) store(into, i, load(into, i) * f + load(add, i));
}

}  // namespace

}  // inline namespace

const Kernels PITBOSS_KERNELS_SYMBOL = {
    PITBOSS_KERNELS_NAME, kLanes,        interpolate,  evaluate,          fold_top, widen,
    add_constant,         absorb,        absorb_children, add_lookup,     add_fraction,
    lookup_constraint,    dot,           dot_base,     add_scaled,        selector_columns,
    main_constraints,     quotients,     fold,         mix};

}  // namespace pitboss::nexus::stark
