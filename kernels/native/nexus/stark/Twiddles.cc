#include "Twiddles.h"

#include <algorithm>
#include <set>

#include "Circle.h"

namespace pitboss::nexus::stark {

namespace {

// Doubled values and doubled inverses (one inversion for all).
void finish(Buffer<uint32_t>& forward, Buffer<uint32_t>& inverse_out) {
  const size_t count = forward.size();
  M31 product(1);
  for (size_t i = 0; i < count; ++i) {
    inverse_out[i] = product.v;
    product = product * M31(forward[i]);
  }
  M31 rest = inverse(product);
  for (size_t i = count; i-- > 0;) {
    const M31 value(forward[i]);
    inverse_out[i] = (rest * M31(inverse_out[i])).v << 1;
    rest = rest * value;
    forward[i] = value.v << 1;
  }
}

}  // namespace

Twiddles::Twiddles(Arena& arena, unsigned max, const std::vector<unsigned>& sizes) : x_(max + 1), y_(max + 1) {
  const std::set<unsigned> wanted(sizes.begin(), sizes.end());
  for (unsigned n = 1; n <= max; ++n) {
    const size_t half = size_t{1} << (n - 1), quarter = half / 2;
    const bool with_y = wanted.count(n) != 0;
    auto& tx = x_[n];
    auto& ty = y_[n];
    if (quarter != 0) tx.forward = arena.words(quarter), tx.inverse = arena.words(quarter);
    if (with_y) ty.forward = arena.words(half), ty.inverse = arena.words(half);
    BasePoint p = point(1u << (31 - n - 1));
    const BasePoint step = point(n == 1 ? 0 : 1u << (31 - (n - 1)));
    const size_t count = with_y ? half : quarter;
    for (size_t k = 0; k < count; ++k, p = p + step) {
      if (k < quarter) tx.forward[bit_reverse(static_cast<uint32_t>(k), n - 2)] = p.x.v;
      if (with_y) ty.forward[bit_reverse(static_cast<uint32_t>(k), n - 1)] = p.y.v;
    }
    if (quarter != 0) finish(tx.forward, tx.inverse);
    if (with_y) finish(ty.forward, ty.inverse);
  }
}

uint64_t Twiddles::bytes(unsigned max, const std::vector<unsigned>& sizes) {
  uint64_t total = 0;
  for (unsigned n = 2; n <= max; ++n) total += 2 * Arena::rounded(size_t{1} << n);
  for (const unsigned n : std::set<unsigned>(sizes.begin(), sizes.end())) total += 2 * Arena::rounded(size_t{2} << n);
  return total;
}

const uint32_t* Twiddles::layer(unsigned n, unsigned l, bool inverse) const {
  const Table& table = l == 0 ? y_[n] : x_[n - l + 1];
  return inverse ? table.inverse.data() : table.forward.data();
}

Twiddles::Layers Twiddles::layers(unsigned n, unsigned block_log, size_t block, bool inverse) const {
  Layers out{};
  for (unsigned l = 0; l < block_log; ++l) out.layer[l] = layer(n, l, inverse) + (block << (block_log - l - 1));
  return out;
}

// Positions 2h and 2h + 1 hold conjugate points; h and h + 1 (h even) differ by the point (-1, 0).
M31 Twiddles::y(unsigned n, uint32_t position) const {
  const M31 value(layer(n, 0, false)[position / 2] >> 1);
  return (position & 1) != 0 ? -value : value;
}
M31 Twiddles::x(unsigned n, uint32_t position) const {
  const M31 value(layer(n, 1, false)[position / 4] >> 1);
  return (position & 2) != 0 ? -value : value;
}

}  // namespace pitboss::nexus::stark
