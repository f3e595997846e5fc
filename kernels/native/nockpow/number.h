// Digests as text and targets: base58, the 320-bit digest atom, and base-p limbs of a target.
//
// A digest atom is a + b p + c p^2 + d p^3 + e p^4 < p^5 < 2^320. A target of any size is turned into five base-p limbs
// once, so that the comparison in a nonce search is a limb compare. Rules: specs/nockpow.md sections 2.2, 9.1, 9.4.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "noun.h"
#include "tip5.h"

namespace pitboss::nockpow {

// Little-endian 64-bit words of the digest atom (five words).
std::array<u64, 5> digest_atom(const Digest& d);
// Base58 (Bitcoin alphabet, no checksum, no padding) of the digest atom; zero is the empty string.
std::string digest_base58(const Digest& d);
// Refuses characters outside the alphabet, more than 56 characters, and values of p^5 or more.
std::optional<Digest> parse_base58(std::string_view text);

// Base-p limbs of a little-endian number; a number of p^5 or more gives p-1 in every limb (everything passes).
Digest target_limbs(std::span<const u64> words);
// Target noun [%bn (list of u32)]; at most 4096 limbs.
std::optional<std::vector<u64>> parse_bignum(const Nouns& nouns, Noun n);
Noun bignum_noun(Nouns& nouns, std::span<const u64> words);
// Decimal (at most 1300 digits) or 0x hexadecimal number as little-endian words.
std::optional<std::vector<u64>> parse_number(std::string_view text);
std::string number_text(std::span<const u64> words);

// True when the digest atom is at most the target; equality passes.
static inline bool meets(const Digest& d, const Digest& target) {
  for (size_t i = 5; i-- > 0;) {
    if (d[i] != target[i]) return d[i] < target[i];
  }
  return true;
}

// nonce + offset as base-p counter, limb 0 least significant; wraps at p^5.
Digest nonce_at(const Digest& nonce, u64 offset);

}  // namespace pitboss::nockpow
