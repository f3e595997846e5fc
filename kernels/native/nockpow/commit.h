// Low-degree extension and Merkle commitment of column polynomials, streamed.
//
// The N rows of a commitment are never in memory together: the domain 7 <w_N> is taken in batches of eight cosets of a
// subgroup of order M = N / 64, and each batch is extended and hashed. Working memory is 8 M words per column of the widest
// commitment (12.8 MB for the 195 ext columns at length 64) plus 80 bytes per row for the tree.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "kernels.h"
#include "team.h"
#include "tip5.h"

namespace pitboss::nockpow {

// Polynomial by its coefficients; the length is a power of two.
struct Poly {
  const u64* coefficients;
  size_t length;
};

// 64-byte aligned words, not initialised.
class Buffer {
 public:
  explicit Buffer(size_t words);
  u64* data() { return data_.get(); }
  [[nodiscard]] const u64* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(u64* p) const;
  };
  std::unique_ptr<u64, Free> data_;
};

// Merkle tree over n leaves (a power of two, at least 8), word-major, in Montgomery form.
class MerkleTree {
 public:
  explicit MerkleTree(size_t leaves);
  // Where word w of the leaf digests goes.
  u64* leaf_words(size_t w) { return words_.data() + w * 2 * leaves_; }
  // Computes the parents after all leaves are written.
  void build(const Kernels& k, Team& team);
  [[nodiscard]] Digest root() const { return node(0, levels_); }
  // Siblings from the leaf upward.
  [[nodiscard]] std::vector<Digest> path(size_t leaf) const;
  [[nodiscard]] size_t leaves() const { return leaves_; }

 private:
  [[nodiscard]] Digest node(size_t index, size_t level) const;
  [[nodiscard]] size_t offset(size_t level) const { return 2 * leaves_ - (2 * leaves_ >> level); }
  size_t leaves_, levels_;
  Buffer words_;
};

// Montgomery forms of leaf(step) and leaf(len): the left operands of a leaf hash.
std::array<u64, 10> mary_prefix(u64 step, u64 len);

// The powers s_j^i for eight shifts s_j = shift * root^j, times `factor`, for i < n; out holds 8 n words.
void coset_powers(u64 shift, u64 root, u64 factor, size_t n, u64* out);
// Twiddles w_m^i for i < m / 2.
std::vector<u64> twiddle_table(size_t m);

// Hook for each finished batch (of 8).
using BatchDone = std::function<void(size_t done, size_t total)>;

// Commits to rows (f_0(x), f_1(x), ...) over x = 7 w_N^i, i < N; leaves are mary(1, width, row).
void commit_columns(const Kernels& k, Team& team, const std::vector<Poly>& columns, size_t domain, MerkleTree& tree,
                    const BatchDone& done);

// Values of polynomials on 7 <w_n>, natural order: out + c * stride holds column c. n is at least 64.
void evaluate_columns(const Kernels& k, Team& team, const std::vector<Poly>& columns, size_t n, u64* out, size_t stride);

// In-place transform: out[i] = sum a[k] root^(ik), n a power of two.
void ntt(u64* a, size_t n, u64 root);
// Coefficients from values on <w_n>, in place.
void interpolate(u64* a, size_t n);

}  // namespace pitboss::nockpow
