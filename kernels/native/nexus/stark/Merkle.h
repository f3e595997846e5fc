// Merkle trees over columns of several sizes (specs/nexus-prover.md 1.6), built while the columns stream by.
//
// Digests are kept word-wise (word w of node i at w * 2^L + i) so that hashing needs no transposition. A tree of top
// layer L costs 64 * 2^L bytes. Column values are absorbed sixteen at a time and are not kept.
#pragma once

#include <array>
#include <vector>

#include "Blake2s.h"
#include "Buffer.h"
#include "Workers.h"

namespace pitboss::nexus::stark {

class Tree {
 public:
  Tree() = default;
  explicit Tree(unsigned top) : layers_(top + 1) {}
  unsigned top() const { return static_cast<unsigned>(layers_.size()) - 1; }
  Digest node(unsigned layer, size_t index) const;
  Digest root() const { return node(0, 0); }

 private:
  friend class TreeBuilder;
  std::vector<Buffer<uint32_t>> layers_;  // by layer
};

// Use: for every layer from the top down to 0: begin(layer, columns), then absorb() groups of up to 16 columns.
class TreeBuilder {
 public:
  TreeBuilder(Arena& arena, Workers& workers, unsigned top);
  // Starts the layer; `columns` = how many columns of 2^layer values will follow (0: only the children are hashed).
  void begin(unsigned layer, size_t columns);
  // The next columns of this layer: 16 of them, or what is left.
  void absorb(const uint32_t* const* columns, size_t count);
  // All layers below the last one begun, and the tree.
  Tree finish();

 private:
  Arena& arena_;
  Workers& workers_;
  Tree tree_;
  unsigned layer_;
  size_t left_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace pitboss::nexus::stark
