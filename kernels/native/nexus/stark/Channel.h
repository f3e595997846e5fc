// The Fiat-Shamir transcript over BLAKE2s (specs/nexus-prover.md 1.7).
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "Blake2s.h"
#include "Field.h"

namespace pitboss::nexus::stark {

class Channel {
 public:
  void mix_u64(uint64_t value);
  void mix_root(const Digest& root);
  void mix_felts(std::span<const QM31> values);
  Digest draw_bytes();
  QM31 draw_felt();
  std::pair<QM31, QM31> draw_two();  // two elements of one block: a relation's z and alpha

  // The digest that mix_u64(nonce) would give; its trailing zero bits are the proof of work.
  Digest preview(uint64_t nonce) const;
  static unsigned trailing_zeros(const Digest& digest);
  const Digest& digest() const { return digest_; }

 private:
  std::array<M31, 8> draw_base();
  void mix(std::vector<uint8_t> tail);
  Digest digest_{};
  uint64_t counter_ = 0;
};

}  // namespace pitboss::nexus::stark
