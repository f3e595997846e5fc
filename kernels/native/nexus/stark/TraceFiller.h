// Fills the main component's columns row by row (specs/nexus-prover.md 4.2 and 4.3); internal to TraceFill.cc and
// TraceOperations.cc.
#pragma once

#include <algorithm>

#include "Circle.h"
#include "Tables.h"

namespace pitboss::nexus::stark {

inline uint32_t bits(uint32_t x, unsigned from, unsigned to) { return (x >> from) & ((1u << (to - from + 1)) - 1); }

// Carries out of bits 15 and 31 of x + y; borrows of x - y likewise.
inline std::array<uint8_t, 2> carries(uint32_t x, uint32_t y) {
  return {static_cast<uint8_t>(((x & 0xffff) + (y & 0xffff)) >> 16),
          static_cast<uint8_t>((static_cast<uint64_t>(x) + y) >> 32)};
}
inline std::array<uint8_t, 2> borrows(uint32_t x, uint32_t y) {
  return {static_cast<uint8_t>((x & 0xffff) < (y & 0xffff)), static_cast<uint8_t>(x < y)};
}

// Borrow flags of x - 1 - y, byte by byte.
inline uint32_t byte_borrows(uint32_t x, uint32_t y) {
  uint32_t out = 0;
  for (unsigned j = 0; j < 4; ++j) {
    const uint32_t mask = j == 3 ? 0xffffffffu : (1u << (8 * (j + 1))) - 1;
    if ((x & mask) < 1 || ((x - 1) & mask) < (y & mask)) out |= 1u << (8 * j);
  }
  return out;
}

class TraceFiller {
 public:
  TraceFiller(MainTable& table, const Witness& witness, Multiplicities& counts)
      : table_(table), witness_(witness), counts_(counts), executed_(witness.plan->program.size(), 0) {
    for (unsigned i = 0; i < 32; ++i) inverse_of_[i] = inverse(M31(std::max(1u, i))).v;
    state_.memory.resize(witness.touched.size());
    for (const auto& byte : witness.plan->initial_memory) state_.memory[rank(byte.address)].value = byte.value;
  }

  FinalState run();

 private:
  // ---- writing one row ----

  uint8_t* plane(Cell cell) { return table_.bytes_.data() + (static_cast<size_t>(table_.place_[cell]) << table_.log_); }
  void set(unsigned column, uint32_t value) { plane(main_cell(column))[at_] = static_cast<uint8_t>(value); }
  void wide(unsigned column, uint32_t value) {
    table_.words_[(static_cast<size_t>(~table_.place_[main_cell(column)]) << table_.log_) + at_] = value;
  }
  void word(unsigned column, uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) set(column + i, (value >> (8 * i)) & 0xff);
  }
  void flags(unsigned column, std::array<uint8_t, 2> pair) {
    set(column, pair[0]);
    set(column + 1, pair[1]);
  }

  void real_row(const Row& row);
  void padding_row();
  void access(unsigned time_column, unsigned value_column, uint32_t reg, uint32_t slot, uint32_t value);
  void timestamps();
  uint32_t operand_c() const;
  void decode_bits(bool ecall);

  // ---- operations (TraceOperations.cc) ----

  void operate(const Row& row);
  void compare();
  void bitwise();
  void shift();
  void branch(const Row& row);
  // The pair (value, inverse) that shows whether two halves differ; equal halves use the byte-swapped half of pc.
  void half_inverse(unsigned aux, unsigned aux_inverse, uint32_t x, uint32_t y, uint32_t pc_half);
  void memory(const Row& row);

  size_t rank(uint32_t address) const {
    const auto& t = witness_.touched;
    return static_cast<size_t>(std::lower_bound(t.begin(), t.end(), address) - t.begin());
  }

  // ---- whole columns ----

  void fill_selectors();

  // Every lookup into a table, counted over all rows.
  void count();

  MainTable& table_;
  const Witness& witness_;
  Multiplicities& counts_;
  std::vector<uint32_t> executed_;
  std::array<uint32_t, 32> inverse_of_{};
  FinalState state_;
  std::array<uint32_t, 3> previous_{};  // timestamps of the row's register slots before it
  size_t index_ = 0;
  size_t at_ = 0;
  uint32_t clk_ = 0, pc_ = 0;
  Instruction in_;
  uint32_t immediate_ = 0, value_a_ = 0, value_b_ = 0, value_c_ = 0;
};

}  // namespace pitboss::nexus::stark
