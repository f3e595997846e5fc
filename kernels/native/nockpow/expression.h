// Expression graphs over trace columns and challenges, as the constraint system is written in.
//
// Nodes are hash-consed, so common sub-expressions are shared; an expression without trace columns is a constant of the
// proof and is evaluated once. The degree is the sum of the exponents of trace columns, structurally computed; that it
// equals the degree of the expanded polynomial for every constraint is checked against specs/constraints_*.tsv in the tests.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "field.h"

namespace pitboss::nockpow {

struct Node {
  enum Op : uint8_t { constant, column, challenge, terminal, add, sub, mul };
  Op op;
  bool fixed;     // no trace column below
  int degree;
  uint64_t a, b;  // constant: value; column: index (next row: index + width); challenge, terminal: index; else operands
};

class Graph;

// Handle of a node; arithmetic builds nodes. Node 0 is the constant 0.
struct Expr {
  Graph* graph;
  uint32_t id;
};
Expr operator+(Expr x, Expr y);
Expr operator-(Expr x, Expr y);
Expr operator*(Expr x, Expr y);

class Graph {
 public:
  Graph() { intern(Node::constant, 0, 0); }
  Expr zero() { return {this, 0}; }
  Expr number(u64 v) { return {this, intern(Node::constant, v, 0)}; }
  Expr leaf(Node::Op op, uint64_t index) { return {this, intern(op, index, 0)}; }
  uint32_t intern(Node::Op op, uint64_t a, uint64_t b);
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }

 private:
  std::vector<Node> nodes_;
  std::map<std::tuple<uint8_t, uint64_t, uint64_t>, uint32_t> seen_;
};

// Element of the cubic extension as three component expressions.
using Expr3 = std::array<Expr, 3>;
Expr3 operator+(const Expr3& p, const Expr3& q);
Expr3 operator-(const Expr3& p, const Expr3& q);
Expr3 operator*(const Expr3& p, const Expr3& q);
Expr3 operator*(Expr s, const Expr3& p);

}  // namespace pitboss::nockpow
