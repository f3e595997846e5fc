// Nouns (binary trees of natural numbers) in an arena, with the jam encoding and its decoder.
//
// The decoder treats its input as hostile: every size is bounded before memory is taken, nothing recurses, and a
// reference may only point at a noun that is already complete. Memory while decoding: at most 24 bytes per noun plus
// the atoms' own words, and the limits bound both. Encoding rules: protocols/nockchain.md section 3.1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pitboss::nockpow {

// Handle of a noun in its arena; cells carry the top bit.
using Noun = uint32_t;

class Nouns {
 public:
  Noun atom(uint64_t value);
  // Atom from little-endian 64-bit words; leading zero words are dropped.
  Noun atom_words(std::span<const uint64_t> words);
  Noun cell(Noun head, Noun tail);
  Noun text(std::string_view t);

  [[nodiscard]] static bool is_cell(Noun n) { return (n & kCell) != 0; }
  [[nodiscard]] Noun head(Noun n) const { return cells_[n & ~kCell].head; }
  [[nodiscard]] Noun tail(Noun n) const { return cells_[n & ~kCell].tail; }
  // Little-endian words of an atom without leading zero words (empty for 0).
  [[nodiscard]] std::span<const uint64_t> words(Noun n) const;
  // Value of an atom that fits 64 bits.
  [[nodiscard]] std::optional<uint64_t> small(Noun n) const;
  [[nodiscard]] bool is_text(Noun n, std::string_view t) const;
  [[nodiscard]] size_t count() const { return cells_.size() + atoms_.size(); }
  // Position of a noun among all nouns of the arena, below count().
  [[nodiscard]] size_t index(Noun n) const { return is_cell(n) ? (n & ~kCell) : cells_.size() + n; }

 private:
  static constexpr Noun kCell = 0x80000000u;
  struct Cell {
    Noun head, tail;
  };
  struct Atom {
    uint32_t offset, length;  // in words_
  };
  std::vector<Cell> cells_;
  std::vector<Atom> atoms_;
  std::vector<uint64_t> words_;
};

enum class CueError : uint8_t { ok, too_large, truncated, bad_reference, too_many_nouns, atom_too_large, trailing_data };
const char* cue_error_text(CueError e);

struct CueLimits {
  size_t max_bytes = 1u << 20;
  size_t max_nouns = 1u << 20;
  size_t max_atom_bits = 1u << 23;
};

struct CueResult {
  CueError error = CueError::ok;
  Noun noun = 0;
  size_t bits = 0;  // bits of input used
};

// Decodes one noun. Bytes after the encoding must be zero and fewer than 16 (files are padded to a multiple of 8).
CueResult cue(Nouns& nouns, std::span<const uint8_t> bytes, const CueLimits& limits = {});

// Canonical encoding, byte for byte as the node writes it.
std::vector<uint8_t> jam(const Nouns& nouns, Noun root);

}  // namespace pitboss::nockpow
