// Keccak-256 with the original padding (0x01, not SHA3): the hash that names a proof (specs/nexus-prover.md 1.9).
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace pitboss::nexus::stark {

std::array<uint8_t, 32> keccak256(std::span<const uint8_t> data);

}  // namespace pitboss::nexus::stark
