// The logup lookups of all components as data (specs/nexus-prover.md 6 and 7).
//
// A lookup is a fraction selector / (sum alpha^j tuple_j - z) per row, and each one (for FinalReg: a pair) is a secure
// interaction column. Every tuple element is an affine form of columns, so a denominator is one too once z and alpha
// are drawn.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "Columns.h"
#include "Field.h"
#include "Selectors.h"
#include "simd/Kernels.h"

namespace pitboss::nexus::stark {

// In the order in which their elements are drawn (6.1).
enum class Relation : uint8_t { kBitOp, kLoadStore, kProgram, kRegister, kRange8, kRange16, kRange32, kRange128, kRange256 };
inline constexpr unsigned kRelations = 9;

// A column of a component: preprocessed, main, a row selector, or for RamInitFinal the product P4 * P5.
using Cell = uint16_t;
constexpr Cell pre_cell(unsigned i) { return static_cast<Cell>(i); }
constexpr Cell main_cell(unsigned i) { return static_cast<Cell>(64 + i); }
constexpr Cell selector_cell(unsigned i) { return static_cast<Cell>(512 + i); }
inline constexpr Cell kInitialValueCell = 60;
inline constexpr Cell kOne = 0xffff;  // as a selector: 1 on every row
inline constexpr unsigned kCells = 512 + selector::kCount;

struct Form {
  uint32_t constant = 0;
  struct Term {
    int32_t factor;
    Cell cell;
  };
  std::vector<Term> terms;
};

struct Lookup {
  Relation relation;
  std::vector<Form> tuple;
  Cell selector = kOne;
  bool negative = false;
  // How an honest row's fraction can be read from a table instead of being divided: index = (low & mask) + 16 (high &
  // mask).
  enum class Table : uint8_t { kNone, kRange, kAnd, kOr, kXor } table = Table::kNone;
  Cell low = 0, high = kOne;
  uint32_t mask = 0;
};

const std::vector<Lookup>& main_lookups();       // 208
const std::vector<Lookup>& final_reg_lookups();  // the pair: 2 lookups, one column
const std::vector<Lookup>& bit_op_lookups();     // 3
const std::vector<Lookup>& ram_lookups();        // 11
const std::vector<Lookup>& range_lookups(Relation relation);  // 1: MultX

// Number of values of a range relation: 8, 16, 32, 128, 256.
unsigned range_size(Relation relation);

struct Randomness {
  struct Element {
    QM31 z, alpha;
  };
  std::array<Element, kRelations> relation;
};

// constant + sum factor * column: the denominator of a lookup for drawn randomness.
struct Denominator {
  QM31 constant;
  struct Term {
    QM31 factor;
    Cell cell;
  };
  std::vector<Term> terms;
};
Denominator denominator(const Lookup& lookup, const Randomness& randomness);

// A denominator with its columns resolved, as the kernels take it. Owns the term array.
struct BoundDenominator {
  std::vector<AffineTerm> terms;
  Affine form;
  BoundDenominator(const Denominator& d, const std::function<Column(Cell)>& column);
  BoundDenominator(const BoundDenominator&) = delete;
  BoundDenominator& operator=(const BoundDenominator&) = delete;
};

// 1 / denominator for every index of a lookup's table: 4 planes of 256 words, negated if the lookup is.
std::vector<uint32_t> lookup_table(const Lookup& lookup, const Randomness& randomness);

}  // namespace pitboss::nexus::stark
