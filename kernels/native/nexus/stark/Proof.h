// A proof and its postcard form (specs/nexus-prover.md 1.8 and 14).
//
// parse() is strict: canonical field elements, minimal varints, no trailing bytes, the one configuration in use, and
// every count checked against the bytes that are left before anything is allocated, so a hostile proof costs at most a
// small multiple of its own size. A parsed proof serialises back to the same bytes.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../machine/Machine.h"
#include "Blake2s.h"
#include "Field.h"

namespace pitboss::nexus::stark {

inline constexpr unsigned kPowBits = 5;
inline constexpr unsigned kLogBlowup = 1;
inline constexpr unsigned kQueries = 3;
inline constexpr unsigned kTrees = 4;
inline constexpr unsigned kProofComponents = 9;

struct Decommitment {
  std::vector<Digest> hash_witness;
  std::vector<M31> column_witness;
};

struct FriLayer {
  std::vector<QM31> witness;
  Decommitment decommitment;
  Digest commitment{};
};

struct Proof {
  std::vector<Digest> commitments;                            // 4
  std::vector<std::vector<std::vector<QM31>>> sampled;        // by tree, column, sample
  std::vector<Decommitment> decommitments;                    // 4
  std::vector<std::vector<M31>> queried;                      // 4
  uint64_t nonce = 0;
  FriLayer first;
  std::vector<FriLayer> inner;
  std::vector<QM31> last_layer;
  uint32_t last_layer_log = 0;
  std::vector<QM31> claimed_sums;                             // 9
  std::vector<uint32_t> log_sizes;                            // 9
  Layout layout;
};

std::vector<uint8_t> serialise(const Proof& proof);

struct ParseFailure {
  bool config = false;  // well-formed so far, but not the configuration (5, 1, 0, 3)
  std::string message;
};
// The proof, or why not.
std::optional<Proof> parse(std::span<const uint8_t> bytes, ParseFailure& failure);

}  // namespace pitboss::nexus::stark
