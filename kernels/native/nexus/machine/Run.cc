// Pass 2: one linear memory, the layout of pass 1, and a row per step (specs/nexus-prover.md 3.4).
#include <algorithm>

#include "Interpreter.h"
#include "Machine.h"
#include "PagedMemory.h"

namespace pitboss::nexus {

namespace {

constexpr uint64_t kCheckEvery = 4096;
constexpr size_t kBatch = 64;

// The linear memory and the system calls of pass 2. Refuses what the memory table of the proof (section 7.3) cannot hold.
class LinearBus {
 public:
  LinearBus(const Plan& plan, const Limits& limits)
      : plan_(plan), limits_(limits), memory_(limits.max_memory), written_(plan.layout.heap - plan.layout.exit_code) {}

  MaybeError fill() {
    for (const auto& byte : plan_.initial_memory) {
      if (!memory_.write(byte.address, 1, byte.value)) {
        return Error{Fault::kMemoryLimit, byte.address, limits_.max_memory};
      }
    }
    return std::nullopt;
  }

  MaybeError load(uint32_t address, unsigned size, uint32_t& value) {
    if (const auto bad = check(address, size)) return bad;
    value = memory_.read(address, size);
    return std::nullopt;
  }

  MaybeError store(uint32_t address, unsigned size, uint32_t value) {
    if (const auto bad = check(address, size)) return bad;
    const bool data = address >= plan_.ram_base && address < plan_.ram_end;
    if (address < plan_.layout.exit_code && !data) return Error{Fault::kReadOnly, address};
    if (!memory_.write(address, size, value)) return Error{Fault::kMemoryLimit, address, limits_.max_memory};
    return std::nullopt;
  }

  // rin and wou are lw and sw here.
  MaybeError read_input(uint32_t address, uint32_t&) const { return Error{Fault::kInstruction, address}; }
  MaybeError write_output(uint32_t address, uint32_t) const { return Error{Fault::kInstruction, address}; }

  MaybeError syscall(State& state, Row& row) {
    const auto set = [&](uint8_t target, uint32_t value) {
      row.target = target;
      row.result = value;
    };
    const auto& tape = plan_.private_input;
    switch (state.x[17]) {
      case 0x200: case 0x401: case 0x405: return std::nullopt;
      case 0x201: state.halted = true; return std::nullopt;
      case 0x400: return set(10, tape_at_ < tape.size() ? tape[tape_at_++] : 0xffffffff), std::nullopt;
      case 0x402: return set(2, plan_.layout.stack_top), std::nullopt;
      case 0x403: return set(10, plan_.layout.heap), std::nullopt;
      default: return Error{Fault::kSyscall, state.pc, state.x[17]};
    }
  }

  // The first byte of exit code and output that no load or store ever met, or 0.
  uint32_t first_untouched() const {
    const auto at = std::find(written_.begin(), written_.end(), false);
    return at == written_.end() ? 0 : plan_.layout.exit_code + static_cast<uint32_t>(at - written_.begin());
  }

  std::vector<MemoryByte> bytes(uint32_t from, uint32_t to) const {
    std::vector<MemoryByte> out;
    for (uint32_t a = from; a < to; ++a) out.push_back({a, memory_.get(a)});
    return out;
  }
  uint32_t word(uint32_t address) const { return memory_.read(address, 4); }

 private:
  // The i-th entry of the initial, exit and output lists must meet the i-th touched address: below the heap nothing else.
  MaybeError check(uint32_t address, unsigned size) {
    const auto& layout = plan_.layout;
    const uint64_t end = static_cast<uint64_t>(address) + size;
    if (end > layout.stack_top) return Error{Fault::kOutsideMemory, address};
    if (address >= layout.heap) return std::nullopt;
    if (address >= layout.exit_code) {
      std::fill_n(written_.begin() + (address - layout.exit_code), size, true);
      return std::nullopt;
    }
    const auto within = [&](uint32_t from, uint32_t to) { return address >= from && end <= to; };
    if (within(layout.public_input, layout.exit_code) || within(plan_.ram_base, plan_.ram_end) ||
        within(plan_.rom_base, plan_.rom_end) || within(kLocationWords, kCodeBase)) {
      return std::nullopt;
    }
    return Error{Fault::kUntracked, address};
  }

  const Plan& plan_;
  const Limits& limits_;
  PagedMemory memory_;
  std::vector<bool> written_;  // touched bytes of [exit_code, heap)
  size_t tape_at_ = 0;
};

}  // namespace

Result<Execution> run(const Plan& plan, const Limits& limits, const std::atomic<bool>& stop, const RowSink& sink,
                      const StepProgress& progress) {
  LinearBus bus(plan, limits);
  if (const auto bad = bus.fill()) return *bad;
  std::array<Row, kBatch> batch;
  size_t filled = 0;
  State state;
  uint64_t steps = 0;
  while (!state.halted) {
    if (steps % kCheckEvery == 0) {
      if (stop.load(std::memory_order_relaxed)) return Error{Fault::kCancelled};
      if (progress) progress(steps);
    }
    if (steps == limits.max_steps) return Error{Fault::kStepLimit, state.pc, limits.max_steps};
    const int64_t index = code_index(state.pc, plan.code.size());
    if (index < 0) return Error{Fault::kPcOutside, state.pc};
    Row& row = batch[filled];
    row = Row{};
    row.pc = state.pc;
    row.word = plan.program[static_cast<size_t>(index)];
    row.registers = state.x;
    if (const auto bad = step(plan.code[static_cast<size_t>(index)], state, row, bus)) return *bad;
    ++steps;
    if (++filled == kBatch || state.halted) {
      if (sink) sink({batch.data(), filled});
      filled = 0;
    }
  }
  if (const uint32_t missing = bus.first_untouched()) return Error{Fault::kOutputMissing, missing};
  Execution out;
  out.steps = steps;
  out.exit_code = bus.word(plan.layout.exit_code);
  out.exit_memory = bus.bytes(plan.layout.exit_code, plan.layout.public_output);
  out.output_memory = bus.bytes(plan.layout.public_output, plan.layout.heap);
  out.registers = state.x;
  return out;
}

Result<Trace> collect(const Plan& plan, const Limits& limits, const std::atomic<bool>& stop,
                      const StepProgress& progress) {
  Trace trace;
  const auto keep = [&](std::span<const Row> rows) {
    for (const Row& r : rows) trace.steps.push_back({r.pc, r.result, r.address, r.value, r.size, r.target, r.store});
  };
  auto execution = run(plan, limits, stop, keep, progress);
  if (!execution) return execution.error();
  trace.execution = std::move(*execution);
  return trace;
}

void replay(const Plan& plan, const Trace& trace, const RowSink& sink) {
  std::array<Row, kBatch> batch;
  std::array<uint32_t, 32> x{};
  size_t filled = 0;
  const size_t count = trace.steps.size();
  for (size_t i = 0; i < count; ++i) {
    const auto& s = trace.steps[i];
    batch[filled] = Row{s.pc, plan.program[(s.pc - kCodeBase) / 4], i + 1 < count ? trace.steps[i + 1].pc : s.pc,
                        s.result, s.address, s.value, s.size, s.target, s.store, x};
    if (s.target != 0) x[s.target] = s.result;
    if (++filled == kBatch || i + 1 == count) {
      sink({batch.data(), filled});
      filled = 0;
    }
  }
}

}  // namespace pitboss::nexus
