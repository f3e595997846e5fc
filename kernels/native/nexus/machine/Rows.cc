// Encoding of rows.
#include "Rows.h"

namespace pitboss::nexus {

std::vector<uint8_t> row_bytes(std::span<const Row> rows) {
  std::vector<uint8_t> out(rows.size() * 24);
  uint8_t* at = out.data();
  const auto put = [&](uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) *at++ = static_cast<uint8_t>(value >> (8 * i));
  };
  for (const Row& r : rows) {
    put(r.pc);
    put(r.word);
    put(r.result);
    put(r.address);
    put(r.value);
    put(r.size | static_cast<uint32_t>(r.target) << 8 | static_cast<uint32_t>(r.store) << 16);
  }
  return out;
}

}  // namespace pitboss::nexus
