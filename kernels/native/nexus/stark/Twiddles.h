// Twiddle factors of canonic domains up to one log size, forward and inverse, doubled for the kernels (spec 1.4).
//
// Layers above the first are shared between sizes: layer l of log size n is layer 1 of log size n - l + 1. y tables
// exist only for the sizes that were asked for. Memory: 2^(max-1) words for x in each direction, 2^(n-1) words per y
// table.
#pragma once

#include <cstdint>
#include <vector>

#include "Buffer.h"
#include "Field.h"

namespace pitboss::nexus::stark {

class Twiddles {
 public:
  // y tables for the given log sizes (each >= 1); `max` must cover them.
  Twiddles(Arena& arena, unsigned max, const std::vector<unsigned>& sizes);

  // Bytes that a table for these sizes takes.
  static uint64_t bytes(unsigned max, const std::vector<unsigned>& sizes);

  // Pointers of the n layers of log size n, for the block of size 2^block_log at index `block` (0 of n: the whole
  // domain).
  struct Layers {
    const uint32_t* layer[32];
  };
  Layers forward(unsigned n) const { return layers(n, n, 0, false); }
  Layers forward(unsigned n, unsigned block_log, size_t block) const { return layers(n, block_log, block, false); }
  Layers inverse(unsigned n) const { return layers(n, n, 0, true); }

  // Layer l of log size n, doubled.
  const uint32_t* layer(unsigned n, unsigned l, bool inverse) const;
  // Coordinates of the domain point at a position.
  M31 y(unsigned n, uint32_t position) const;
  M31 x(unsigned n, uint32_t position) const;

 private:
  Layers layers(unsigned n, unsigned block_log, size_t block, bool inverse) const;
  struct Table {
    Buffer<uint32_t> forward, inverse;
  };
  std::vector<Table> x_, y_;  // by log size of the domain
};

}  // namespace pitboss::nexus::stark
