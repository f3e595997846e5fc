// SHA-256 (FIPS 180-4), streaming.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace pitboss::nexus {

using Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  Sha256& update(std::span<const uint8_t> bytes);
  Digest finish();  // once

 private:
  void block(const uint8_t* at);

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> pending_{};
  uint64_t length_ = 0;
};

}  // namespace pitboss::nexus
