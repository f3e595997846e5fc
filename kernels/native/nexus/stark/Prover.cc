#include "Prover.h"

#include <algorithm>
#include <bit>
#include <new>

#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

unsigned log_of(size_t count) { return count <= 1 ? 0 : static_cast<unsigned>(std::bit_width(count - 1)); }

}  // namespace

// Trace, doubled, composition and quotient domains.
std::vector<unsigned> twiddle_sizes(const LogSizes& sizes) {
  std::vector<unsigned> out{sizes[kMain] + 2, sizes.composition(), sizes.composition() + 1};
  for (unsigned c = 0; c < kComponents; ++c) out.push_back(sizes[c]), out.push_back(sizes[c] + 1);
  return out;
}

const char* name(Stage stage) {
  static constexpr const char* kNames[] = {"trace",   "preprocessed", "main", "interaction", "composition",
                                           "samples", "quotients",    "fri",  "queries"};
  return stage < Stage::kCount ? kNames[static_cast<unsigned>(stage)] : "?";
}

std::variant<Witness, Failure> witness(const Plan& plan, const Limits& limits, const std::atomic<bool>& stop) {
  Witness out;
  out.plan = &plan;
  Limits bounded = limits;
  bounded.max_steps = std::min<uint64_t>(limits.max_steps, uint64_t{1} << kMaxLogRows);
  auto trace = collect(plan, bounded, stop);
  if (!trace) {
    const auto& error = trace.error();
    if (error.fault == Fault::kCancelled) return Failure{Failure::Code::kCancelled, "cancelled", {}};
    if (error.fault == Fault::kStepLimit) return Failure{Failure::Code::kTooLarge, describe(error), {}};
    return Failure{Failure::Code::kMachine, describe(error), error};
  }
  out.trace = std::move(*trace);
  auto& touched = out.touched;
  for (const auto& byte : plan.initial_memory) touched.push_back(byte.address);
  size_t sorted = 0;
  const auto compact = [&] {
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    sorted = touched.size();
  };
  compact();
  for (const auto& step : out.trace.steps) {
    for (uint32_t i = 0; i < step.size; ++i) touched.push_back(step.address + i);
    if (touched.size() > 2 * sorted + 65536) compact();  // bounded by what is really touched
  }
  compact();
  touched.shrink_to_fit();
  const unsigned main_log =
      std::max({log_of(out.trace.steps.size()), log_of(plan.program.size()), 8u});
  const unsigned ram_log = std::max(log_of(touched.size()), 4u);
  if (main_log > kMaxLogRows || ram_log > kMaxLogRam) {
    return Failure{Failure::Code::kTooLarge, "the program is too long to be proven: at most 2^20 rows and 2^22 bytes of memory", {}};
  }
  out.sizes.log[kMain] = main_log;
  out.sizes.log[kRam] = ram_log;
  return out;
}

Statement statement(const Witness& witness) {
  const auto& e = witness.trace.execution;
  return {witness.plan->program, witness.plan->initial_memory, e.exit_memory, e.output_memory};
}

Session::Session(const Witness& w, const ProverOptions& o, const std::atomic<bool>& stop_flag, const Progress& p,
                 const Observer& observe_with)
    : witness(w), options(o), stop(stop_flag), progress(p), observer(observe_with), k(kernels()), sizes(w.sizes),
      n(w.sizes[kMain]), rows(size_t{1} << n), arena(memory_needed(sizes, o.mode)), workers(o.threads),
      twiddles(arena, sizes.composition() + 1, twiddle_sizes(sizes)), main(arena, n, true) {
  proof.claimed_sums.resize(kComponents);
  for (unsigned c = 0; c < kComponents; ++c) proof.log_sizes.push_back(sizes[c]);
  proof.layout = w.plan->layout;
}

void Session::fill_tables() {
  report(Stage::kTrace, 0, 1);
  main.fill_preprocessed(witness.plan->program);
  Multiplicities counts;
  const FinalState state = fill_main(main, witness, counts);
  const Statement about = statement(witness);
  for (unsigned c = 1; c < kComponents; ++c) {
    check();
    small[c] = preprocessed_table(arena, c, sizes[c], about);
    fill_small(arena, small[c], c, witness, state, counts);
  }
  coefficients = arena.words(kMainPolynomials * rows);
  edge_main.resize(kPreColumns + kMainColumns);
  report(Stage::kTrace, 1, 1);
}

void Session::draw_relations() {
  for (auto& element : randomness.relation) {
    const auto [z, alpha] = channel.draw_two();
    element = {z, alpha};
  }
  interaction.emplace(*this);
  fill_small_sums();
}

std::variant<Proved, Failure> prove(const Witness& witness, const ProverOptions& options, const std::atomic<bool>& stop,
                                    const Progress& progress, const Observer& observer) {
  try {
    Session s(witness, options, stop, progress, observer);
    s.fill_tables();
    for (unsigned c = 0; c < kComponents; ++c) s.channel.mix_u64(s.sizes[c]);
    s.commit(0);
    s.commit(1);
    s.draw_relations();
    s.commit(2);
    s.proof.claimed_sums[kMain] = s.interaction->claimed();
    for (unsigned c = 0; c < kComponents; ++c) s.observe("claimed" + std::to_string(c), s.proof.claimed_sums[c]);
    s.compose();
    s.commit_composition();
    s.sample();
    s.quotients();
    s.run_fri();
    s.grind();
    s.answer_queries();
    Proved out;
    out.bytes = serialise(s.proof);
    out.sizes = s.sizes;
    out.rows = witness.trace.steps.size();
    out.planned = s.arena.limit();
    out.peak = s.arena.peak();
    return out;
  } catch (const Cancelled&) {
    return Failure{Failure::Code::kCancelled, "cancelled", {}};
  } catch (const MemoryExceeded&) {
    return Failure{Failure::Code::kMemory, "the proof would have needed more memory than announced: a defect of the prover", {}};
  } catch (const std::bad_alloc&) {
    return Failure{Failure::Code::kMemory, "the system has not enough memory for this proof", {}};
  }
}

}  // namespace pitboss::nexus::stark
