// Commitment of trees 0, 1 and 2 (specs/nexus-prover.md 8): columns are extended sixteen at a time, hashed and forgotten.
#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

// Sixteen extended columns of one size, filled in commit order.
class Batch {
 public:
  Batch(Session& s, TreeBuilder& builder, unsigned log, size_t columns, Stage stage, size_t total, size_t& done)
      : s_(s), builder_(builder), log_(log), size_(size_t{1} << log), stage_(stage), total_(total), done_(done),
        buffer_(s.arena.words(std::min<size_t>(16, columns) << log)) {}

  // A slot whose 2^(log-1) values the caller writes to the returned place. `coefficients`: where they shall stay, or null.
  uint32_t* add(uint32_t* coefficients, uint32_t* edge, uint32_t* keep) {
    Slot& slot = take(edge, keep);
    slot.coefficients = coefficients;
    return slot.lde + size_ / 2;
  }
  // A column that is `added` more than the one four slots before it.
  void add_shifted(uint32_t added, uint32_t* edge, uint32_t* keep) {
    const uint32_t* source = count_ >= 4 ? lde(count_ - 4) : lde(12 + count_);
    const bool ready = count_ < 4;
    Slot& slot = take(edge, keep);
    slot.source = source;
    slot.added = added;
    if (ready) shift(slot);
  }
  bool full() const { return count_ == 16; }

  void flush() {
    if (count_ == 0) return;
    s_.parallel(count_, [&](size_t i) {
      if (slots_[i].source == nullptr) transform(slots_[i]);
    });
    for (size_t i = 0; i < count_; ++i) {
      if (slots_[i].source != nullptr && !slots_[i].ready) shift(slots_[i]);
    }
    const uint32_t* columns[16];
    for (size_t i = 0; i < count_; ++i) {
      const Slot& slot = slots_[i];
      columns[i] = slot.lde;
      if (slot.edge != nullptr) *slot.edge = slot.lde[size_ / 2];
      if (slot.keep != nullptr) std::copy_n(slot.lde, size_ / 2, slot.keep);
    }
    builder_.absorb(columns, count_);
    done_ += count_;
    s_.report(stage_, done_, total_);
    count_ = 0;
  }

 private:
  struct Slot {
    uint32_t* lde = nullptr;
    uint32_t* coefficients = nullptr;
    uint32_t* edge = nullptr;
    uint32_t* keep = nullptr;
    const uint32_t* source = nullptr;  // shifted copy of this column
    uint32_t added = 0;
    bool ready = false;
  };

  uint32_t* lde(size_t i) { return buffer_.data() + (i << log_); }
  Slot& take(uint32_t* edge, uint32_t* keep) {
    Slot& slot = slots_[count_];
    slot = Slot{};
    slot.lde = lde(count_++);
    slot.edge = edge;
    slot.keep = keep;
    return slot;
  }
  void shift(Slot& slot) {
    std::copy_n(slot.source, size_, slot.lde);
    if (slot.added != 0) s_.k.add_constant(slot.lde, size_, slot.added);
    slot.ready = true;
  }
  void transform(const Slot& slot) {
    const unsigned n = log_ - 1;
    uint32_t* values = slot.lde + size_ / 2;
    if (slot.coefficients != nullptr) {
      std::copy_n(values, size_ / 2, slot.coefficients);
      values = slot.coefficients;
    }
    s_.k.interpolate(values, n, s_.twiddles.inverse(n).layer);
    s_.k.evaluate(values, slot.lde, n, s_.twiddles.forward(log_, n, 0).layer);
    s_.k.evaluate(values, slot.lde + size_ / 2, n, s_.twiddles.forward(log_, n, 1).layer);
  }

  Session& s_;
  TreeBuilder& builder_;
  unsigned log_;
  size_t size_;
  Stage stage_;
  size_t total_;
  size_t& done_;
  Buffer<uint32_t> buffer_;
  Slot slots_[16];
  size_t count_ = 0;
};

void commit_table(Session& s, Batch& batch, unsigned tree) {
  const unsigned count = tree == 0 ? kPreColumns : kMainColumns;
  for (unsigned i = 0; i < count; ++i) {
    const Cell cell = tree == 0 ? pre_cell(i) : main_cell(i);
    const unsigned index = polynomial_of(cell);
    s.main.expand(cell, batch.add(s.polynomial(index), &s.edge_main[index], nullptr));
    if (batch.full()) batch.flush();
  }
}

void commit_interaction(Session& s, Batch& batch) {
  Interaction& interaction = *s.interaction;
  interaction.restart();
  const bool fast = s.options.mode == Mode::kFast;
  s.edge_sum.resize(interaction_columns(kMain));
  std::vector<std::array<uint32_t, 4>> edges(s.edge_sum.size());
  for (unsigned k = 0; k < interaction_columns(kMain); ++k) {
    const auto step = interaction.advance();
    const SecureColumn& column = k + 1 == interaction_columns(kMain) ? interaction.last() : interaction.sum();
    if (fast) s.kept.emplace_back(s.arena, s.rows);
    const auto added = words(step.added);
    for (size_t d = 0; d < 4; ++d) {
      uint32_t* edge = &edges[k][d];
      uint32_t* keep = fast ? s.kept.back().planes().p[d] : nullptr;
      if (step.constant && k > 0) {
        batch.add_shifted(added[d], edge, keep);
      } else {
        std::copy_n(column.view().p[d], s.rows, batch.add(nullptr, edge, keep));
      }
    }
    if (batch.full()) batch.flush();
  }
  static_assert(4 * 208 % 16 == 0);  // so the last batch has been flushed
  for (size_t k = 0; k < edges.size(); ++k) s.edge_sum[k] = qm31(edges[k][0], edges[k][1], edges[k][2], edges[k][3]);
}

}  // namespace

size_t Session::columns(unsigned tree, unsigned component) const {
  if (tree == 0) return pre_columns(component);
  if (tree == 1) return main_columns(component);
  return 4 * interaction_columns(component);
}

const uint32_t* Session::small_column(unsigned tree, unsigned component, size_t index) const {
  if (tree == 0) return small[component].pre[index].data();
  if (tree == 1) return small[component].main[index].data();
  return small_sums[component][index / 4].view().p[index % 4];
}

void Session::commit(unsigned tree) {
  const Stage stage = tree == 0 ? Stage::kPreprocessed : tree == 1 ? Stage::kMain : Stage::kInteraction;
  unsigned top = 0;
  std::map<unsigned, size_t, std::greater<>> classes;  // extended log size -> columns
  size_t total = 0;
  for (unsigned c = 0; c < kComponents; ++c) {
    classes[sizes[c] + 1] += columns(tree, c);
    top = std::max(top, sizes[c] + 1);
    total += columns(tree, c);
  }
  TreeBuilder builder(arena, workers, top);
  size_t done = 0;
  for (const auto& [log, count] : classes) {
    builder.begin(log, count);
    Batch batch(*this, builder, log, count, stage, total, done);
    for (unsigned c = 0; c < kComponents; ++c) {
      if (sizes[c] + 1 != log) continue;
      if (c == kMain) {
        if (tree == 2) {
          commit_interaction(*this, batch);
        } else {
          commit_table(*this, batch, tree);
        }
        continue;
      }
      for (size_t i = 0; i < columns(tree, c); ++i) {
        std::copy_n(small_column(tree, c, i), size_t{1} << sizes[c], batch.add(nullptr, nullptr, nullptr));
        if (batch.full()) batch.flush();
      }
    }
    batch.flush();
  }
  trees[tree] = builder.finish();
  proof.commitments.push_back(trees[tree].root());
  channel.mix_root(trees[tree].root());
}

}  // namespace pitboss::nexus::stark
