// Tip5: permutation, hash modes, noun-free hashables and the transcript sponge, scalar and portable.
//
// Rules: specs/nockpow.md section 2. States and digests inside hashing are in Montgomery form (value * 2^64 mod p); every
// function here takes and returns canonical plain values unless its name says `mont`. The multi-state versions for whole
// trees and nonce batches are in kernels.h; these are the reference they are tested against.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "field.h"

namespace pitboss::nockpow {

// Five base-field limbs, limb 0 least significant; canonical plain values.
using Digest = std::array<u64, 5>;

// One permutation of a 16-lane state in Montgomery form; input lanes may be any 64-bit values, output lanes are canonical.
void permute(u64 state[16]);

Digest hash10(const Digest& left, const Digest& right);
// hash-varlen: pads with 1 and zeros, always at least the 1. floor(n/10)+1 permutations.
Digest hash_varlen(std::span<const u64> values);
// Hash of a single atom: hash_varlen([1, a]).
Digest hash_leaf(u64 atom);
// Hash of a short text as an atom (at most 8 bytes, little-endian).
Digest hash_text(std::string_view text);
u64 text_atom(std::string_view text);
// Hash of the hashable mary(step, len, words): words.size() must be step * len.
Digest hash_mary(u64 step, std::span<const u64> words);
// Hash of the null-terminated list of digests as nouns.
Digest hash_digest_list(std::span<const Digest> digests);

// Duplex sponge with the overwrite rule of the protocol.
class Sponge {
 public:
  // Absorbs values with their own padding.
  void absorb(std::span<const u64> values);
  // First five lanes in plain form.
  [[nodiscard]] Digest digest() const;
  [[nodiscard]] const std::array<u64, 16>& mont_state() const { return state_; }

 private:
  std::array<u64, 16> state_{};
};

// Pseudo-random generator ("tog") seeded from a sponge state.
class Tog {
 public:
  explicit Tog(const Sponge& sponge) : state_(sponge.mont_state()) {}
  // n base-field elements; consumes floor(n/10)+1 squeezes and drops the rest, also when 10 divides n.
  std::vector<u64> belts(size_t n);
  std::vector<F3> felts(size_t n);
  F3 felt();
  // n indices below size, distinct modulo `reduced`.
  std::vector<u64> indices(size_t n, u64 size, u64 reduced);

 private:
  std::array<u64, 16> state_;
};

}  // namespace pitboss::nockpow
