// The trace tables of all nine components (specs/nexus-prover.md 4 and 7).
//
// The main component is kept as bytes where its columns are bytes (357 bytes per row with its selectors), in br order.
// The extension tables are small (RamInitFinal: one row per touched byte) and kept as words, row i at position i.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "../machine/Machine.h"
#include "Buffer.h"
#include "Lookups.h"

namespace pitboss::nexus::stark {

inline constexpr unsigned kComponents = 9;
enum ComponentIndex : unsigned { kMain, kFinalReg, kBitOps, kRam, kMult8, kMult16, kMult32, kMult128, kMult256 };

// Log sizes of the components; all but main and RamInitFinal are fixed.
struct LogSizes {
  std::array<unsigned, kComponents> log{8, 5, 8, 4, 4, 4, 5, 7, 8};
  unsigned operator[](unsigned k) const { return log[k]; }
  // Of the composition polynomial: its coefficients number 2^composition().
  unsigned composition() const;
};

// Everything that enters through the preprocessed tree: what a proof is about.
struct Statement {
  std::vector<uint32_t> program;  // pass-2 words
  std::vector<MemoryByte> initial;
  std::vector<MemoryByte> exit;
  std::vector<MemoryByte> output;
};

// The run to be proven.
struct Witness {
  const Plan* plan = nullptr;
  Trace trace;
  std::vector<uint32_t> touched;  // every address of the memory table, ascending
  LogSizes sizes;
};

// The columns of the main component.
class MainTable {
 public:
  // With `main` false only the preprocessed columns exist (the verifier's case).
  MainTable(Arena& arena, unsigned log, bool main);
  static uint64_t bytes(unsigned log, bool main);

  unsigned log() const { return log_; }
  size_t size() const { return size_t{1} << log_; }
  Column column(Cell cell) const;
  // Writes the column as words; returns true if every row has the same value.
  bool expand(Cell cell, uint32_t* out) const;
  bool constant(Cell cell) const { return constant_[cell]; }
  uint32_t first(Cell cell) const;

  void fill_preprocessed(std::span<const uint32_t> program);

 private:
  friend class TraceFiller;
  void note_constants();
  unsigned log_;
  std::array<int32_t, kCells> place_;  // byte plane, or ~(word plane), or kAbsent
  std::vector<bool> constant_;
  Buffer<uint8_t> bytes_;
  Buffer<uint32_t> words_;
};

// One extension component: preprocessed and main columns of 2^log words.
struct SmallTable {
  unsigned log = 0;
  std::vector<Buffer<uint32_t>> pre, main;
};

// Multiplicities of the tables that lookups draw from.
struct Multiplicities {
  std::array<std::array<uint32_t, 256>, kRelations> range{};  // by relation, kRange8..kRange256
  std::array<std::array<uint32_t, 256>, 3> bit_op{};          // AND, OR, XOR at b * 16 + c
};

struct MemoryAccess {
  uint32_t time = 0;
  uint8_t value = 0;
};
struct RegisterAccess {
  uint32_t time = 0;
  uint32_t value = 0;
};
// State after the last row.
struct FinalState {
  std::array<RegisterAccess, 32> registers{};
  std::vector<MemoryAccess> memory;  // by index into Witness::touched
};

// Fills the main columns, counts multiplicities, and leaves the final state for the extension tables.
FinalState fill_main(MainTable& table, const Witness& witness, Multiplicities& counts);

SmallTable preprocessed_table(Arena& arena, unsigned component, unsigned log, const Statement& statement);
// Adds the main columns. kRam also adds its Range256 uses to `counts`, so it must come before kMult256.
void fill_small(Arena& arena, SmallTable& table, unsigned component, const Witness& witness, const FinalState& state,
                Multiplicities& counts);

unsigned pre_columns(unsigned component);
unsigned main_columns(unsigned component);
// Secure interaction columns.
unsigned interaction_columns(unsigned component);
const std::vector<Lookup>& component_lookups(unsigned component);
inline uint64_t small_table_bytes(unsigned component, unsigned log) {
  return (pre_columns(component) + main_columns(component)) * Arena::rounded(uint64_t{4} << log);
}

}  // namespace pitboss::nexus::stark
