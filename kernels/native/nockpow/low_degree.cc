// The prover's side of the low-degree test: see low_degree.h.
#include "low_degree.h"

#include <utility>

#include "fri.h"

namespace pitboss::nockpow {

LowDegreeTest::LowDegreeTest(const Kernels& k, Team& team, std::vector<u64> code)
    : k_(k), team_(team), code_(std::move(code)), omega_(root_of_unity(code_.size() / 3)) {}

bool LowDegreeTest::commit(Digest& root) {
  const size_t len = code_.size() / 3, cosets = len / 8;
  const auto prefix = mary_prefix(3, 8);
  layers_.push_back({std::move(code_), cosets, MerkleTree(cosets)});
  Layer& layer = layers_.back();
  std::vector<u64> mont(layer.code.size());
  for (size_t i = 0; i < mont.size(); i++) mont[i] = to_mont(layer.code[i]);
  team_.run(cosets / 8, 32, [&](size_t begin, size_t end, unsigned) {
    const u64* columns[24];
    for (size_t i = 0; i < 8; i++) {
      for (size_t k = 0; k < 3; k++) columns[3 * i + k] = mont.data() + k * len + i * cosets + 8 * begin;
    }
    u64* out[5];
    for (size_t w = 0; w < 5; w++) out[w] = layer.tree.leaf_words(w) + 8 * begin;
    k_.hash_rows(columns, 24, prefix.data(), end - begin, out, 8);
  });
  if (team_.stopped()) return false;
  layer.tree.build(k_, team_);
  if (team_.stopped()) return false;
  root = layer.tree.root();
  return true;
}

void LowDegreeTest::fold(const F3& alpha) {
  const Layer& layer = layers_.back();
  const size_t cosets = layer.cosets, len = 8 * cosets;
  const F3 start = scale(inverse(offset_), alpha);
  const u64 step = inverse(omega_);
  code_.assign(3 * cosets, 0);
  team_.run(cosets, 512, [&](size_t begin, size_t end, unsigned) {
    u64 s = power(step, begin);
    for (size_t c = begin; c < end; c++) {
      F3 q[8];
      for (size_t i = 0; i < 8; i++) {
        for (size_t k = 0; k < 3; k++) q[i].c[k] = layer.code[k * len + i * cosets + c];
      }
      const F3 v = fold_coset(q, scale(s, start));
      for (size_t k = 0; k < 3; k++) code_[k * cosets + c] = v.c[k];
      s = mul(s, step);
    }
  });
  omega_ = power(omega_, 8);
  offset_ = power(offset_, 8);
}

std::vector<u64> LowDegreeTest::codeword() const {
  const size_t len = code_.size() / 3;
  std::vector<u64> words;
  for (size_t i = 0; i < len; i++) {
    for (size_t k = 0; k < 3; k++) words.push_back(code_[k * len + i]);
  }
  return words;
}

std::vector<ProofObject> LowDegreeTest::open(const std::vector<u64>& queries) const {
  std::vector<ProofObject> out;
  std::vector<u64> index = queries;
  for (const Layer& layer : layers_) {
    for (u64& i : index) {
      i %= layer.cosets;
      ProofObject o{.tag = ProofObject::Tag::m_path};
      for (size_t j = 0; j < 8; j++) {
        for (size_t k = 0; k < 3; k++) o.words.push_back(layer.code[k * 8 * layer.cosets + j * layer.cosets + i]);
      }
      o.path = layer.tree.path(i);
      out.push_back(std::move(o));
    }
  }
  return out;
}

}  // namespace pitboss::nockpow
