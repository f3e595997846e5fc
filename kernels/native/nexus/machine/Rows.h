// Rows of a trace as bytes, and their digest.
//
// 24 bytes per row, little-endian: u32 pc, u32 word, u32 result, u32 address, u32 value, u8 access size, u8 target register,
// u8 store, u8 0 (Machine.h, Row). Registers before a step follow from targets and results: they start as zero.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "Machine.h"

namespace pitboss::nexus {

std::vector<uint8_t> row_bytes(std::span<const Row> rows);

}  // namespace pitboss::nexus
