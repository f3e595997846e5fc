// Writing surface for the two constraint files: named columns, challenges, terminals, and the recurring shapes.
//
// A "pelt" column X is the three columns X-a, X-b, X-c. A noun under the challenge is the triple (size, dyck, leaf), an ion.
#pragma once

#include <map>

#include "constraints.h"

namespace pitboss::nockpow {

struct Ion {
  Expr3 size, dyck, leaf;
};

class Writer {
 public:
  explicit Writer(TableSystem& system) : system_(system), graph_(system.graph) {}

  void column(const std::string& name) { columns_.emplace(name, columns_.size()); }
  void pelt_column(const std::string& name) {
    for (const char* part : {"-a", "-b", "-c"}) column(name + part);
  }
  void terminal(const std::string& name) { terminals_.emplace(name, terminals_.size()); }

  Expr v(const std::string& name, bool next = false) {
    return graph_.leaf(Node::column, columns_.at(name) + (next ? columns_.size() : 0));
  }
  Expr3 w(const std::string& name, bool next = false) { return {v(name + "-a", next), v(name + "-b", next), v(name + "-c", next)}; }
  Ion ion(const std::string& name) { return {w(name + "-size"), w(name + "-dyck"), w(name + "-leaf")}; }
  Expr3 challenge(std::string_view name) { return triple(Node::challenge, challenge_index(name)); }
  Expr3 dyn(const std::string& name) { return triple(Node::terminal, 3 * terminals_.at(name)); }
  Expr number(u64 x) { return graph_.number(x); }
  Expr3 lift(Expr e) { return {e, graph_.zero(), graph_.zero()}; }
  Expr3 one3() { return lift(number(1)); }

  // sum of challenges[i] * terms[i]
  Expr3 compress(std::initializer_list<std::string_view> names, std::initializer_list<Expr3> terms) {
    Expr3 sum = lift(graph_.zero());
    auto t = terms.begin();
    for (const auto name : names) sum = sum + challenge(name) * *t++;
    return sum;
  }
  Expr3 compress_ion(std::initializer_list<std::string_view> names, const Ion& i) { return compress(names, {i.size, i.dyck, i.leaf}); }

  void put(Kind kind, std::string label, std::vector<Expr> values);
  void mega(Kind kind, std::string label, Expr e) { put(kind, std::move(label), {e}); }
  void pelt(Kind kind, const std::string& label, const Expr3& p) {
    mega(kind, label + "-a", p[0]);
    mega(kind, label + "-b", p[1]);
    mega(kind, label + "-c", p[2]);
  }
  void comp(Kind kind, std::string label, const Expr3& p) { put(kind, std::move(label), {p[0], p[1], p[2]}); }

  void widths(size_t base, size_t ext, size_t mega) {
    system_.base = base;
    system_.ext = ext;
    system_.mega = mega;
  }
  void finish();

 private:
  Expr3 triple(Node::Op op, size_t at) { return {graph_.leaf(op, at), graph_.leaf(op, at + 1), graph_.leaf(op, at + 2)}; }

  TableSystem& system_;
  Graph& graph_;
  std::map<std::string, size_t, std::less<>> columns_;
  std::map<std::string, size_t, std::less<>> terminals_;
  uint32_t created_ = 0;
};

void write_memory(Writer& w, bool legacy);
void write_compute(Writer& w, bool legacy);

}  // namespace pitboss::nockpow
