// Compilation and evaluation of constraint graphs: see program.h.
#include "program.h"

#include <algorithm>
#include <mutex>

namespace pitboss::nockpow {
namespace {

class Compiler {
 public:
  Compiler(const TableSystem& system, bool with_extra, Program& out)
      : nodes_(system.graph.nodes()), width_(system.width()), out_(out), slot_(nodes_.size(), kNone) {
    // Weight indices follow the order of the constraints; code follows the order of writing, where neighbours share
    // sub-expressions, so that few values are live at a time.
    struct Item {
      const Constraint* constraint;
      size_t first_weight;
    };
    std::vector<Item> items;
    for (const Constraint& c : system.constraints) {
      if (c.kind == Kind::extra && !with_extra) continue;
      items.push_back({&c, out_.weights});
      out_.weights += c.values.size();
    }
    std::sort(items.begin(), items.end(), [](const Item& x, const Item& y) { return x.constraint->created < y.constraint->created; });
    for (const Item& item : items) {
      for (size_t i = 0; i < item.constraint->values.size(); i++) {
        const uint32_t id = item.constraint->values[i].id;
        need(id);
        const Kind kind = item.constraint->kind;
        steps_.push_back({Instruction::accumulate, class_of(kind, nodes_[id].degree), id,
                          static_cast<uint32_t>(item.first_weight + i), class_of(kind, -1)});
      }
    }
    assign();
  }

 private:
  static constexpr uint32_t kNone = 0xffffffffu;

  uint32_t class_of(Kind kind, int degree) {
    for (size_t i = 0; i < out_.classes.size(); i++) {
      if (out_.classes[i].kind == kind && out_.classes[i].degree == degree) return static_cast<uint32_t>(i);
    }
    out_.classes.push_back({kind, degree});
    return static_cast<uint32_t>(out_.classes.size() - 1);
  }

  // Emits code (with node ids as operands) for everything below a node, operands first.
  void need(uint32_t root) {
    std::vector<uint32_t> stack{root};
    while (!stack.empty()) {
      const uint32_t id = stack.back();
      const Node& n = nodes_[id];
      if (n.fixed || n.op == Node::column || slot_[id] != kNone) {
        stack.pop_back();
        continue;
      }
      const auto a = static_cast<uint32_t>(n.a), b = static_cast<uint32_t>(n.b);
      const auto ready = [&](uint32_t x) { return nodes_[x].fixed || nodes_[x].op == Node::column || slot_[x] != kNone; };
      if (!ready(a) || !ready(b)) {
        if (!ready(b)) stack.push_back(b);
        if (!ready(a)) stack.push_back(a);
        continue;
      }
      stack.pop_back();
      slot_[id] = 0;
      const bool fa = nodes_[a].fixed, fb = nodes_[b].fixed;
      switch (n.op) {
        case Node::add: steps_.push_back({fa || fb ? Instruction::add_const : Instruction::add, id, fa ? b : a, fa ? a : b, 0}); break;
        case Node::mul: steps_.push_back({fa || fb ? Instruction::mul_const : Instruction::mul, id, fa ? b : a, fa ? a : b, 0}); break;
        default:
          if (fa) {
            steps_.push_back({Instruction::const_sub, id, b, a, 0});
          } else {
            steps_.push_back({fb ? Instruction::sub_const : Instruction::sub, id, a, b, 0});
          }
      }
    }
  }

  static bool two_operands(Instruction::Op op) { return op == Instruction::add || op == Instruction::sub || op == Instruction::mul; }

  // Linear-scan register assignment: a register is free again after the last use of its value.
  void assign() {
    std::vector<size_t> last(nodes_.size(), 0);
    for (size_t i = 0; i < steps_.size(); i++) {
      last[steps_[i].a] = i;
      if (two_operands(steps_[i].op)) last[steps_[i].b] = i;
    }
    std::vector<uint32_t> free;
    for (size_t i = 0; i < steps_.size(); i++) {
      Instruction in = steps_[i];
      const uint32_t a = in.a, b = in.b;
      const bool pair = two_operands(in.op);
      in.a = operand(a);
      if (pair) in.b = operand(b);
      const auto release = [&](uint32_t id) {
        if (nodes_[id].op != Node::column && last[id] == i) free.push_back(slot_[id]);
      };
      release(a);
      if (pair && b != a) release(b);
      if (in.op != Instruction::accumulate) {
        if (free.empty()) free.push_back(static_cast<uint32_t>(out_.registers++));
        slot_[in.dst] = free.back();
        in.dst = free.back();
        free.pop_back();
      }
      out_.code.push_back(in);
    }
    // Column operands were marked; registers are known only now.
    for (Instruction& in : out_.code) {
      in.a = resolve(in.a);
      if (two_operands(in.op)) in.b = resolve(in.b);
    }
  }
  static constexpr uint32_t kColumn = 0x80000000u;
  uint32_t operand(uint32_t id) const {
    return nodes_[id].op == Node::column ? kColumn | static_cast<uint32_t>(nodes_[id].a) : slot_[id];
  }
  [[nodiscard]] uint32_t resolve(uint32_t x) const {
    return (x & kColumn) != 0 ? static_cast<uint32_t>(out_.registers) + (x & ~kColumn) : x;
  }

  const std::vector<Node>& nodes_;
  size_t width_;
  Program& out_;
  std::vector<uint32_t> slot_;
  std::vector<Instruction> steps_;
};

}  // namespace

const Program& program(bool legacy, size_t table, bool with_extra) {
  static std::once_flag once[2][2][2];
  static Program programs[2][2][2];
  const size_t l = legacy ? 1 : 0, e = with_extra ? 1 : 0;
  std::call_once(once[l][table][e], [&] { Compiler(table_system(legacy, table), with_extra, programs[l][table][e]); });
  return programs[l][table][e];
}

std::vector<u64> fixed_values(const TableSystem& system, std::span<const u64> challenges, std::span<const u64> terminals) {
  const auto& nodes = system.graph.nodes();
  std::vector<u64> v(nodes.size(), 0);
  for (size_t i = 0; i < nodes.size(); i++) {
    const Node& n = nodes[i];
    if (!n.fixed) continue;
    switch (n.op) {
      case Node::constant: v[i] = n.a; break;
      case Node::challenge: v[i] = challenges[n.a]; break;
      case Node::terminal: v[i] = terminals[n.a]; break;
      case Node::add: v[i] = add(v[n.a], v[n.b]); break;
      case Node::sub: v[i] = sub(v[n.a], v[n.b]); break;
      case Node::mul: v[i] = mul(v[n.a], v[n.b]); break;
      case Node::column: break;
    }
  }
  return v;
}

std::vector<F3> node_values(const TableSystem& system, std::span<const u64> fixed, std::span<const F3> columns) {
  const auto& nodes = system.graph.nodes();
  std::vector<F3> v(nodes.size(), kZero3);
  for (size_t i = 0; i < nodes.size(); i++) {
    const Node& n = nodes[i];
    if (n.fixed) {
      v[i] = lift(fixed[i]);
      continue;
    }
    switch (n.op) {
      case Node::column: v[i] = columns[n.a]; break;
      case Node::add: v[i] = v[n.a] + v[n.b]; break;
      case Node::sub: v[i] = v[n.a] - v[n.b]; break;
      default:
        if (nodes[n.a].fixed) {
          v[i] = scale(fixed[n.a], v[n.b]);
        } else if (nodes[n.b].fixed) {
          v[i] = scale(fixed[n.b], v[n.a]);
        } else {
          v[i] = v[n.a] * v[n.b];
        }
    }
  }
  return v;
}

u64 degree_bound(Kind kind, int degree, u64 height) {
  const auto d = static_cast<u64>(degree);
  switch (kind) {
    case Kind::boundary:
    case Kind::terminal: return height == 1 || degree == 0 ? 0 : d * (height - 1) - 1;
    case Kind::row:
    case Kind::extra: return height == 1 || degree <= 1 ? 0 : d * (height - 1) - height;
    case Kind::transition: return degree == 0 ? 0 : (d - 1) * (height - 1);
  }
  return 0;
}

u64 composition_bound(bool legacy, bool with_extra, std::span<const u64> heights) {
  u64 most = 0;
  for (size_t t = 0; t < 2; t++) {
    const TableSystem& s = table_system(legacy, t);
    for (const Constraint& c : s.constraints) {
      if (c.kind == Kind::extra && !with_extra) continue;
      for (const Expr e : c.values) most = std::max(most, degree_bound(c.kind, s.graph.nodes()[e.id].degree, heights[t]));
    }
  }
  u64 size = 1;
  while (size < most) size *= 2;
  return size - 1;
}

size_t weight_pairs(bool legacy, bool with_extra) {
  return program(legacy, 0, with_extra).weights + program(legacy, 1, with_extra).weights;
}

}  // namespace pitboss::nockpow
