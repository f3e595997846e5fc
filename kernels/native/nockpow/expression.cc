// Expression graphs: see expression.h.
#include "expression.h"

#include <algorithm>

namespace pitboss::nockpow {

uint32_t Graph::intern(Node::Op op, uint64_t a, uint64_t b) {
  if ((op == Node::add || op == Node::mul) && a > b) std::swap(a, b);
  const auto [it, fresh] = seen_.try_emplace({op, a, b}, static_cast<uint32_t>(nodes_.size()));
  if (!fresh) return it->second;
  Node n{op, true, 0, a, b};
  switch (op) {
    case Node::column:
      n.fixed = false;
      n.degree = 1;
      break;
    case Node::add:
    case Node::sub:
      n.fixed = nodes_[a].fixed && nodes_[b].fixed;
      n.degree = std::max(nodes_[a].degree, nodes_[b].degree);
      break;
    case Node::mul:
      n.fixed = nodes_[a].fixed && nodes_[b].fixed;
      n.degree = nodes_[a].degree + nodes_[b].degree;
      break;
    default:
      break;
  }
  nodes_.push_back(n);
  return it->second;
}

Expr operator+(Expr x, Expr y) {
  if (x.id == 0) return y;
  if (y.id == 0) return x;
  return {x.graph, x.graph->intern(Node::add, x.id, y.id)};
}
Expr operator-(Expr x, Expr y) {
  if (y.id == 0) return x;
  return {x.graph, x.graph->intern(Node::sub, x.id, y.id)};
}
Expr operator*(Expr x, Expr y) {
  if (x.id == 0 || y.id == 0) return x.graph->zero();
  const auto is_one = [](Expr e) {
    const Node& n = e.graph->nodes()[e.id];
    return n.op == Node::constant && n.a == 1;
  };
  if (is_one(x)) return y;
  if (is_one(y)) return x;
  return {x.graph, x.graph->intern(Node::mul, x.id, y.id)};
}

Expr3 operator+(const Expr3& p, const Expr3& q) { return {p[0] + q[0], p[1] + q[1], p[2] + q[2]}; }
Expr3 operator-(const Expr3& p, const Expr3& q) { return {p[0] - q[0], p[1] - q[1], p[2] - q[2]}; }
Expr3 operator*(const Expr3& p, const Expr3& q) {
  const Expr c3 = p[1] * q[2] + p[2] * q[1];
  const Expr c4 = p[2] * q[2];
  return {p[0] * q[0] - c3, p[0] * q[1] + p[1] * q[0] + c3 - c4, p[0] * q[2] + p[1] * q[1] + p[2] * q[0] + c4};
}
Expr3 operator*(Expr s, const Expr3& p) { return {s * p[0], s * p[1], s * p[2]}; }

}  // namespace pitboss::nockpow
