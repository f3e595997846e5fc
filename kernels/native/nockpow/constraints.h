// The constraint system of the Nock trace: two tables, five kinds, in the order that decides which weights they get.
//
// Transcribed from specs/nockpow.md section 6. There are two systems: `legacy` for proof versions 0 and 1, and the one of
// versions 2, 3 and 5. Tables: 0 = memory, 1 = compute. Inside a table and kind, constraints are ordered by the murmur3
// hash ("mug") of their label, descending.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expression.h"

namespace pitboss::nockpow {

enum class Kind : uint8_t { boundary, row, transition, terminal, extra };
static constexpr size_t kKinds = 5;
const char* kind_name(Kind k);

struct Constraint {
  std::string label;
  Kind kind;
  uint32_t mug;
  uint32_t created;          // order of writing, which keeps shared sub-expressions close together
  std::vector<Expr> values;  // one, or three for a composed constraint
};

struct TableSystem {
  Graph graph;
  std::vector<Constraint> constraints;  // weight order
  size_t base = 0, ext = 0, mega = 0;   // columns of each phase
  [[nodiscard]] size_t width() const { return base + ext + mega; }
};

// Index of a proof version in the systems: 0 and 1 share one, 2, 3 and 5 the other.
constexpr bool is_legacy(int version) { return version < 2; }

// Both tables of a version; built at the first use, then shared.
const TableSystem& table_system(bool legacy, size_t table);

// Hash of a label as the Hoon maps order their keys.
uint32_t mug(std::string_view label);

// Position of a challenge (of 28, three belts each) in the augmented challenge array of 84 belts.
size_t challenge_index(std::string_view name);
static constexpr size_t kChallengeBelts = 84;
static constexpr size_t kFirstChallenges = 42;
static constexpr size_t kSecondChallenges = 36;

}  // namespace pitboss::nockpow
