// What the stages of one proof share. Internal to the prover; the stages are in Commit.cc, Interaction.cc,
// Composition.cc, Samples.cc, Quotients.cc, Fri.cc and Queries.cc, and Prover.cc runs them in order.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "Channel.h"
#include "Circle.h"
#include "Merkle.h"
#include "Prover.h"
#include "Twiddles.h"

namespace pitboss::nexus::stark {

struct Cancelled {};

// A QM31 column as four planes of words in one buffer.
struct SecureColumn {
  Buffer<uint32_t> data;
  size_t size = 0;
  SecureColumn() = default;
  SecureColumn(Arena& arena, size_t count, bool zero = false) : data(arena.words(4 * count, zero)), size(count) {}
  Planes planes(size_t offset = 0) {
    uint32_t* p = data.data() + offset;
    return {{p, p + size, p + 2 * size, p + 3 * size}};
  }
  ConstPlanes view(size_t offset = 0) const {
    const uint32_t* p = data.data() + offset;
    return {{p, p + size, p + 2 * size, p + 3 * size}};
  }
  QM31 at(size_t i) const { return qm31(data[i], data[size + i], data[2 * size + i], data[3 * size + i]); }
};

// Main columns whose next row the constraints read: a shifted copy of each is kept beside the coefficients.
inline constexpr std::array<unsigned, 5> kNextColumns = {col::Pc, col::Pc + 1, col::Pc + 2, col::Pc + 3, col::IsPadding};
inline constexpr unsigned kMainPolynomials = kPreColumns + kMainColumns + kNextColumns.size();

struct Session;

// The main component's interaction columns, one after the other (6.3). Running sums only: 16 bytes per row, plus the
// last column.
class Interaction {
 public:
  explicit Interaction(Session& s);
  // What one step did to the running sum: if `constant`, the same value was added to every row.
  struct Step {
    bool constant = false;
    QM31 added = {};
  };
  void restart();
  // Adds lookup number next(); the running sum is then column k (k < 207).
  Step advance();
  unsigned next() const { return next_; }
  SecureColumn& sum() { return sum_; }
  // Column 207 (prefix sums in coset order) and the claimed sum; computed at the first complete pass.
  const SecureColumn& last() const { return last_; }
  QM31 claimed() const { return claimed_; }

 private:
  void finish();
  Session& s_;
  SecureColumn sum_, last_;
  QM31 claimed_{};
  bool complete_ = false;
  unsigned next_ = 0;
  std::map<std::pair<Relation, Lookup::Table>, std::vector<uint32_t>> tables_;
};

struct Session {
  Session(const Witness& witness, const ProverOptions& options, const std::atomic<bool>& stop, const Progress& progress,
          const Observer& observer);

  const Witness& witness;
  const ProverOptions& options;
  const std::atomic<bool>& stop;
  const Progress& progress;
  const Observer& observer;
  const Kernels& k;
  LogSizes sizes;
  unsigned n;  // log size of the main component
  size_t rows;  // 2^n
  Arena arena;
  Workers workers;
  Twiddles twiddles;
  MainTable main;
  std::array<SmallTable, kComponents> small;  // [0] unused
  Channel channel;
  Randomness randomness;
  std::optional<Interaction> interaction;
  std::array<std::vector<SecureColumn>, kComponents> small_sums;  // interaction columns of the extensions
  std::array<Tree, kTrees> trees;
  Proof proof;

  // From the commitment to the composition: coefficients of the main polynomials, values of all columns at the first
  // point of the second half of the doubled domain, and in fast mode the first half of the interaction columns'
  // extension.
  Buffer<uint32_t> coefficients;  // pre, main, next
  std::vector<uint32_t> edge_main;               // by pre, main
  std::vector<QM31> edge_sum;                    // by interaction column
  std::vector<SecureColumn> kept;

  SecureColumn composition;  // coefficients
  SecurePoint oods;
  QM31 composition_random;
  struct Fri {
    std::vector<unsigned> sizes;       // log sizes of the quotient columns, descending
    std::vector<SecureColumn> quotients;
    Tree first;
    std::vector<SecureColumn> layers;  // inner layers, descending
    std::vector<Tree> trees;
  } fri;

  // ---- stages, in order ----
  void fill_tables();
  void commit(unsigned tree);
  void draw_relations();
  void fill_small_sums();
  void compose();
  void commit_composition();
  void sample();
  void quotients();
  void run_fri();
  void grind();
  void answer_queries();

  // ---- shared helpers ----
  void check() const {
    if (stop.load(std::memory_order_relaxed)) throw Cancelled{};
  }
  void report(Stage stage, uint64_t done, uint64_t total) const {
    if (progress) progress(stage, done, total);
  }
  void observe(const std::string& what, const uint32_t* words, size_t count) const {
    if (observer) observer(what, {words, count});
  }
  void observe(const std::string& what, QM31 value) const {
    const auto w = words(value);
    observe(what, w.data(), 4);
  }
  // Runs body(i) for i < count on the workers, and throws if the proof was cancelled meanwhile.
  void parallel(size_t count, const std::function<void(size_t)>& body) {
    workers.run(count, [&](size_t i) {
      if (!stop.load(std::memory_order_relaxed)) body(i);
    });
    check();
  }
  uint32_t* polynomial(unsigned index) { return coefficients.data() + static_cast<size_t>(index) * rows; }
  size_t columns(unsigned tree, unsigned component) const;
  // Column of component > 0 in tree 0, 1 or 2 as words.
  const uint32_t* small_column(unsigned tree, unsigned component, size_t index) const;
  Column small_cell(unsigned component, Cell cell, const uint32_t* initial_value) const;
};

// Index of a main-component cell among pre and main columns.
constexpr unsigned polynomial_of(Cell cell) { return cell < 64 ? cell : kPreColumns + cell - 64u; }

// Log sizes whose domains need y twiddles.
std::vector<unsigned> twiddle_sizes(const LogSizes& sizes);
// Buffers of the two parts of the main component's composition.
uint64_t constraint_work_bytes(uint64_t rows);
uint64_t lookup_work_bytes(uint64_t rows);

// Values on the canonic domain of log size `log` -> weights w with f(point) = sum w_i f_i, for any f of that size (10).
SecureColumn secure_weights(Session& s, unsigned log, SecurePoint point);
Buffer<uint32_t> base_weights(Session& s, unsigned log, BasePoint point);
// A polynomial of 2^log coefficients at a point.
QM31 evaluate_at(const uint32_t* coefficients, unsigned log, SecurePoint point);

}  // namespace pitboss::nexus::stark
