// Sparse byte memory of a 32-bit guest: 4 KiB pages on demand, bounded.
//
// Unwritten bytes read 0 and cost nothing; a store allocates its page. `max_bytes` bounds the pages; a store beyond it
// fails. An aligned access never straddles a page. Two levels of 1024 entries: 8 KB for the first, 8 KB per 4 MiB in use.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

namespace pitboss::nexus {

class PagedMemory {
 public:
  explicit PagedMemory(uint64_t max_bytes) : left_(max_bytes / kPage) {}

  uint8_t get(uint32_t address) const {
    const Page* page = find(address);
    return page == nullptr ? 0 : (*page)[address % kPage];
  }

  // Aligned read of 1, 2 or 4 bytes, little-endian.
  uint32_t read(uint32_t address, unsigned size) const {
    const Page* page = find(address);
    if (page == nullptr) return 0;
    const uint8_t* at = page->data() + address % kPage;
    uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= static_cast<uint32_t>(at[i]) << (8 * i);
    return value;
  }

  // Aligned write of 1, 2 or 4 bytes; false when the memory limit is reached.
  [[nodiscard]] bool write(uint32_t address, unsigned size, uint32_t value) {
    Page* page = make(address);
    if (page == nullptr) return false;
    uint8_t* at = page->data() + address % kPage;
    for (unsigned i = 0; i < size; ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
    return true;
  }

 private:
  static constexpr uint32_t kPage = 4096;
  using Page = std::array<uint8_t, kPage>;
  using Table = std::array<std::unique_ptr<Page>, 1024>;

  const Page* find(uint32_t address) const {
    const auto& table = tables_[address >> 22];
    return table ? (*table)[(address >> 12) & 1023].get() : nullptr;
  }

  Page* make(uint32_t address) {
    auto& table = tables_[address >> 22];
    if (!table) {
      if (left_ < 2) return nullptr;
      left_ -= 2;  // a table costs 8 KiB
      table = std::make_unique<Table>();
    }
    auto& page = (*table)[(address >> 12) & 1023];
    if (!page) {
      if (left_ == 0) return nullptr;
      --left_;
      page = std::make_unique<Page>();  // value-initialised: zeros
    }
    return page.get();
  }

  std::array<std::unique_ptr<Table>, 1024> tables_;
  uint64_t left_;  // pages that may still be allocated
};

}  // namespace pitboss::nexus
