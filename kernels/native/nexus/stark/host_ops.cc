// Handlers of the proof ops.
#include "host_ops.h"

#include <chrono>
#include <ctime>
#include <memory>

#include "../../common/Bytes.h"
#include "../guest/FibElf.h"
#include "Keccak.h"
#include "Prover.h"
#include "Verifier.h"

namespace pitboss::nexus::stark {

namespace {

using host::JobContext;
using host::Outcome;

Outcome failed(const Error& error) {
  if (error.fault == Fault::kCancelled) return Outcome::cancelled();
  return Outcome::error(static_cast<uint16_t>(kGuestFault + static_cast<uint16_t>(error.fault)),
                        std::string(nexus::name(error.fault)) + ": " + describe(error));
}

Outcome failed(const Failure& failure) {
  switch (failure.code) {
    case Failure::Code::kCancelled: return Outcome::cancelled();
    case Failure::Code::kTooLarge: return Outcome::error(kTooLarge, "too-large: " + failure.message);
    case Failure::Code::kMemory: return Outcome::error(kMemory, "memory: " + failure.message);
    case Failure::Code::kMachine: break;
  }
  return failed(failure.fault);
}

Outcome bad_params() { return Outcome::error(host::kBadParams, "the parameters of the job cannot be read"); }

// Microseconds on the wall, of processor time of the process and of the calling thread (0 where the system does not
// tell).
struct Clocks {
  uint64_t wall = 0, process = 0, thread = 0;
  static Clocks now() {
    const auto micros = [](auto clock) {
      return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(clock).count());
    };
    Clocks out;
    out.wall = micros(std::chrono::steady_clock::now().time_since_epoch());
#if defined(CLOCK_PROCESS_CPUTIME_ID) && defined(CLOCK_THREAD_CPUTIME_ID)
    const auto read = [&](clockid_t id) {
      timespec t{};
      clock_gettime(id, &t);
      return micros(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
    };
    out.process = read(CLOCK_PROCESS_CPUTIME_ID);
    out.thread = read(CLOCK_THREAD_CPUTIME_ID);
#endif
    return out;
  }
};

struct Guest {
  uint64_t max_steps = 0;
  std::span<const uint8_t> elf, public_input, private_input;
};
Guest read_guest(ByteReader& in) {
  Guest out;
  out.max_steps = in.u64();
  out.elf = in.blob();
  out.public_input = in.blob();
  out.private_input = in.blob();
  return out;
}

// The machine's part: both passes, and what they say about the proof.
struct Run {
  Plan plan;
  Witness witness;
};
std::variant<std::unique_ptr<Run>, Outcome> run_guest(const Guest& guest, JobContext& context) {
  const auto image = load_elf(guest.elf);
  if (!image) return failed(image.error());
  Limits limits;
  limits.max_steps = guest.max_steps == 0 ? uint64_t{1} << kMaxLogRows : guest.max_steps;
  auto found = plan(*image, guest.public_input, guest.private_input, limits, context.stop());
  if (!found) return failed(found.error());
  auto out = std::make_unique<Run>();
  out->plan = std::move(*found);
  auto seen = witness(out->plan, limits, context.stop());
  if (const auto* failure = std::get_if<Failure>(&seen)) return failed(*failure);
  out->witness = std::move(std::get<Witness>(seen));
  return out;
}

void write_facts(ByteWriter& out, const Run& run, unsigned threads) {
  const Layout& l = run.plan.layout;
  const Execution& e = run.witness.trace.execution;
  out.u64(run.witness.trace.steps.size());
  for (unsigned c = 0; c < kComponents; ++c) out.u8(static_cast<uint8_t>(run.witness.sizes[c]));
  for (const uint32_t word :
       {l.public_input, l.exit_code, l.public_output, l.heap, l.stack_bottom, l.stack_top, l.end}) {
    out.u32(word);
  }
  out.u32(e.exit_code).u32(static_cast<uint32_t>(e.output_memory.size()));
  for (const auto& byte : e.output_memory) out.u8(byte.value);
  for (const Mode mode : {Mode::kLean, Mode::kFast}) out.u64(process_memory(run.witness, {mode, threads}));
}

Outcome prove_op(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  const uint8_t wanted = in.u8();
  const unsigned threads = std::max<unsigned>(1, in.u8());
  const uint64_t budget = in.u64();
  const Guest guest = read_guest(in);
  if (!in.done() || wanted > 2 || threads > kMaxThreads) return bad_params();
  const Clocks begin = Clocks::now();
  auto ran = run_guest(guest, context);
  if (auto* outcome = std::get_if<Outcome>(&ran)) return std::move(*outcome);
  const Run& run = *std::get<std::unique_ptr<Run>>(ran);

  ProverOptions options{wanted == 1 ? Mode::kLean : Mode::kFast, threads};
  const auto over = [&] { return budget != 0 && process_memory(run.witness, options) > budget; };
  if (wanted == 0 && over()) options.mode = Mode::kLean;
  const uint64_t announced = process_memory(run.witness, options);
  if (over()) {
    return Outcome::error(kMemory, "memory: this proof needs " + std::to_string(announced >> 20) +
                                       " MiB and the budget is " + std::to_string(budget >> 20) + " MiB");
  }
  const auto mode = static_cast<uint8_t>(options.mode == Mode::kLean ? 1 : 2);
  ByteWriter partial;
  write_facts(partial, run, threads);
  context.emit(partial.u8(mode).u64(announced).view());

  const auto result = prove(run.witness, options, context.stop(), [&](Stage stage, uint64_t done, uint64_t total) {
    context.progress(static_cast<uint32_t>(stage), done, total);
  });
  if (const auto* failure = std::get_if<Failure>(&result)) return failed(*failure);
  const auto& proved = std::get<Proved>(result);
  const Clocks end = Clocks::now();
  ByteWriter out;
  write_facts(out, run, threads);
  out.u8(mode).u64(announced).u64(proved.planned).u64(proved.peak);
  out.u64(end.wall - begin.wall).u64(end.process - begin.process).u64(end.thread - begin.thread);
  out.bytes(keccak256(proved.bytes)).blob(proved.bytes);
  return Outcome::result(out.take());
}

Outcome check_op(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  VerifierLimits limits;
  const uint8_t most_log = in.u8();
  if (most_log != 0) limits.max_log_rows = std::min<unsigned>(most_log, kMaxLogRows);
  const uint32_t exit_code = in.u32();
  const auto elf = in.blob();
  const auto public_input = in.blob();
  const auto output = in.blob();
  const auto proof = in.blob();
  if (!in.done()) return bad_params();
  const auto image = load_elf(elf);
  if (!image) return failed(image.error());
  const auto result = verify(proof, {*image, public_input, exit_code, output}, limits, context.stop());
  if (result.verdict == Verdict::kCancelled) return Outcome::cancelled();
  ByteWriter out;
  out.u8(static_cast<uint8_t>(result.verdict)).u8(static_cast<uint8_t>(result.index));
  out.bytes(keccak256(proof)).text(result.message);
  return Outcome::result(out.take());
}

Outcome measure_op(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  const unsigned threads = std::max<unsigned>(1, in.u8());
  const Guest guest = read_guest(in);
  if (!in.done() || threads > kMaxThreads) return bad_params();
  auto ran = run_guest(guest, context);
  if (auto* outcome = std::get_if<Outcome>(&ran)) return std::move(*outcome);
  ByteWriter out;
  write_facts(out, *std::get<std::unique_ptr<Run>>(ran), threads);
  return Outcome::result(out.take());
}

Outcome own_guest_op(std::span<const uint8_t> params, JobContext&) {
  if (!params.empty()) return bad_params();
  const auto elf = fib_elf();
  return Outcome::result({elf.begin(), elf.end()});
}

}  // namespace

void register_stark(host::Registry& registry) {
  registry.add(32, "nexus.prove", prove_op);
  registry.add(33, "nexus.check", check_op);
  registry.add(34, "nexus.measure", measure_op);
  registry.add(35, "nexus.own-guest", own_guest_op);
}

}  // namespace pitboss::nexus::stark
