// Proof objects: structured form, transcript hashes, noun form, and the digests of a proof.
//
// Rules: specs/nockpow.md sections 2.3, 3.3 to 3.5, 9.1, 9.2. Decoding treats its input as hostile: sizes are capped before
// memory is taken and every refusal has a reason. All words of a decoded proof are canonical (below p).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "noun.h"
#include "tip5.h"

namespace pitboss::nockpow {

// Proof versions that are ZK proofs; version 4 is another puzzle.
constexpr bool is_version(int v) { return v >= 0 && v <= 5 && v != 4; }
// Versions with the hardened rules.
constexpr bool is_hardened(int v) { return v >= 3; }

// A noun as its atoms in order and its shape (for each cell: 0, head, 1, tail).
struct FlatNoun {
  std::vector<u64> leaves;
  std::vector<u64> dyck;
  bool operator==(const FlatNoun&) const = default;
};

struct ProofObject {
  enum class Tag : uint8_t { puzzle, heights, m_root, terms, poly, evals, codeword, comp_m, m_path, m_pathbf };
  Tag tag{};
  Digest digest{};             // m-root, comp-m; puzzle: commitment
  Digest nonce{};              // puzzle
  u64 number = 0;              // puzzle: length; comp-m: number of pieces
  std::vector<u64> words{};    // terms, poly, m-pathbf leaf; evals, codeword, m-path leaf: three per element; heights
  std::vector<Digest> path{};  // m-path, m-pathbf
  FlatNoun product{};          // puzzle
  bool operator==(const ProofObject&) const = default;
};
const char* tag_text(ProofObject::Tag t);
// Words per element of the array an object carries (1 or 3), 0 when it carries none.
u64 tag_step(ProofObject::Tag t);

struct Proof {
  int version = 0;
  std::vector<ProofObject> objects;
  bool operator==(const Proof&) const = default;
};

// Why a byte string is not a proof, or a proof is not valid. `none` is acceptance.
enum class Refusal : uint8_t {
  none, not_a_noun, not_a_proof, unknown_version, bad_object, bad_array, not_based, too_large, bad_length, wrong_product,
  bad_heights, wrong_object_count, wrong_object, bad_terms, link_memory_start, link_input_output, link_multisets,
  bad_poly, bad_evals, extra_mismatch, bad_pieces, composition_mismatch, extra_mismatch_at_deep, bad_codeword,
  codeword_degree, bad_coset, fold_mismatch, bad_opening, deep_mismatch, merkle_mismatch, cancelled
};
// Stable identifier of a reason, as the command line prints it.
const char* refusal_text(Refusal r);

struct DecodeResult {
  Refusal refusal = Refusal::none;
  std::string detail;
  Proof proof;
};

static constexpr size_t kMaxProofBytes = 1u << 20;

// A bare proof noun [version objects 0 0] in jam form. Pages are accepted too when `page_ok`: [digest pow ...] with
// pow = [0 proof].
DecodeResult decode_proof(std::span<const uint8_t> bytes, bool page_ok);
DecodeResult decode_proof_noun(const Nouns& nouns, Noun root);
std::vector<uint8_t> encode_proof(const Proof& proof);
Noun proof_noun(Nouns& nouns, const Proof& proof);

// A noun flattened; nothing when an atom is p or more or when more than 2^17 leaves come out of shared parts.
std::optional<FlatNoun> flatten_noun(const Nouns& nouns, Noun n);
Digest hash_flat_noun(const FlatNoun& n);
// Hash of any noun under the same limits.
std::optional<Digest> hash_noun(const Nouns& nouns, Noun n);
Digest hash_object(const ProofObject& o);

// Transcript over pushed objects: the sponge after absorbing one digest per object.
class Transcript {
 public:
  void push(const ProofObject& o) { sponge_.absorb(hash_object(o)); }
  [[nodiscard]] Tog seed() const { return Tog(sponge_); }
  [[nodiscard]] Digest digest() const { return sponge_.digest(); }

 private:
  Sponge sponge_;
};

// Number of leading objects the lottery digest of a version covers: 7, or 1 for version 5.
constexpr size_t pow_objects(int version) { return version == 5 ? 1 : 7; }
// Lottery digest from the leading objects; there must be at least pow_objects(version).
Digest pow_digest(int version, std::span<const ProofObject> objects);
// Version-5 lottery digest of one nonce: 34 permutations' worth, scalar.
Digest pow_digest_v5(const Digest& commitment, const Digest& nonce, size_t length);
// Object 0 of a proof.
ProofObject puzzle_object(const Digest& commitment, const Digest& nonce, std::span<const u64> leaves);
// Digest of the proof inside a block id, versions 0 to 3 (the tuple of version 5 is not certain).
std::optional<Digest> block_proof_digest(const Proof& proof);

}  // namespace pitboss::nockpow
