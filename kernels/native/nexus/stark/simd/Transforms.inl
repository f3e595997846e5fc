// Circle FFT of one column (spec 1.4); part of Kernels.inl.

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
