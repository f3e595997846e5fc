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

// ---- circle FFT ----

template <unsigned kLayer>
void low_inverse(Lanes& x, Lanes& y, size_t group, const uint32_t* const* layers) {
  if constexpr (kLayer < kLowLayers) {
    constexpr unsigned kDistinct = kLanes >> kLayer;
    Lanes a, b;
    Lanes::deinterleave(x, y, a, b);
    constexpr unsigned kStep = kDistinct == 0 ? 1 : kDistinct;
    x = a + b;
    y = Lanes::mul2(a - b, Lanes::load_repeated<kStep>(layers[kLayer] + group * kStep));
    low_inverse<kLayer + 1>(x, y, group, layers);
  }
}

template <unsigned kAbove>
void low_forward(Lanes& x, Lanes& y, size_t group, const uint32_t* const* layers) {
  if constexpr (kAbove > 0) {
    constexpr unsigned kLayer = kAbove - 1;
    constexpr unsigned kStep = kLanes >> kLayer;
    const Lanes t = Lanes::mul2(y, Lanes::load_repeated<kStep>(layers[kLayer] + group * kStep));
    const Lanes a = x + t, b = x - t;
    Lanes::interleave(a, b, x, y);
    low_forward<kAbove - 1>(x, y, group, layers);
  }
}

void interpolate(uint32_t* v, unsigned n, const uint32_t* const* layers) {
  if constexpr (kLanes > 1) {
    if (n < kLowLayers) return kScalarKernels.interpolate(v, n, layers);
  }
  const size_t size = size_t{1} << n;
  const unsigned scale = (31 - n) % 31;  // 1/2^n = 2^(31-n)
  for (size_t g = 0, i = 0; i < size; ++g, i += 2 * kLanes) {
    Lanes x = Lanes::load(v + i).rotate(scale), y = Lanes::load(v + i + kLanes).rotate(scale);
    low_inverse<0>(x, y, g, layers);
    x.store(v + i);
    y.store(v + i + kLanes);
  }
  unsigned l = kLowLayers;
  for (; l + 1 < n; l += 2) {  // two layers at once
    const size_t step = size_t{1} << l;
    for (size_t h = 0, base = 0; base < size; ++h, base += 4 * step) {
      const Lanes t0 = Lanes::all(layers[l][2 * h]), t1 = Lanes::all(layers[l][2 * h + 1]);
      const Lanes t = Lanes::all(layers[l + 1][h]);
      uint32_t *p0 = v + base, *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
      for (size_t m = 0; m < step; m += kLanes) {
        const Lanes a0 = Lanes::load(p0 + m), a1 = Lanes::load(p1 + m), a2 = Lanes::load(p2 + m), a3 = Lanes::load(p3 + m);
        const Lanes b0 = a0 + a1, b1 = Lanes::mul2(a0 - a1, t0), b2 = a2 + a3, b3 = Lanes::mul2(a2 - a3, t1);
        (b0 + b2).store(p0 + m);
        (b1 + b3).store(p1 + m);
        Lanes::mul2(b0 - b2, t).store(p2 + m);
        Lanes::mul2(b1 - b3, t).store(p3 + m);
      }
    }
  }
  if (l < n) {
    const size_t step = size_t{1} << l;
    for (size_t h = 0, base = 0; base < size; ++h, base += 2 * step) {
      const Lanes t = Lanes::all(layers[l][h]);
      for (size_t m = base; m < base + step; m += kLanes) {
        const Lanes a = Lanes::load(v + m), b = Lanes::load(v + m + step);
        (a + b).store(v + m);
        Lanes::mul2(a - b, t).store(v + m + step);
      }
    }
  }
}

void evaluate(const uint32_t* coeffs, uint32_t* out, unsigned n, const uint32_t* const* layers) {
  if constexpr (kLanes > 1) {
    if (n < kLowLayers) return kScalarKernels.evaluate(coeffs, out, n, layers);
  }
  const size_t size = size_t{1} << n;
  const uint32_t* in = coeffs;
  unsigned l = n;
  if ((n - kLowLayers) % 2 == 1) {
    --l;
    const size_t step = size_t{1} << l;
    for (size_t h = 0, base = 0; base < size; ++h, base += 2 * step) {
      const Lanes t = Lanes::all(layers[l][h]);
      for (size_t m = base; m < base + step; m += kLanes) {
        const Lanes a = Lanes::load(in + m), b = Lanes::mul2(Lanes::load(in + m + step), t);
        (a + b).store(out + m);
        (a - b).store(out + m + step);
      }
    }
    in = out;
  }
  for (; l > kLowLayers; l -= 2) {
    const size_t step = size_t{1} << (l - 2);
    for (size_t h = 0, base = 0; base < size; ++h, base += 4 * step) {
      const Lanes t0 = Lanes::all(layers[l - 2][2 * h]), t1 = Lanes::all(layers[l - 2][2 * h + 1]);
      const Lanes t = Lanes::all(layers[l - 1][h]);
      const uint32_t *q0 = in + base, *q1 = q0 + step, *q2 = q1 + step, *q3 = q2 + step;
      uint32_t *p0 = out + base, *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
      for (size_t m = 0; m < step; m += kLanes) {
        const Lanes a0 = Lanes::load(q0 + m), a1 = Lanes::load(q1 + m);
        const Lanes a2 = Lanes::mul2(Lanes::load(q2 + m), t), a3 = Lanes::mul2(Lanes::load(q3 + m), t);
        const Lanes b0 = a0 + a2, b1 = a1 + a3, b2 = a0 - a2, b3 = a1 - a3;
        const Lanes c1 = Lanes::mul2(b1, t0), c3 = Lanes::mul2(b3, t1);
        (b0 + c1).store(p0 + m);
        (b0 - c1).store(p1 + m);
        (b2 + c3).store(p2 + m);
        (b2 - c3).store(p3 + m);
      }
    }
    in = out;
  }
  for (size_t g = 0, i = 0; i < size; ++g, i += 2 * kLanes) {
    Lanes x = Lanes::load(in + i), y = Lanes::load(in + i + kLanes);
    low_forward<kLowLayers>(x, y, g, layers);
    x.store(out + i);
    y.store(out + i + kLanes);
  }
}

void fold_top(const uint32_t* low, const uint32_t* high, uint32_t* out, size_t count, uint32_t twice) {
  if constexpr (kLanes > 1) {
    if (count < kLanes) return kScalarKernels.fold_top(low, high, out, count, twice);
  }
  const Lanes t = Lanes::all(twice);
  for (size_t i = 0; i < count; i += kLanes) {
    (Lanes::load(low + i) + Lanes::mul2(Lanes::load(high + i), t)).store(out + i);
  }
}

void widen(const uint8_t* bytes, uint32_t* out, size_t count) {
  if constexpr (kLanes > 1) {
    if (count < kLanes) return kScalarKernels.widen(bytes, out, count);
  }
  for (size_t i = 0; i < count; i += kLanes) Lanes::load_bytes(bytes + i).store(out + i);
}

void add_constant(uint32_t* values, size_t count, uint32_t constant) {
  if constexpr (kLanes > 1) {
    if (count < kLanes) return kScalarKernels.add_constant(values, count, constant);
  }
  const Lanes c = Lanes::all(constant);
  for (size_t i = 0; i < count; i += kLanes) (Lanes::load(values + i) + c).store(values + i);
}

// ---- BLAKE2s ----

void compress(Lanes (&h)[8], const Lanes (&m)[16], uint64_t bytes, bool last) {
  Lanes v[16];
  for (int i = 0; i < 8; ++i) v[i] = h[i], v[i + 8] = Lanes::all(kBlakeIv[i]);
  v[12] = v[12] ^ Lanes::all(static_cast<uint32_t>(bytes));
  v[13] = v[13] ^ Lanes::all(static_cast<uint32_t>(bytes >> 32));
  if (last) v[14] = v[14] ^ Lanes::all(0xffffffffu);
  const auto mix = [&v](int a, int b, int c, int d, Lanes x, Lanes y) {
    v[a] = Lanes::wrap_add(Lanes::wrap_add(v[a], v[b]), x);
    v[d] = (v[d] ^ v[a]).template rotr<16>();
    v[c] = Lanes::wrap_add(v[c], v[d]);
    v[b] = (v[b] ^ v[c]).template rotr<12>();
    v[a] = Lanes::wrap_add(Lanes::wrap_add(v[a], v[b]), y);
    v[d] = (v[d] ^ v[a]).template rotr<8>();
    v[c] = Lanes::wrap_add(v[c], v[d]);
    v[b] = (v[b] ^ v[c]).template rotr<7>();
  };
#pragma GCC unroll 10
  for (int r = 0; r < 10; ++r) {
    const auto& s = kBlakeSigma[r];
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (int i = 0; i < 8; ++i) h[i] = h[i] ^ v[i] ^ v[i + 8];
}

void start(Lanes (&h)[8]) {
  for (int w = 0; w < 8; ++w) h[w] = Lanes::all(w == 0 ? kBlakeIv[0] ^ kBlakeParameter : kBlakeIv[w]);
}

void absorb(uint32_t* state, size_t stride, const uint32_t* const* message, size_t from, size_t to, uint64_t bytes,
            bool first, bool last) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.absorb(state, stride, message, from, to, bytes, first, last);
  }
  for (size_t i = from; i < to; i += kLanes) {
    Lanes h[8], m[16];
    if (first) start(h);
    if (!first) {
      for (int w = 0; w < 8; ++w) h[w] = Lanes::load(state + w * stride + i);
    }
    for (int k = 0; k < 16; ++k) m[k] = message[k] == nullptr ? Lanes::all(0) : Lanes::load(message[k] + i);
    compress(h, m, bytes, last);
    for (int w = 0; w < 8; ++w) h[w].store(state + w * stride + i);
  }
}

void absorb_children(const uint32_t* child, size_t child_stride, uint32_t* state, size_t stride, size_t from, size_t to,
                     bool last) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.absorb_children(child, child_stride, state, stride, from, to, last);
  }
  for (size_t i = from; i < to; i += kLanes) {
    Lanes h[8], m[16];
    start(h);
    for (int w = 0; w < 8; ++w) {
      const uint32_t* p = child + w * child_stride + 2 * i;
      Lanes::deinterleave(Lanes::load(p), Lanes::load(p + kLanes), m[w], m[8 + w]);
    }
    compress(h, m, 64, last);
    for (int w = 0; w < 8; ++w) h[w].store(state + w * stride + i);
  }
}

// ---- lookups ----

void add_lookup(Planes sum, const uint32_t* table, size_t stride, Column low, Column high, uint32_t mask, Column selector,
                size_t from, size_t to) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.add_lookup(sum, table, stride, low, high, mask, selector, from, to);
  }
  const Lanes m = Lanes::all(mask);
  for (size_t i = from; i < to; i += kLanes) {
    Lanes index = load(low, i) & m;
    if (high.data != nullptr) index = Lanes::wrap_add(index, (load(high, i) & m).shift_left(4));
    Secure f{Lanes::gather(table, index), Lanes::gather(table + stride, index), Lanes::gather(table + 2 * stride, index),
             Lanes::gather(table + 3 * stride, index)};
    if (selector.data != nullptr) f = f * load(selector, i);
    store(sum, i, load(sum, i) + f);
  }
}

Secure affine(const Affine& form, size_t i) {
  Secure out = all(form.constant);
  for (unsigned t = 0; t < form.count; ++t) {
    const auto& term = form.terms[t];
    out = out + all(term.factor) * load(Column{term.column, term.bytes}, i);
  }
  return out;
}

Lanes inverse_lanes(Lanes a) {
  Lanes result = Lanes::all(1);
  for (uint32_t e = kP - 2; e != 0; e >>= 1, a = a * a) {
    if (e & 1) result = result * a;
  }
  return result;
}

Secure inverse_secure(const Secure& x) {
  const auto hh = x.high() * x.high();
  const Complex<Lanes> folded{hh.a + hh.a - hh.b, hh.a + hh.b + hh.b};
  const auto n = x.low() * x.low() - folded;
  const Lanes m = inverse_lanes(n.a * n.a + n.b * n.b);
  const Complex<Lanes> k{n.a * m, Lanes::all(0) - n.b * m};
  return Secure::of(x.low() * k, (Complex<Lanes>{Lanes::all(0), Lanes::all(0)} - x.high()) * k);
}

void add_fraction(Planes sum, const Affine& denominator, Column selector, bool negative, size_t from, size_t to) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.add_fraction(sum, denominator, selector, negative, from, to);
  }
  constexpr size_t kBatch = 32;  // vectors that share one inversion
  for (size_t start = from; start < to; start += kBatch * kLanes) {
    const size_t count = std::min(kBatch, (to - start) / kLanes);
    Secure value[kBatch], product[kBatch];
    for (size_t k = 0; k < count; ++k) {
      value[k] = affine(denominator, start + k * kLanes);
      product[k] = k == 0 ? value[0] : product[k - 1] * value[k];
    }
    Secure rest = inverse_secure(product[count - 1]);
    for (size_t k = count; k-- > 0;) {
      const size_t i = start + k * kLanes;
      Secure f = k == 0 ? rest : rest * product[k - 1];
      if (k != 0) rest = rest * value[k];
      if (selector.data != nullptr) f = f * load(selector, i);
      store(sum, i, negative ? load(sum, i) - f : load(sum, i) + f);
    }
  }
}

void lookup_constraint(Planes out, ConstPlanes plus, ConstPlanes minus, ConstPlanes minus2, const uint32_t* shift,
                       const Affine& denominator, const uint32_t* selector, bool negative, const uint32_t* weight,
                       size_t from, size_t to) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) {
      return kScalarKernels.lookup_constraint(out, plus, minus, minus2, shift, denominator, selector, negative, weight, from,
                                              to);
    }
  }
  const Secure w = all(weight);
  for (size_t i = from; i < to; i += kLanes) {
    Secure delta = load(plus, i);
    if (minus.p[0] != nullptr) delta = delta - load(minus, i);
    if (minus2.p[0] != nullptr) delta = delta - load(minus2, i);
    if (shift != nullptr) delta = delta + all(shift);
    Secure value = delta * affine(denominator, i);
    const Lanes n = selector == nullptr ? Lanes::all(1) : Lanes::load(selector + i);
    value.a = negative ? value.a + n : value.a - n;
    store(out, i, load(out, i) + value * w);
  }
}

// ---- sums over columns ----

void dot(ConstPlanes weights, Column column, size_t from, size_t to, uint32_t* out) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.dot(weights, column, from, to, out);
  }
  Lanes::Sum sum[4];
  const unsigned every = column.bytes ? 1u << 20 : 3;  // products below 2^39 or 2^62
  unsigned pending = 0;
  for (size_t i = from; i < to; i += kLanes) {
    const Lanes x = load(column, i);
    for (int d = 0; d < 4; ++d) sum[d].add(Lanes::load(weights.p[d] + i), x);
    if (++pending == every) {
      pending = 0;
      for (auto& s : sum) s.fold();
    }
  }
  for (int d = 0; d < 4; ++d) {
    uint32_t lane[kLanes];
    sum[d].value().store(lane);
    M31 total;
    for (const uint32_t x : lane) total = total + M31(x);
    out[d] = total.v;
  }
}

void dot_base(const uint32_t* weights, Column column, size_t from, size_t to, uint32_t* out) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.dot_base(weights, column, from, to, out);
  }
  Lanes::Sum sum;
  const unsigned every = column.bytes ? 1u << 20 : 3;
  unsigned pending = 0;
  for (size_t i = from; i < to; i += kLanes) {
    sum.add(Lanes::load(weights + i), load(column, i));
    if (++pending == every) pending = 0, sum.fold();
  }
  uint32_t lane[kLanes];
  sum.value().store(lane);
  M31 total;
  for (const uint32_t x : lane) total = total + M31(x);
  *out = total.v;
}

void add_scaled(Planes sum, Column column, const uint32_t* factor, size_t from, size_t to) {
  if constexpr (kLanes > 1) {
    if (to - from < kLanes) return kScalarKernels.add_scaled(sum, column, factor, from, to);
  }
  for (int d = 0; d < 4; ++d) {
    const Lanes twice = Lanes::all(factor[d] << 1);
    for (size_t i = from; i < to; i += kLanes) {
      (Lanes::load(sum.p[d] + i) + Lanes::mul2(load(column, i), twice)).store(sum.p[d] + i);
    }
  }
}

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
