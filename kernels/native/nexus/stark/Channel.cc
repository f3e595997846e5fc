#include "Channel.h"

#include <algorithm>
#include <bit>

namespace pitboss::nexus::stark {

void Channel::mix(std::vector<uint8_t> tail) {
  tail.insert(tail.begin(), digest_.begin(), digest_.end());
  digest_ = blake2s(tail);
  counter_ = 0;
}

Digest Channel::preview(uint64_t nonce) const {
  DigestWords h = to_words(digest_);
  blake_compress(h, {static_cast<uint32_t>(nonce), static_cast<uint32_t>(nonce >> 32)}, 0, false);
  return to_bytes(h);
}

void Channel::mix_u64(uint64_t value) {
  digest_ = preview(value);
  counter_ = 0;
}

void Channel::mix_root(const Digest& root) { mix({root.begin(), root.end()}); }

void Channel::mix_felts(std::span<const QM31> values) {
  std::vector<uint8_t> bytes;
  bytes.reserve(values.size() * 16 + 32);
  for (const QM31& value : values) {
    for (const uint32_t word : words(value)) {
      for (int k = 0; k < 4; ++k) bytes.push_back(static_cast<uint8_t>(word >> (8 * k)));
    }
  }
  mix(std::move(bytes));
}

Digest Channel::draw_bytes() {
  uint8_t block[64] = {};
  std::copy(digest_.begin(), digest_.end(), block);
  for (int k = 0; k < 8; ++k) block[32 + k] = static_cast<uint8_t>(counter_ >> (8 * k));
  ++counter_;
  return blake2s(block);
}

std::array<M31, 8> Channel::draw_base() {
  for (;;) {
    const DigestWords raw = to_words(draw_bytes());
    if (!std::all_of(raw.begin(), raw.end(), [](uint32_t w) { return w < 2 * kP; })) continue;
    std::array<M31, 8> out;
    for (int i = 0; i < 8; ++i) out[i] = M31::from(raw[i]);
    return out;
  }
}

QM31 Channel::draw_felt() {
  const auto f = draw_base();
  return {f[0], f[1], f[2], f[3]};
}

std::pair<QM31, QM31> Channel::draw_two() {
  const auto f = draw_base();
  return {{f[0], f[1], f[2], f[3]}, {f[4], f[5], f[6], f[7]}};
}

unsigned Channel::trailing_zeros(const Digest& digest) {
  for (unsigned i = 0; i < 16; ++i) {
    if (digest[i] != 0) return 8 * i + static_cast<unsigned>(std::countr_zero(digest[i]));
  }
  return 128;
}

}  // namespace pitboss::nexus::stark
