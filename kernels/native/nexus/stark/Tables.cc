#include "Tables.h"

#include <algorithm>
#include <bit>

#include "Circle.h"

namespace pitboss::nexus::stark {

namespace {

constexpr int32_t kAbsent = INT32_MIN;

// Columns whose values do not fit a byte.
constexpr std::array kWidePre = {pre::PrgMemoryPc, pre::PrgMemoryWord};  // two limbs each
constexpr std::array kWideMain = {col::OpC,          col::Neq12Aux,     col::Neq34Aux,
                                  col::Neq12AuxInv,  col::Neq34AuxInv,  col::SraDegreeAux,
                                  col::Exp,          col::ValueAEffectiveFlagAux};

bool wide_pre(unsigned i) {
  return std::any_of(kWidePre.begin(), kWidePre.end(), [&](unsigned w) { return i == w || i == w + 1; });
}
bool wide_main(unsigned i) {
  return std::any_of(kWideMain.begin(), kWideMain.end(), [&](unsigned w) { return i == w; });
}

struct Planes2 {
  unsigned bytes = 0, words = 0;
  std::array<int32_t, kCells> place;
};
Planes2 plan_planes(bool main) {
  Planes2 out;
  out.place.fill(kAbsent);
  const auto put = [&](Cell cell, bool wide) {
    out.place[cell] = wide ? ~static_cast<int32_t>(out.words++) : static_cast<int32_t>(out.bytes++);
  };
  for (unsigned i = 0; i < kPreColumns; ++i) put(pre_cell(i), wide_pre(i));
  if (main) {
    for (unsigned i = 0; i < kMainColumns; ++i) put(main_cell(i), wide_main(i));
    for (unsigned i = 0; i < selector::kCount; ++i) put(selector_cell(i), false);
  }
  return out;
}

}  // namespace

unsigned LogSizes::composition() const {
  unsigned out = log[kMain] + 2;
  for (unsigned k = 1; k < kComponents; ++k) out = std::max(out, log[k] + 1);
  return out;
}

MainTable::MainTable(Arena& arena, unsigned log, bool main) : log_(log), constant_(kCells, false) {
  const Planes2 planes = plan_planes(main);
  place_ = planes.place;
  bytes_ = arena.bytes(static_cast<size_t>(planes.bytes) << log, true);
  words_ = arena.words(static_cast<size_t>(planes.words) << log, true);
}

uint64_t MainTable::bytes(unsigned log, bool main) {
  const Planes2 planes = plan_planes(main);
  return Arena::rounded(static_cast<uint64_t>(planes.bytes) << log) +
         Arena::rounded(static_cast<uint64_t>(planes.words) << (log + 2));
}

Column MainTable::column(Cell cell) const {
  const int32_t at = place_[cell];
  if (at >= 0) return {bytes_.data() + (static_cast<size_t>(at) << log_), true};
  return {words_.data() + (static_cast<size_t>(~at) << log_), false};
}

uint32_t MainTable::first(Cell cell) const {
  const Column c = column(cell);
  return c.bytes ? *static_cast<const uint8_t*>(c.data) : *static_cast<const uint32_t*>(c.data);
}

bool MainTable::expand(Cell cell, uint32_t* out) const {
  const Column c = column(cell);
  if (c.bytes) {
    kernels().widen(static_cast<const uint8_t*>(c.data), out, size());
  } else {
    std::copy_n(static_cast<const uint32_t*>(c.data), size(), out);
  }
  return constant_[cell];
}

void MainTable::note_constants() {
  for (unsigned cell = 0; cell < kCells; ++cell) {
    if (place_[cell] == kAbsent) continue;
    const Column c = column(static_cast<Cell>(cell));
    const auto same = [&](const auto* p) {
      return std::all_of(p, p + size(), [first = *p](auto x) { return x == first; });
    };
    constant_[cell] = c.bytes ? same(static_cast<const uint8_t*>(c.data)) : same(static_cast<const uint32_t*>(c.data));
  }
}

void MainTable::fill_preprocessed(std::span<const uint32_t> program) {
  const auto bytes = [&](unsigned i) { return bytes_.data() + (static_cast<size_t>(place_[pre_cell(i)]) << log_); };
  const auto words = [&](unsigned i) { return words_.data() + (static_cast<size_t>(~place_[pre_cell(i)]) << log_); };
  const auto put = [&](unsigned first, size_t at, uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes(first + i)[at] = static_cast<uint8_t>(value >> (8 * i));
  };
  for (size_t row = 0; row < size(); ++row) {
    const uint32_t at = row_position(log_, static_cast<uint32_t>(row));
    const auto clk = static_cast<uint32_t>(row + 1);
    put(pre::Clk, at, clk);
    put(pre::Reg1TsCur, at, 3 * clk + 1);
    put(pre::Reg2TsCur, at, 3 * clk + 2);
    put(pre::Reg3TsCur, at, 3 * clk + 3);
    if (row == 0) bytes(pre::IsFirst)[at] = 1, put(pre::PrgInitialPc, at, kCodeBase);
    if (row + 1 == size()) bytes(pre::IsLast)[at] = 1;
    if (row < program.size()) {
      const auto pc = static_cast<uint32_t>(kCodeBase + 4 * row);
      words(pre::PrgMemoryPc)[at] = pc & 0xffff;
      words(pre::PrgMemoryPc + 1)[at] = pc >> 16;
      words(pre::PrgMemoryWord)[at] = program[row] & 0xffff;
      words(pre::PrgMemoryWord + 1)[at] = program[row] >> 16;
      bytes(pre::PrgMemoryFlag)[at] = 1;
    }
  }
}

unsigned pre_columns(unsigned component) {
  static constexpr unsigned kCounts[kComponents] = {kPreColumns, 1, 5, 8, 1, 1, 1, 1, 1};
  return kCounts[component];
}
unsigned main_columns(unsigned component) {
  static constexpr unsigned kCounts[kComponents] = {kMainColumns, 8, 3, 10, 1, 1, 1, 1, 1};
  return kCounts[component];
}
unsigned interaction_columns(unsigned component) {
  static constexpr unsigned kCounts[kComponents] = {208, 1, 3, 11, 1, 1, 1, 1, 1};
  return kCounts[component];
}

namespace {
Relation range_of(unsigned component) {
  return static_cast<Relation>(static_cast<unsigned>(Relation::kRange8) + component - kMult8);
}
}  // namespace

const std::vector<Lookup>& component_lookups(unsigned component) {
  switch (component) {
    case kMain: return main_lookups();
    case kFinalReg: return final_reg_lookups();
    case kBitOps: return bit_op_lookups();
    case kRam: return ram_lookups();
    default: return range_lookups(range_of(component));
  }
}

SmallTable preprocessed_table(Arena& arena, unsigned component, unsigned log, const Statement& statement) {
  SmallTable out;
  out.log = log;
  const size_t size = size_t{1} << log;
  for (unsigned i = 0; i < pre_columns(component); ++i) out.pre.push_back(arena.words(size, true));
  auto& p = out.pre;
  if (component == kBitOps) {
    for (uint32_t i = 0; i < size; ++i) {
      const uint32_t b = i >> 4, c = i & 15;
      const uint32_t row[5] = {b, c, b & c, b | c, b ^ c};
      for (unsigned k = 0; k < 5; ++k) p[k][i] = row[k];
    }
  } else if (component == kRam) {
    size_t at = 0;
    const auto put = [&](const MemoryByte& byte, unsigned flag) {
      for (unsigned k = 0; k < 4; ++k) p[k][at] = (byte.address >> (8 * k)) & 0xff;
      p[flag][at] = 1;
      p[flag + 1][at] = byte.value;
      ++at;
    };
    for (const auto& byte : statement.initial) put(byte, 4);
    for (const auto& byte : statement.exit) put(byte, 6);
    for (const auto& byte : statement.output) put(byte, 6);
  } else {
    const size_t count = component == kFinalReg ? 32 : range_size(range_of(component));
    for (uint32_t i = 0; i < count; ++i) p[0][i] = i;
  }
  return out;
}

void fill_small(Arena& arena, SmallTable& table, unsigned component, const Witness& witness, const FinalState& state,
                Multiplicities& counts) {
  const size_t size = size_t{1} << table.log;
  for (unsigned i = 0; i < main_columns(component); ++i) table.main.push_back(arena.words(size, true));
  auto& m = table.main;
  const auto put = [&](unsigned first, size_t row, uint32_t word) {
    for (unsigned k = 0; k < 4; ++k) m[first + k][row] = (word >> (8 * k)) & 0xff;
  };
  if (component == kFinalReg) {
    for (unsigned r = 0; r < 32; ++r) put(0, r, state.registers[r].time), put(4, r, state.registers[r].value);
  } else if (component == kBitOps) {
    for (unsigned k = 0; k < 3; ++k) std::copy(counts.bit_op[k].begin(), counts.bit_op[k].end(), m[k].data());
  } else if (component == kRam) {
    for (size_t row = 0; row < witness.touched.size(); ++row) {
      put(0, row, witness.touched[row]);
      m[4][row] = 1;
      m[5][row] = state.memory[row].value;
      put(6, row, state.memory[row].time);
    }
    auto& uses = counts.range[static_cast<unsigned>(Relation::kRange256)];
    for (const unsigned k : {0, 1, 2, 3, 5, 6, 7, 8, 9}) {
      for (size_t row = 0; row < size; ++row) ++uses[m[k][row]];
    }
  } else {
    const auto& uses = counts.range[static_cast<unsigned>(range_of(component))];
    std::copy_n(uses.begin(), range_size(range_of(component)), m[0].data());
  }
}

}  // namespace pitboss::nexus::stark
