// Constraint programs: the expression graph of a table compiled to straight-line code for the vector kernels, and the same
// graph evaluated at one point of the cubic extension for the verifier.
#pragma once

#include <span>
#include <vector>

#include "constraints.h"
#include "kernels.h"

namespace pitboss::nockpow {

struct Program {
  struct Class {
    Kind kind;
    int degree;  // -1: takes beta * value; else takes alpha * value of the constraints of this degree
  };
  std::vector<Instruction> code;
  std::vector<Class> classes;
  size_t registers = 0;  // operand ids below this are registers, then come the columns, then the columns of the next row
  size_t weights = 0;    // weight pairs consumed
};

// Compiled once per (rules, table, with or without the extra kind).
const Program& program(bool legacy, size_t table, bool with_extra);

// Values of all nodes that hold no trace column, indexed by node; other entries are 0. challenges: 84 belts.
std::vector<u64> fixed_values(const TableSystem& system, std::span<const u64> challenges, std::span<const u64> terminals);

// Values of all nodes at one row given in the extension: columns, then next-row columns.
std::vector<F3> node_values(const TableSystem& system, std::span<const u64> fixed, std::span<const F3> columns);

// Exponent that a constraint of this kind and degree can reach on a table of this height (7.3).
u64 degree_bound(Kind kind, int degree, u64 height);
// Degree bound B of the composition polynomial over both tables.
u64 composition_bound(bool legacy, bool with_extra, std::span<const u64> heights);
// Number of weight pairs over both tables.
size_t weight_pairs(bool legacy, bool with_extra);

}  // namespace pitboss::nockpow
