// Little-endian reading and writing of short binary messages, bounds-checked.
//
// Header-only and free of allocation on the reading side: a ByteReader that runs past its end turns `ok()` false for ever and
// returns zeros, so a decoder reads all its fields and checks once. No exceptions of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pitboss {

class ByteReader {
 public:
  explicit ByteReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool done() const { return ok_ && at_ == bytes_.size(); }
  size_t left() const { return bytes_.size() - at_; }

  uint8_t u8() { return static_cast<uint8_t>(number(1)); }
  uint16_t u16() { return static_cast<uint16_t>(number(2)); }
  uint32_t u32() { return static_cast<uint32_t>(number(4)); }
  uint64_t u64() { return number(8); }

  std::span<const uint8_t> bytes(size_t count) {
    if (!ok_ || count > left()) {
      ok_ = false;
      return {};
    }
    auto out = bytes_.subspan(at_, count);
    at_ += count;
    return out;
  }
  // u32 length, then that many bytes.
  std::span<const uint8_t> blob() { return bytes(u32()); }

 private:
  uint64_t number(size_t size) {
    auto raw = bytes(size);
    uint64_t value = 0;
    for (size_t i = 0; i < raw.size(); ++i) value |= static_cast<uint64_t>(raw[i]) << (8 * i);
    return value;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  ByteWriter& u8(uint8_t v) { return number(v, 1); }
  ByteWriter& u16(uint16_t v) { return number(v, 2); }
  ByteWriter& u32(uint32_t v) { return number(v, 4); }
  ByteWriter& u64(uint64_t v) { return number(v, 8); }
  ByteWriter& bytes(std::span<const uint8_t> v) {
    out_.insert(out_.end(), v.begin(), v.end());
    return *this;
  }
  ByteWriter& text(std::string_view v) {
    out_.insert(out_.end(), v.begin(), v.end());
    return *this;
  }
  // u32 length, then the bytes.
  ByteWriter& blob(std::span<const uint8_t> v) { return u32(static_cast<uint32_t>(v.size())).bytes(v); }

  const std::vector<uint8_t>& view() const { return out_; }
  std::vector<uint8_t> take() { return std::move(out_); }

 private:
  ByteWriter& number(uint64_t v, size_t size) {
    for (size_t i = 0; i < size; ++i) out_.push_back(static_cast<uint8_t>(v >> (8 * i)));
    return *this;
  }

  std::vector<uint8_t> out_;
};

}  // namespace pitboss
