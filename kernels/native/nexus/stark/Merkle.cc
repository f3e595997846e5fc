#include "Merkle.h"

#include "simd/Kernels.h"

namespace pitboss::nexus::stark {

namespace {
constexpr size_t kGrain = 64;  // nodes
}

Digest Tree::node(unsigned layer, size_t index) const {
  DigestWords w;
  for (size_t k = 0; k < 8; ++k) w[k] = layers_[layer][(k << layer) + index];
  return to_bytes(w);
}

TreeBuilder::TreeBuilder(Arena& arena, Workers& workers, unsigned top)
    : arena_(arena), workers_(workers), tree_(top), layer_(top + 1) {}

void TreeBuilder::begin(unsigned layer, size_t columns) {
  while (layer_ > layer + 1) begin(layer_ - 1, 0);
  layer_ = layer;
  left_ = columns;
  bytes_ = 0;
  const size_t size = size_t{1} << layer;
  tree_.layers_[layer] = arena_.words(8 * size);
  if (layer == tree_.top()) return;
  uint32_t* state = tree_.layers_[layer].data();
  const uint32_t* child = tree_.layers_[layer + 1].data();
  bytes_ = 64;
  workers_.ranges(size, kGrain, [&](size_t from, size_t to) {
    kernels().absorb_children(child, 2 * size, state, size, from, to, columns == 0);
  });
}

void TreeBuilder::absorb(const uint32_t* const* columns, size_t count) {
  const size_t size = size_t{1} << layer_;
  const bool first = bytes_ == 0;
  left_ -= count;
  bytes_ += 4 * count;
  const uint32_t* block[16] = {};
  for (size_t k = 0; k < count; ++k) block[k] = columns[k];
  uint32_t* state = tree_.layers_[layer_].data();
  workers_.ranges(size, kGrain, [&](size_t from, size_t to) {
    kernels().absorb(state, size, block, from, to, bytes_, first, left_ == 0);
  });
}

Tree TreeBuilder::finish() {
  while (layer_ > 0) begin(layer_ - 1, 0);
  return std::move(tree_);
}

}  // namespace pitboss::nexus::stark
