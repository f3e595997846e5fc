// Checking that opened columns belong to a root (specs/nexus-prover.md 13).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "Proof.h"

namespace pitboss::nexus::stark {

// The opened part of a tree: columns and query positions by layer, values by layer (descending), position, column.
struct OpenedTree {
  unsigned top = 0;
  std::map<unsigned, size_t> columns;
  std::map<unsigned, std::vector<uint32_t>> queries;
  std::vector<M31> values;
};

enum class Opening : uint8_t { kOk, kRoot, kShort, kLong };

// kShort and kLong: fewer or more values, column or hash witnesses than the positions need.
Opening check_opening(const Digest& root, const OpenedTree& tree, const Decommitment& decommitment);

}  // namespace pitboss::nexus::stark
