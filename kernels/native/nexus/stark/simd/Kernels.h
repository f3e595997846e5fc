// The inner loops of prover and trees, once per instruction set, behind a table of functions.
//
// kernels() picks the widest set the CPU has at first use; PITBOSS_SIMD=scalar|avx2|avx512 forces a lower one. Every
// set gives bit-identical results. Column data are canonical M31 values as uint32_t; a QM31 column is four planes a, b,
// c, d. Counts are powers of two; a table may be called with any count (below its width it hands the call to the scalar
// set). Factors named `twice` are stored doubled (see Lanes.h).
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitboss::nexus::stark {

struct Planes {
  uint32_t* p[4];
};
struct ConstPlanes {
  const uint32_t* p[4];
};

// k + sum of factor[i] * column[i]: what a lookup tuple is once its relation's alpha and z are known.
struct AffineTerm {
  const void* column = nullptr;  // values; bytes if `bytes`
  bool bytes = false;
  uint32_t factor[4] = {};
};
struct Affine {
  uint32_t constant[4] = {};
  const AffineTerm* terms = nullptr;
  unsigned count = 0;
};

// A column of small numbers or of field elements.
struct Column {
  const void* data = nullptr;
  bool bytes = false;
};

// One group of section 11: samples at a point X + Y; all with the same point.
struct QuotientGroup {
  uint32_t c[4];      // conj(Y) - Y
  uint32_t a[4];      // sum of alpha_i a_i
  uint32_t b[4];      // sum of alpha_i b_i
  uint32_t x[4];      // X
  uint32_t y[4];      // Y
  uint32_t factor[4];  // qc^m
};

struct Kernels {
  const char* name;
  unsigned lanes;

  // In place, 2^n values in br order -> coefficients (1/2^n included). layers[l] = inverse twiddles of layer l, twice.
  void (*interpolate)(uint32_t* values, unsigned n, const uint32_t* const* layers);
  // 2^n coefficients -> 2^n values of one block of a domain; layers[l] points at the block's twiddles, twice. out may
  // be coeffs.
  void (*evaluate)(const uint32_t* coeffs, uint32_t* out, unsigned n, const uint32_t* const* layers);
  // out[i] = low[i] + twiddle * high[i]: the top layer of an evaluation, one half of it.
  void (*fold_top)(const uint32_t* low, const uint32_t* high, uint32_t* out, size_t count, uint32_t twiddle_twice);
  void (*widen)(const uint8_t* bytes, uint32_t* out, size_t count);
  void (*add_constant)(uint32_t* values, size_t count, uint32_t constant);

  // BLAKE2s of many messages at once; digest word w of node i is state[w * stride + i].
  // One 64-byte block per node, word k of node i = message[k][i] (null: 0), `bytes` = message bytes so far.
  void (*absorb)(uint32_t* state, size_t stride, const uint32_t* const* message, size_t from, size_t to, uint64_t bytes,
                 bool first, bool last);
  // First block of inner nodes: the digests of children 2i and 2i + 1.
  void (*absorb_children)(const uint32_t* child, size_t child_stride, uint32_t* state, size_t stride, size_t from,
                          size_t to, bool last);

  // sum += selector * table[index]; index = (low & mask) + ((high & mask) << 4) (high.data null: 0); planes of the
  // table are `stride` apart.
  void (*add_lookup)(Planes sum, const uint32_t* table, size_t stride, Column low, Column high, uint32_t mask,
                     Column selector, size_t from, size_t to);
  // sum += sign * selector / affine.
  void (*add_fraction)(Planes sum, const Affine& denominator, Column selector, bool negative, size_t from, size_t to);
  // out += weight * (delta * affine - numerator); delta = plus - minus - minus2 + shift (null planes are 0).
  void (*lookup_constraint)(Planes out, ConstPlanes plus, ConstPlanes minus, ConstPlanes minus2, const uint32_t* shift,
                            const Affine& denominator, const uint32_t* selector, bool negative, const uint32_t* weight,
                            size_t from, size_t to);

  // out[0..3] = sum weights[d][i] * column[i]; base: one plane of weights.
  void (*dot)(ConstPlanes weights, Column column, size_t from, size_t to, uint32_t* out);
  void (*dot_base)(const uint32_t* weights, Column column, size_t from, size_t to, uint32_t* out);
  // sum[d] += factor[d] * column.
  void (*add_scaled)(Planes sum, Column column, const uint32_t* factor, size_t from, size_t to);

  // Selectors.h for rows [from, to) of 273 word columns.
  void (*selectors)(const uint32_t* const* main, uint32_t* const* out, size_t from, size_t to);
  // out += sum of weights[4 k + d] * constraint k (449); columns: 27 preprocessed, 273 main, 273 next (only Pc and
  // IsPadding are read), selectors.
  void (*main_constraints)(const uint32_t* const* pre, const uint32_t* const* main, const uint32_t* const* next,
                           const uint32_t* const* selectors, const uint32_t* weights, Planes out, size_t from, size_t to);

  // acc = acc * factor + (c f - (a y + b)) / D on points (x, y); first: acc was 0. acc may be f. count >= 64.
  void (*quotients)(Planes acc, ConstPlanes f, const uint32_t* x, const uint32_t* y, const QuotientGroup& group, bool first,
                    size_t offset, size_t count);

  // FRI: out[i] = (v[2i] + v[2i+1]) + alpha (v[2i] - v[2i+1]) / t[i]; twiddles inverse, twice. out may be values.
  void (*fold)(ConstPlanes values, Planes out, const uint32_t* twiddles, const uint32_t* alpha, size_t count);
  // into = into * factor + add.
  void (*mix)(Planes into, ConstPlanes add, const uint32_t* factor, size_t count);
};

const Kernels& kernels();
extern const Kernels kScalarKernels;
extern const Kernels kAvx2Kernels;    // x86-64 only
extern const Kernels kAvx512Kernels;  // x86-64 only

}  // namespace pitboss::nexus::stark
