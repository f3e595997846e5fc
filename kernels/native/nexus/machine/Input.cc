// Encoding of the public input.
#include "Input.h"

namespace pitboss::nexus {

namespace {

void put_varint(std::vector<uint8_t>& out, uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

std::vector<uint8_t> cobs(std::span<const uint8_t> bytes) {
  std::vector<uint8_t> out(1);
  size_t code_at = 0;
  uint8_t code = 1;
  const auto close = [&] {
    out[code_at] = code;
    code_at = out.size();
    out.push_back(0);
    code = 1;
  };
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == 0) {
      close();
      continue;
    }
    out.push_back(bytes[i]);
    ++code;
    if (code == 0xff && i + 1 < bytes.size()) close();
  }
  out[code_at] = code;
  return out;
}

}  // namespace

std::vector<uint8_t> encode_input(std::span<const uint32_t> tuple) {
  std::vector<uint8_t> plain;
  for (const uint32_t value : tuple) put_varint(plain, value);
  auto out = cobs(plain);
  out.push_back(0);
  out.resize((out.size() + 3) / 4 * 4, 0);
  return out;
}

}  // namespace pitboss::nexus
