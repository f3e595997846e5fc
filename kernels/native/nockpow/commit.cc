// Streamed extension and Merkle trees: see commit.h.
#include "commit.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace pitboss::nockpow {

Buffer::Buffer(size_t words)
    : data_(static_cast<u64*>(::operator new(words * sizeof(u64), std::align_val_t{64}))) {}
void Buffer::Free::operator()(u64* p) const { ::operator delete(p, std::align_val_t{64}); }

MerkleTree::MerkleTree(size_t leaves)
    : leaves_(leaves), levels_(static_cast<size_t>(__builtin_ctzll(leaves))), words_(10 * leaves) {}

void MerkleTree::build(const Kernels& k, Team& team) {
  u64* const base = words_.data();
  const size_t row = 2 * leaves_;
  for (size_t level = 1; level <= levels_; level++) {
    const size_t n = leaves_ >> level, in = offset(level - 1), out = offset(level);
    if (n >= 8) {
      team.run(n / 8, 128, [&](size_t begin, size_t end, unsigned) {
        const u64* from[5];
        u64* to[5];
        for (size_t w = 0; w < 5; w++) {
          from[w] = base + w * row + in + 16 * begin;
          to[w] = base + w * row + out + 8 * begin;
        }
        k.hash_pairs(from, to, 8 * (end - begin));
      });
      continue;
    }
    for (size_t i = 0; i < n; i++) {
      u64 s[16];
      for (size_t w = 0; w < 5; w++) {
        s[w] = base[w * row + in + 2 * i];
        s[5 + w] = base[w * row + in + 2 * i + 1];
      }
      for (size_t w = 10; w < 16; w++) s[w] = kEpsilon;
      permute(s);
      for (size_t w = 0; w < 5; w++) base[w * row + out + i] = s[w];
    }
  }
}

Digest MerkleTree::node(size_t index, size_t level) const {
  Digest d;
  for (size_t w = 0; w < 5; w++) d[w] = from_mont(words_.data()[w * 2 * leaves_ + offset(level) + index]);
  return d;
}

std::vector<Digest> MerkleTree::path(size_t leaf) const {
  std::vector<Digest> out;
  for (size_t level = 0; level < levels_; level++) out.push_back(node((leaf >> level) ^ 1, level));
  return out;
}

std::array<u64, 10> mary_prefix(u64 step, u64 len) {
  std::array<u64, 10> p;
  const Digest s = hash_leaf(step), l = hash_leaf(len);
  for (size_t i = 0; i < 5; i++) {
    p[i] = to_mont(s[i]);
    p[5 + i] = to_mont(l[i]);
  }
  return p;
}

void coset_powers(u64 shift, u64 root, u64 factor, size_t n, u64* out) {
  u64 s = shift;
  for (size_t j = 0; j < 8; j++) {
    u64 p = factor;
    for (size_t i = 0; i < n; i++) {
      out[8 * i + j] = p;
      p = mul(p, s);
    }
    s = mul(s, root);
  }
}

std::vector<u64> twiddle_table(size_t m) {
  std::vector<u64> t(std::max<size_t>(m / 2, 1));
  const u64 root = root_of_unity(m);
  t[0] = 1;
  for (size_t i = 1; i < t.size(); i++) t[i] = mul(t[i - 1], root);
  return t;
}

namespace {

size_t longest(const std::vector<Poly>& columns) {
  size_t h = 1;
  for (const Poly& p : columns) h = std::max(h, p.length);
  return h;
}

bool is_zero(const Poly& p) {
  return std::all_of(p.coefficients, p.coefficients + p.length, [](u64 c) { return c == 0; });
}

}  // namespace

void commit_columns(const Kernels& k, Team& team, const std::vector<Poly>& columns, size_t domain, MerkleTree& tree,
                    const BatchDone& done) {
  const size_t m = domain / 64;  // order of the subgroup whose cosets are the unit of work
  const size_t h = longest(columns);
  const std::vector<u64> twiddles = twiddle_table(m);
  const u64 root = root_of_unity(domain);
  const auto prefix = mary_prefix(1, columns.size());
  // Identically zero columns share one block; the stride keeps equal rows of neighbouring columns in different cache sets.
  const size_t stride = 8 * m + 8;
  std::vector<size_t> live;
  for (size_t c = 0; c < columns.size(); c++) {
    if (!is_zero(columns[c])) live.push_back(c);
  }
  Buffer values((live.size() + 1) * stride);
  Buffer powers(8 * h);
  u64* const zero = values.data() + live.size() * stride;
  std::memset(zero, 0, stride * sizeof(u64));
  std::vector<const u64*> rows(columns.size(), zero);
  for (size_t i = 0; i < live.size(); i++) rows[live[i]] = values.data() + i * stride;

  u64 shift = 7;
  for (size_t first = 0; first < 64; first += 8) {
    // The factor puts the values into Montgomery form at no cost.
    coset_powers(shift, root, kEpsilon, h, powers.data());
    team.run(live.size(), 4, [&](size_t begin, size_t end, unsigned) {
      for (size_t i = begin; i < end; i++) {
        const Poly& p = columns[live[i]];
        k.coset_eval(p.coefficients, p.length, powers.data(), twiddles.data(), m, values.data() + i * stride);
      }
    });
    // Vector kk of the batch holds rows 64 kk + first .. + 7.
    team.run(m, 32, [&](size_t begin, size_t end, unsigned) {
      std::vector<const u64*> at(rows);
      for (const u64*& p : at) p += 8 * begin;
      u64* out[5];
      for (size_t w = 0; w < 5; w++) out[w] = tree.leaf_words(w) + first + 64 * begin;
      k.hash_rows(at.data(), at.size(), prefix.data(), end - begin, out, 64);
    });
    shift = mul(shift, power(root, 8));
    if (team.stopped()) return;
    done(first / 8 + 1, 8);
  }
  tree.build(k, team);
}

void evaluate_columns(const Kernels& k, Team& team, const std::vector<Poly>& columns, size_t n, u64* out, size_t stride) {
  const size_t m = n / 8;
  const size_t h = longest(columns);
  const std::vector<u64> twiddles = twiddle_table(m);
  Buffer powers(8 * h);
  coset_powers(7, root_of_unity(n), 1, h, powers.data());
  team.run(columns.size(), 4, [&](size_t begin, size_t end, unsigned) {
    for (size_t c = begin; c < end; c++) {
      k.coset_eval(columns[c].coefficients, columns[c].length, powers.data(), twiddles.data(), m, out + c * stride);
    }
  });
}

void ntt(u64* a, size_t n, u64 root) {
  const int log_n = __builtin_ctzll(n);
  for (size_t i = 0; i < n; i++) {
    size_t r = 0;
    for (int b = 0; b < log_n; b++) r |= (i >> b & 1) << (log_n - 1 - b);
    if (r > i) std::swap(a[i], a[r]);
  }
  std::vector<u64> w(std::max<size_t>(n / 2, 1), 1);
  for (size_t i = 1; i < w.size(); i++) w[i] = mul(w[i - 1], root);
  for (size_t half = 1; half < n; half *= 2) {
    const size_t step = n / (2 * half);
    for (size_t k = 0; k < n; k += 2 * half) {
      for (size_t j = 0; j < half; j++) {
        const u64 u = a[k + j], v = mul(a[k + j + half], w[j * step]);
        a[k + j] = add(u, v);
        a[k + j + half] = sub(u, v);
      }
    }
  }
}

void interpolate(u64* a, size_t n) {
  ntt(a, n, inverse(root_of_unity(n)));
  const u64 scale = inverse(n);
  for (size_t i = 0; i < n; i++) a[i] = mul(a[i], scale);
}

}  // namespace pitboss::nockpow
