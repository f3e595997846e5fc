// Encoding of the public input (specs/nexus-prover.md 2.2): postcard varints, COBS, one 0x00, zeros up to a word.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pitboss::nexus {

// Tuple of u32. (9,1,1) -> 04 09 01 01 00 00 00 00.
std::vector<uint8_t> encode_input(std::span<const uint32_t> tuple);

}  // namespace pitboss::nexus
