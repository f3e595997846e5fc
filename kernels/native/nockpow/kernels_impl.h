// Bodies of the multi-state kernels, generic over the vector operations of the including translation unit.
//
// Included once by each of simd_scalar.cc, simd_avx2.cc and simd_avx512.cc, inside an anonymous namespace and after the
// definition of V and its operations: load, store, set1, deinterleave, canon, addc, subc, mul, permute8.
//   V       eight u64 lanes, any representative of a residue ("loose") unless stated
//   addc    loose + canonical -> loose;  subc: loose - canonical -> loose;  mul: loose * loose -> loose
// No standard-library templates here: their out-of-line copies could carry this unit's instructions elsewhere.

void permute8_entry(uint64_t* state) {
  V s[16];
  for (int i = 0; i < 16; i++) s[i] = load(state + 8 * i);
  permute8(s);
  for (int i = 0; i < 16; i++) store(state + 8 * i, canon(s[i]));
}

// h = hash10(prefix5, h) in place: lanes 0..4 of s hold the right operand.
NOCKPOW_INLINE void join_left(V s[16], const uint64_t prefix[5]) {
  for (int i = 0; i < 5; i++) {
    s[5 + i] = s[i];
    s[i] = set1(prefix[i]);
  }
  for (int i = 10; i < 16; i++) s[i] = set1(kEpsilon);
  permute8(s);
}

void hash_rows(const uint64_t* const* columns, size_t width, const uint64_t prefix[10], size_t count,
               uint64_t* const out[5], size_t stride) {
  for (size_t k = 0; k < count; k++) {
    V s[16];
    for (int i = 0; i < 16; i++) s[i] = set1(0);
    size_t c = 0;
    for (; c + 10 <= width; c += 10) {
      for (size_t i = 0; i < 10; i++) s[i] = load(columns[c + i] + 8 * k);
      permute8(s);
    }
    for (size_t i = 0; i < 10; i++) s[i] = c + i < width ? load(columns[c + i] + 8 * k) : set1(c + i == width ? kEpsilon : 0);
    permute8(s);
    join_left(s, prefix + 5);
    join_left(s, prefix);
    for (int i = 0; i < 5; i++) store(out[i] + k * stride, canon(s[i]));
  }
}

void hash_pairs(const uint64_t* const in[5], uint64_t* const out[5], size_t n) {
  for (size_t k = 0; k < n; k += 8) {
    V s[16];
    for (int i = 0; i < 5; i++) deinterleave(load(in[i] + 2 * k), load(in[i] + 2 * k + 8), s[i], s[5 + i]);
    for (int i = 10; i < 16; i++) s[i] = set1(kEpsilon);
    permute8(s);
    for (int i = 0; i < 5; i++) store(out[i] + k, canon(s[i]));
  }
}

NOCKPOW_INLINE void butterfly(uint64_t* x, uint64_t* y, V w) {
  const V a = load(x);
  const V b = canon(mul(load(y), w));
  store(x, addc(a, b));
  store(y, subc(a, b));
}

void coset_eval(const uint64_t* coefficients, size_t h, const uint64_t* powers, const uint64_t* twiddles, size_t m,
                uint64_t* out) {
  // Scale by the coset shifts into bit-reversed order; a short polynomial fills its copies (the first stages are copies),
  // a long one is folded modulo X^m - s_j^m.
  const size_t n = h < m ? h : m;
  const size_t copies = m / n;
  const int log_n = __builtin_ctzll(n);
  for (size_t i = 0; i < n; i++) {
    V v = canon(mul(set1(coefficients[i]), load(powers + 8 * i)));
    for (size_t q = i + n; q < h; q += n) v = canon(addc(v, canon(mul(set1(coefficients[q]), load(powers + 8 * q)))));
    size_t r = 0;
    for (int b = 0; b < log_n; b++) r |= (i >> b & 1) << (log_n - 1 - b);
    for (size_t c = 0; c < copies; c++) store(out + 8 * (r * copies + c), v);
  }
  size_t half = copies;
  // Two stages at a time, so that every value is loaded and stored half as often.
  for (; 4 * half <= m; half *= 4) {
    const size_t step1 = m / (2 * half);
    const size_t step2 = m / (4 * half);
    for (size_t j = 0; j < half; j++) {
      const V w1 = set1(twiddles[j * step1]);
      const V w2 = set1(twiddles[j * step2]);
      const V w3 = set1(twiddles[(j + half) * step2]);
      for (size_t k = j; k < m; k += 4 * half) {
        uint64_t* p0 = out + 8 * k;
        uint64_t* p1 = p0 + 8 * half;
        uint64_t* p2 = p1 + 8 * half;
        uint64_t* p3 = p2 + 8 * half;
        const V b1 = canon(mul(load(p1), w1));
        const V b3 = canon(mul(load(p3), w1));
        const V a0 = load(p0), a2 = load(p2);
        const V x0 = addc(a0, b1), x1 = subc(a0, b1);
        const V x2 = canon(mul(addc(a2, b3), w2)), x3 = canon(mul(subc(a2, b3), w3));
        store(p0, addc(x0, x2));
        store(p2, subc(x0, x2));
        store(p1, addc(x1, x3));
        store(p3, subc(x1, x3));
      }
    }
  }
  for (; half < m; half *= 2) {
    const size_t step = m / (2 * half);
    for (size_t j = 0; j < half; j++) {
      const V w = set1(twiddles[j * step]);
      for (size_t k = j; k < m; k += 2 * half) butterfly(out + 8 * k, out + 8 * (k + half), w);
    }
  }
  for (size_t i = 0; i < m; i++) store(out + 8 * i, canon(load(out + 8 * i)));
}

void run_program(const Instruction* code, size_t length, const uint64_t* const* operands, uint64_t* registers,
                 const uint64_t* constants, const uint64_t* weights, uint64_t* accumulators) {
  for (size_t pc = 0; pc < length; pc++) {
    const Instruction& in = code[pc];
    const uint64_t* a = operands[in.a];
    uint64_t* d = registers + 32 * static_cast<size_t>(in.dst);
    switch (in.op) {
      case Instruction::add:
        for (int v = 0; v < 32; v += 8) store(d + v, canon(addc(load(a + v), load(operands[in.b] + v))));
        break;
      case Instruction::sub:
        for (int v = 0; v < 32; v += 8) store(d + v, canon(subc(load(a + v), load(operands[in.b] + v))));
        break;
      case Instruction::mul:
        for (int v = 0; v < 32; v += 8) store(d + v, canon(mul(load(a + v), load(operands[in.b] + v))));
        break;
      case Instruction::add_const: {
        const V c = set1(constants[in.b]);
        for (int v = 0; v < 32; v += 8) store(d + v, canon(addc(load(a + v), c)));
        break;
      }
      case Instruction::sub_const: {
        const V c = set1(constants[in.b]);
        for (int v = 0; v < 32; v += 8) store(d + v, canon(subc(load(a + v), c)));
        break;
      }
      case Instruction::const_sub: {
        const V c = set1(constants[in.b]);
        for (int v = 0; v < 32; v += 8) store(d + v, canon(subc(c, load(a + v))));
        break;
      }
      case Instruction::mul_const: {
        const V c = set1(constants[in.b]);
        for (int v = 0; v < 32; v += 8) store(d + v, canon(mul(load(a + v), c)));
        break;
      }
      case Instruction::accumulate: {
        const V alpha = set1(weights[2 * static_cast<size_t>(in.b)]);
        const V beta = set1(weights[2 * static_cast<size_t>(in.b) + 1]);
        uint64_t* k = accumulators + 32 * static_cast<size_t>(in.kind_class);
        d = accumulators + 32 * static_cast<size_t>(in.dst);
        for (int v = 0; v < 32; v += 8) {
          const V x = load(a + v);
          store(d + v, canon(addc(load(d + v), canon(mul(x, alpha)))));
          store(k + v, canon(addc(load(k + v), canon(mul(x, beta)))));
        }
        break;
      }
    }
  }
}

void combine(const uint64_t* const* columns, size_t count, const uint64_t* weights, size_t n, uint64_t* out0,
             uint64_t* out1, uint64_t* out2) {
  for (size_t i = 0; i < n; i += 8) {
    V a = load(out0 + i), b = load(out1 + i), c = load(out2 + i);
    for (size_t k = 0; k < count; k++) {
      const V f = load(columns[k] + i);
      a = addc(a, canon(mul(f, set1(weights[3 * k]))));
      b = addc(b, canon(mul(f, set1(weights[3 * k + 1]))));
      c = addc(c, canon(mul(f, set1(weights[3 * k + 2]))));
    }
    store(out0 + i, canon(a));
    store(out1 + i, canon(b));
    store(out2 + i, canon(c));
  }
}

void v5_digest(const V5Constants& job, const uint64_t* nonce, uint64_t* out, uint64_t* scratch) {
  const V zero = set1(0), one = set1(kEpsilon);
  const size_t len = job.length;
  V n[5], s[16];
  for (int i = 0; i < 5; i++) n[i] = mul(load(nonce + 8 * i), one);
  // Seed: one full block and the padding block, then as many squeezes as the puzzle needs.
  for (int i = 0; i < 5; i++) {
    s[i] = set1(job.commitment[i]);
    s[5 + i] = n[i];
  }
  for (int i = 10; i < 16; i++) s[i] = zero;
  permute8(s);
  for (int i = 0; i < 10; i++) s[i] = i == 0 ? one : zero;
  permute8(s);
  for (size_t got = 0;;) {
    for (size_t i = 0; i < 10; i++) store(scratch + 8 * (got + i), s[i]);
    got += 10;
    if (got >= len) break;
    permute8(s);
  }
  // hnoun(p) = hv([len+1, b reversed, 0, (0 1) x len]).
  const size_t words = 3 * len + 2;
  for (int i = 0; i < 16; i++) s[i] = zero;
  for (size_t at = 0; at <= words; at += 10) {
    for (size_t i = 0; i < 10; i++) {
      const size_t e = at + i;
      if (e == 0) {
        s[i] = set1(job.count);
      } else if (e <= len) {
        s[i] = load(scratch + 8 * (len - e));
      } else {
        s[i] = (e == words || (e < words && e > len + 2 && ((e - len) & 1) == 1)) ? one : zero;
      }
    }
    permute8(s);
  }
  join_left(s, job.length_leaf);
  for (int i = 0; i < 5; i++) {
    s[5 + i] = s[i];
    s[i] = n[i];
  }
  for (int i = 10; i < 16; i++) s[i] = one;
  permute8(s);
  join_left(s, job.commitment);
  join_left(s, job.puzzle_leaf);
  s[5] = one;
  for (int i = 6; i < 16; i++) s[i] = zero;
  permute8(s);
  join_left(s, job.tag_leaf);
  const V back = set1(kMontInverse);
  for (int i = 0; i < 5; i++) store(out + 8 * i, canon(mul(s[i], back)));
}

#define NOCKPOW_KERNEL_TABLE(label) \
  {label, permute8_entry, hash_rows, hash_pairs, coset_eval, run_program, combine, v5_digest}
