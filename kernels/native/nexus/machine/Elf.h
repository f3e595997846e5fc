// Loading of a guest ELF file (specs/nexus-prover.md 2.1): program words, read-only image, data image.
//
// Hostile files are safe: every read is checked against the file, and the counts are bounded before anything is allocated
// (64 program headers, 1024 sections, 1 MiB of words by default), so loading costs at most a few times the file in memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "Fault.h"

namespace pitboss::nexus {

struct Segment {
  uint32_t base = 0;           // 0 when empty
  std::vector<uint8_t> bytes;  // from the lowest to the highest word, gaps 0
  uint64_t end() const { return static_cast<uint64_t>(base) + bytes.size(); }
};

struct Image {
  uint32_t entry = 0;
  uint32_t base = 0;              // address of program[0]
  std::vector<uint32_t> program;  // words as in the file
  Segment rom;
  Segment ram;
};

Result<Image> load_elf(std::span<const uint8_t> file, uint32_t max_image_bytes = 1u << 20);

}  // namespace pitboss::nexus
