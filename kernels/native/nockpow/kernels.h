// Multi-state kernels: everything that costs time, eight lanes at once, in one of three instruction sets.
//
// A Kernels table is chosen once at run time (cpuid, or the environment variable PITBOSS_SIMD = scalar | avx2 | avx512,
// which can only lower the choice). All tables compute identical bits. Vectors are eight consecutive u64 in memory, so the
// layouts below do not depend on the table. Hash values inside these functions are in Montgomery form. Nothing here
// allocates. Caller-provided memory is stated at each entry; all vector memory is aligned to 64 bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pitboss::nockpow {

static constexpr size_t kLanes = 8;

// One instruction of a compiled constraint program (see program.h).
struct Instruction {
  enum Op : uint8_t { add, sub, mul, add_const, sub_const, const_sub, mul_const, accumulate };
  Op op;
  uint32_t dst;  // register; for accumulate: class of the value
  uint32_t a;    // operand
  uint32_t b;    // operand, or index of a constant; for accumulate: index of the weight pair (alpha, beta)
  uint32_t kind_class;  // accumulate only: class that takes beta * value
};

// Version-5 search: what does not depend on the nonce, in Montgomery form.
struct V5Constants {
  uint64_t commitment[5];
  uint64_t length_leaf[5];  // leaf(len)
  uint64_t puzzle_leaf[5];  // leaf('puzzle')
  uint64_t tag_leaf[5];     // leaf('zkpow-v5')
  uint64_t count;           // len + 1
  uint32_t length;
};

struct Kernels {
  const char* name;

  // Eight states: state[16][8], any 64-bit lanes in, canonical lanes out.
  void (*permute8)(uint64_t* state);

  // Leaf hashes mary(step, len, row) of 8 * count rows. columns[c] points at count vectors of row values (canonical,
  // Montgomery form); prefix = h(step), h(len). Digest word w of vector k goes to out[w] + k * stride.
  void (*hash_rows)(const uint64_t* const* columns, size_t width, const uint64_t prefix[10], size_t count,
                    uint64_t* const out[5], size_t stride);

  // Parents of a tree level: in[w] holds 2n words, out[w] takes n; n is a multiple of 8.
  void (*hash_pairs)(const uint64_t* const in[5], uint64_t* const out[5], size_t n);

  // Values of a polynomial with h coefficients on eight cosets s_j <w_m>: out[k][j] = f(s_j w_m^k), natural order, any
  // 64-bit representative of the residue unless `canonical_out`. powers[i][j] = s_j^i for i < h; twiddles[i] = w_m^i for
  // i < m / 2. m is a power of two >= 2, h a power of two.
  void (*coset_eval)(const uint64_t* coefficients, size_t h, const uint64_t* powers, const uint64_t* twiddles, size_t m,
                     uint64_t* out);

  // Runs a constraint program over `blocks` vectors-of-four (32 points each). operands[i] points at the values of operand
  // i for the first block and is advanced by strides[i] words per block (0 for registers). accumulators: classes x 32.
  void (*run_program)(const Instruction* code, size_t length, const uint64_t* const* operands, uint64_t* registers,
                      const uint64_t* constants, const uint64_t* weights, uint64_t* accumulators);

  // out[i] += sum over columns c of weight[c] * f_c[i], for the three words of the weights; f_c canonical, n a multiple of 8.
  void (*combine)(const uint64_t* const* columns, size_t count, const uint64_t* weights, size_t n, uint64_t* out0,
                  uint64_t* out1, uint64_t* out2);

  // Version-5 digests of eight nonces: nonce[5][8] plain canonical; out[5][8] plain canonical.
  // scratch: 8 * (length + 10) words.
  void (*v5_digest)(const V5Constants& job, const uint64_t* nonce, uint64_t* out, uint64_t* scratch);
};

// The table in use; chosen at the first call.
const Kernels& kernels();
// A given table, or nullptr when this machine cannot run it. Names: scalar, avx2, avx512.
const Kernels* kernels_by_name(const char* name);

}  // namespace pitboss::nockpow
