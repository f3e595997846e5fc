// The strict verifier (specs/nexus-prover.md 15): is this proof about this program, input, exit code and output?
//
// Hostile proofs are safe: every count is bounded before memory is taken, and the preprocessed tree, the only costly
// part (about 300 bytes per row), is rebuilt only for sizes within the caller's limits. Stricter than the network's own
// verifier in one point: the configuration must be the one in use, because another one changes the hash of the proof.
#pragma once

#include <atomic>
#include <string>

#include "Proof.h"
#include "Tables.h"

namespace pitboss::nexus::stark {

struct VerifierLimits {
  size_t max_bytes = 1u << 20;    // of the proof
  unsigned max_log_rows = 18;     // L0: 2^18 rows cost about 80 MB
  unsigned max_log_memory = 20;   // L3
};

// What the proof must be about.
struct Claim {
  const Image& image;
  std::span<const uint8_t> public_input;  // encoded; padded to a word here
  uint32_t exit_code = 0;
  std::span<const uint8_t> output;        // public output bytes after the exit code
};

enum class Verdict : uint8_t {
  kAccepted = 0,
  kCancelled,
  kTooLong,       // more bytes than the limit
  kMalformed,     // not the canonical postcard form of a proof
  kConfig,        // another configuration
  kShape,         // wrong number of commitments, samples, layers or the like
  kSizes,         // log sizes that are impossible or beyond the limits
  kClaimedSums,   // the lookups do not balance
  kStatement,     // program, input, exit code or output are not those of the claim
  kConstraints,   // the constraints do not give the composition value
  kProofOfWork,
  kTree,          // a decommitment of tree 0..3 fails (index: the tree)
  kFriFirst,      // the first FRI layer does
  kFriInner,      // an inner FRI layer does (index: the layer)
  kFriLast        // the folded values differ from the last layer
};
const char* name(Verdict verdict);

struct Verification {
  Verdict verdict = Verdict::kAccepted;
  unsigned index = 0;
  std::string message;  // one sentence
  LogSizes sizes;       // valid from kStatement on
  Layout layout;
};

Verification verify(std::span<const uint8_t> proof, const Claim& claim, const VerifierLimits& limits,
                    const std::atomic<bool>& stop);

}  // namespace pitboss::nexus::stark
