// Commitment of trees 0, 1 and 2 (specs/nexus-prover.md 8): columns are extended sixteen at a time, hashed and
// forgotten.
#include "Batch.h"
#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

void commit_table(Session& s, Batch& batch, unsigned tree) {
  const unsigned count = tree == 0 ? kPreColumns : kMainColumns;
  for (unsigned i = 0; i < count; ++i) {
    const Cell cell = tree == 0 ? pre_cell(i) : main_cell(i);
    const unsigned index = polynomial_of(cell);
    s.main.expand(cell, batch.add(s.polynomial(index), &s.edge_main[index], nullptr));
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
    const bool shifted = step.constant && k > 0;
    std::array<uint32_t*, 4> slot{};
    for (size_t d = 0; d < 4; ++d) {
      uint32_t* edge = &edges[k][d];
      uint32_t* keep = fast ? s.kept.back().planes().p[d] : nullptr;
      if (shifted) {
        batch.add_shifted(added[d], edge, keep);
      } else {
        slot[d] = batch.add(nullptr, edge, keep);
      }
    }
    if (shifted) continue;
    s.workers.run(4, [&](size_t d) { std::copy_n(column.view().p[d], s.rows, slot[d]); });
  }
  batch.flush();  // 832 columns are whole batches, so this starts no new block
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
    Batch batch(arena, twiddles, builder, log, count,
                [this](size_t jobs, const std::function<void(size_t)>& body) { parallel(jobs, body); },
                [&, total_columns = total](size_t flushed) { report(stage, done += flushed, total_columns); });
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
        std::copy_n(small_column(tree, c, i), size_t{1} << sizes[c], batch.add());
          }
    }
    batch.flush();
  }
  trees[tree] = builder.finish();
  proof.commitments.push_back(trees[tree].root());
  channel.mix_root(trees[tree].root());
}

}  // namespace pitboss::nexus::stark
