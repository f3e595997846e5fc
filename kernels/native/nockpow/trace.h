// Trace tables: the memory and compute tables in their three phases, as columns over the base field.
//
// Rules: specs/nockpow.md section 5. Tables: 0 = memory, 1 = compute. A phase is base, ext (after the first challenges) or
// mega (after the second). Peak at length 64: 262 columns of at most 1024 words, 1.7 MB.
#pragma once

#include <array>
#include <vector>

#include "puzzle.h"

namespace pitboss::nockpow {

// Columns of one phase of one table, column-major.
struct Columns {
  size_t height = 0, width = 0;
  std::vector<u64> data;

  Columns() = default;
  Columns(size_t h, size_t w) : height(h), width(w), data(h * w, 0) {}
  u64* column(size_t c) { return data.data() + c * height; }
  [[nodiscard]] const u64* column(size_t c) const { return data.data() + c * height; }
  u64& at(size_t row, size_t c) { return data[c * height + row]; }
  void put3(size_t row, size_t c, const F3& v) {
    for (size_t i = 0; i < 3; i++) at(row, c + i) = v.c[i];
  }
  [[nodiscard]] F3 get3(size_t row, size_t c) const {
    return F3{{data[c * height + row], data[(c + 1) * height + row], data[(c + 2) * height + row]}};
  }
};

// A noun under the first challenges.
struct TreeData {
  F3 size = kOne3, dyck = kZero3, leaf = kZero3;  // the default stands for "no noun"
};

// Inverts every nonzero element; zeros stay.
void invert_all(std::vector<F3>& values);

class Trace {
 public:
  Trace(const Digest& commitment, const Digest& nonce, size_t length);

  [[nodiscard]] const std::vector<u64>& leaves() const { return leaves_; }
  [[nodiscard]] u64 height(size_t table) const { return base_[table].height; }
  [[nodiscard]] bool subject_is_cell() const { return run_.tree.nodes[run_.subject].cell; }

  [[nodiscard]] const Columns& base(size_t table) const { return base_[table]; }
  // rd1: 42 belts. Computes the ext columns and the `input` challenge.
  void extend(std::vector<u64> rd1, bool legacy);
  [[nodiscard]] const Columns& ext(size_t table) const { return ext_[table]; }
  // rd2: 36 belts. Computes the mega columns.
  void finish(const std::vector<u64>& rd2);
  [[nodiscard]] const Columns& mega(size_t table) const { return mega_[table]; }

  // The 84 challenge belts and the 12 + 33 terminals; after finish().
  [[nodiscard]] const std::vector<u64>& challenges() const { return challenges_; }
  [[nodiscard]] std::array<std::vector<u64>, 2> terminals() const;

 private:
  struct MemoryCell {
    uint32_t node;
    u64 axis;
  };
  void build_memory();
  void build_compute();
  void extend_memory(bool legacy);
  void extend_compute();
  void finish_memory();
  void finish_compute();
  [[nodiscard]] F3 challenge(const char* name) const;

  std::vector<u64> leaves_;
  Execution run_;
  std::vector<MemoryCell> cells_;
  std::array<Columns, 2> base_, ext_, mega_;
  std::vector<u64> challenges_;  // rd1, then rd2, then inv-alf and input
  std::vector<TreeData> data_;   // per tree node
  F3 alpha_inverse_ = kZero3, input_ = kZero3;
};

}  // namespace pitboss::nockpow
