// What a proof takes, computed before it starts: the buffers of its largest stage, stage by stage as the code allocates
// them.
#include <functional>
#include <map>

#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

uint64_t words_bytes(uint64_t count) { return Arena::rounded(4 * count); }
uint64_t secure_bytes(uint64_t count) { return Arena::rounded(16 * count); }

// Layers top..bottom of a tree.
uint64_t tree_bytes(unsigned top, unsigned bottom = 0) {
  uint64_t total = 0;
  for (unsigned layer = bottom; layer <= top; ++layer) total += words_bytes(uint64_t{8} << layer);
  return total;
}

unsigned top_of(const LogSizes& sizes) {
  unsigned top = 0;
  for (unsigned c = 0; c < kComponents; ++c) top = std::max(top, sizes[c] + 1);
  return top;
}

size_t column_count(unsigned tree, unsigned c) {
  return tree == 0 ? pre_columns(c) : tree == 1 ? main_columns(c) : 4 * size_t{interaction_columns(c)};
}

// The tree under construction and the batch of columns, at the worst size class.
uint64_t commit_bytes(const LogSizes& sizes, unsigned tree) {
  std::map<unsigned, size_t> classes;
  for (unsigned c = 0; c < kComponents; ++c) classes[sizes[c] + 1] += column_count(tree, c);
  uint64_t most = tree_bytes(top_of(sizes));
  for (const auto& [log, count] : classes) {
    most = std::max(most, tree_bytes(top_of(sizes), log) + words_bytes(std::min<uint64_t>(16, count) << log));
  }
  return most;
}

uint64_t extension_bytes(const LogSizes& sizes) {
  uint64_t most = 0;
  for (unsigned c = 1; c < kComponents; ++c) {
    const uint64_t size = uint64_t{2} << sizes[c];
    const uint64_t columns = pre_columns(c) + main_columns(c) + 4 * interaction_columns(c) + 4;
    most = std::max(most, columns * words_bytes(size) + (c == kRam ? words_bytes(size) : 0) + secure_bytes(size));
  }
  return most;
}

// Quotient columns so far, plus the work on one size class; and all of them together.
struct QuotientBytes {
  uint64_t most = 0, kept = 0;
};
QuotientBytes quotient_bytes(const LogSizes& sizes) {
  std::map<unsigned, unsigned, std::greater<>> groups;  // points per size class
  for (unsigned c = 0; c < kComponents; ++c) groups[sizes[c] + 1] = std::max(groups[sizes[c] + 1], c == kMain ? 3u : 2u);
  groups.emplace(sizes.composition() + 1, 1);
  QuotientBytes out;
  for (const auto& [log, count] : groups) {
    const uint64_t size = uint64_t{1} << log;
    out.most = std::max(out.most, out.kept + count * secure_bytes(size / 2) + (count > 1 ? 2 : 1) * secure_bytes(size));
    out.kept += secure_bytes(size);
  }
  return out;
}

}  // namespace

uint64_t memory_needed(const LogSizes& sizes, Mode mode) {
  const unsigned n = sizes[kMain], composed = sizes.composition();
  const uint64_t rows = uint64_t{1} << n;
  uint64_t held = Twiddles::bytes(composed + 1, twiddle_sizes(sizes)) + MainTable::bytes(n, true);
  for (unsigned c = 1; c < kComponents; ++c) held += small_table_bytes(c, sizes[c]);
  const uint64_t coefficients = words_bytes(kMainPolynomials * rows);
  const uint64_t kept = mode == Mode::kFast ? interaction_columns(kMain) * secure_bytes(rows) : 0;
  uint64_t most = 0;
  const auto stage = [&](uint64_t bytes) { most = std::max(most, held + bytes); };

  for (unsigned tree = 0; tree < 3; ++tree) {
    if (tree == 2) {
      held += 2 * secure_bytes(rows);
      uint64_t scratch = 0;
      for (unsigned c = 1; c < kComponents; ++c) {
        held += interaction_columns(c) * secure_bytes(uint64_t{1} << sizes[c]);
        scratch = std::max(scratch, secure_bytes(uint64_t{1} << sizes[c]) + words_bytes(uint64_t{1} << sizes[c]));
      }
      stage(coefficients + scratch);
    }
    stage(coefficients + (tree == 2 ? kept : 0) + commit_bytes(sizes, tree));
    held += tree_bytes(top_of(sizes));
  }
  held += secure_bytes(uint64_t{1} << composed);
  stage(coefficients + kept + secure_bytes(4 * rows) + constraint_work_bytes(rows));
  stage(coefficients + kept + lookup_work_bytes(rows));
  stage(extension_bytes(sizes));
  stage(tree_bytes(composed + 1, composed + 1) + 4 * words_bytes(uint64_t{2} << composed));
  held += tree_bytes(composed + 1);
  const uint64_t largest = uint64_t{1} << std::max(n, sizes[kRam]);
  stage(2 * secure_bytes(largest));
  const QuotientBytes quotients = quotient_bytes(sizes);
  stage(quotients.most);
  uint64_t fri = quotients.kept + tree_bytes(composed + 1);
  for (unsigned log = 0; log <= composed; ++log) fri += secure_bytes(uint64_t{1} << log) + (log >= 2 ? tree_bytes(log) : 0);
  stage(fri + 4096);
  stage(kQueries * words_bytes(largest));
  return most;
}

uint64_t process_memory(const Witness& witness, const ProverOptions& options) {
  constexpr uint64_t kProcess = 6u << 20;       // code, libraries, small tables
  constexpr uint64_t kThread = 512u << 10;      // touched stack and allocator pages of a worker
  constexpr uint64_t kRun = 2 * sizeof(Trace::Step);  // a growing list may be twice as long as its content
  return memory_needed(witness.sizes, options.mode) + kProcess + options.threads * kThread +
         witness.trace.steps.size() * kRun + witness.touched.size() * 24 +
         witness.plan->initial_memory.size() * 32 + witness.plan->program.size() * 32;
}

}  // namespace pitboss::nexus::stark
