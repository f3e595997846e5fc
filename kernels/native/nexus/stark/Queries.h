// Query positions and the order of decommitments (specs/nexus-prover.md 13); used by prover and verifier.
#pragma once

#include <algorithm>
#include <vector>

#include "Channel.h"
#include "Proof.h"

namespace pitboss::nexus::stark {

// Ascending, without duplicates, for the largest size.
inline std::vector<uint32_t> draw_queries(Channel& channel, unsigned log) {
  const DigestWords raw = to_words(channel.draw_bytes());
  std::vector<uint32_t> out;
  for (unsigned i = 0; i < kQueries; ++i) out.push_back(raw[i] & ((1u << log) - 1));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// The same positions in a layer `fewer` log sizes smaller.
inline std::vector<uint32_t> fold_queries(const std::vector<uint32_t>& queries, unsigned fewer) {
  std::vector<uint32_t> out;
  for (const uint32_t q : queries) {
    if (out.empty() || out.back() != q >> fewer) out.push_back(q >> fewer);
  }
  return out;
}

// Both members of every pair that a position set touches, ascending.
inline std::vector<uint32_t> whole_pairs(const std::vector<uint32_t>& queries) {
  std::vector<uint32_t> out;
  for (const uint32_t q : fold_queries(queries, 1)) out.push_back(2 * q), out.push_back(2 * q + 1);
  return out;
}

}  // namespace pitboss::nexus::stark
