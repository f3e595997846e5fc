// Lookup fractions and sums over columns (spec 6.3, 10, 11); part of Kernels.inl.

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
