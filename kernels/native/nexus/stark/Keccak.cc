#include "Keccak.h"

#include <bit>

namespace pitboss::nexus::stark {

namespace {

constexpr size_t kRate = 136;
constexpr uint64_t kRound[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
constexpr int kRotation[24] = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44};
constexpr int kLane[24] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};

void permute(uint64_t (&s)[25]) {
  for (const uint64_t constant : kRound) {
    uint64_t c[5];
    for (int x = 0; x < 5; ++x) c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
    for (int x = 0; x < 5; ++x) {
      const uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) s[x + y] ^= d;
    }
    uint64_t carried = s[1];
    for (int i = 0; i < 24; ++i) {
      const uint64_t next = s[kLane[i]];
      s[kLane[i]] = std::rotl(carried, kRotation[i]);
      carried = next;
    }
    for (int y = 0; y < 25; y += 5) {
      uint64_t row[5];
      for (int x = 0; x < 5; ++x) row[x] = s[y + x];
      for (int x = 0; x < 5; ++x) s[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    s[0] ^= constant;
  }
}

}  // namespace

std::array<uint8_t, 32> keccak256(std::span<const uint8_t> data) {
  uint64_t s[25] = {};
  size_t at = 0;
  const auto absorb = [&](uint8_t byte) {
    s[at / 8] ^= static_cast<uint64_t>(byte) << (8 * (at % 8));
    if (++at == kRate) permute(s), at = 0;
  };
  for (const uint8_t byte : data) absorb(byte);
  s[at / 8] ^= uint64_t{0x01} << (8 * (at % 8));
  s[(kRate - 1) / 8] ^= uint64_t{0x80} << 56;
  permute(s);
  std::array<uint8_t, 32> out;
  for (size_t i = 0; i < 32; ++i) out[i] = static_cast<uint8_t>(s[i / 8] >> (8 * (i % 8)));
  return out;
}

}  // namespace pitboss::nexus::stark
