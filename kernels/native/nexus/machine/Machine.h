// The RV32I machine of Nexus zkVM 0.3.4: pass 1 finds the memory layout, pass 2 gives the trace.
//
// Facts: specs/nexus-prover.md sections 2 and 3. Use: load_elf -> plan (pass 1) -> run (pass 2, streams rows to a sink; a
// sink may throw nothing). Both passes are deterministic, look at the stop flag every 4096 steps, and are bounded: at most
// `max_steps` steps and `max_memory` bytes of touched guest pages; rows are handed out in batches of at most 64 from one
// buffer, so a run needs no room for its trace. collect() keeps a compact trace (20 bytes per row) for the prover.
// What the proof could not state is refused here with a typed fault: code not at 0x88, code read as data, output holes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "Elf.h"
#include "Fault.h"
#include "Instruction.h"

namespace pitboss::nexus {

inline constexpr uint32_t kCodeBase = 0x88;
inline constexpr uint32_t kLocationWords = 0x80;  // [public_input, exit_code], 8 bytes
inline constexpr uint32_t kStackStart = 0x80400000;

struct Limits {
  uint64_t max_steps = 1u << 26;
  uint64_t max_memory = 64u << 20;  // touched guest pages of one pass, in bytes
  uint32_t max_input = 1u << 16;    // public and private input, each
  uint32_t max_output = 1u << 16;   // output span and log, each
};

// The seven words of the memory layout, in the order in which the proof serialises them.
struct Layout {
  uint32_t public_input = 0;
  uint32_t exit_code = 0;
  uint32_t public_output = 0;
  uint32_t heap = 0;
  uint32_t stack_bottom = 0;
  uint32_t stack_top = 0;
  uint32_t end = 0;
  bool operator==(const Layout&) const = default;
};

struct MemoryByte {
  uint32_t address;
  uint8_t value;
  bool operator==(const MemoryByte&) const = default;
};

// What pass 1 found; everything the preprocessed columns need except exit code and output.
struct Plan {
  Layout layout;
  std::vector<uint32_t> program;            // pass-2 words; word i lies at 0x88 + 4i
  std::vector<Instruction> code;            // program decoded, one per word
  std::vector<MemoryByte> initial_memory;   // 0x80..0x87, ROM, RAM, input length word and input; ascending
  std::vector<uint8_t> private_input;
  std::vector<uint8_t> log;                 // what the guest wrote to descriptor 1
  uint64_t steps = 0;                       // of pass 1, the exit included
  uint32_t rom_base = 0, rom_end = 0, ram_base = 0, ram_end = 0;
  uint32_t input_length = 0;                // padded to a word
};

// One step of pass 2. Timestamp of row r is clk = r + 1.
struct Row {
  uint32_t pc = 0;
  uint32_t word = 0;
  uint32_t next_pc = 0;       // pc itself on the exit row
  uint32_t result = 0;        // value for register A (before the x0 rule); loads: the extended value; 0 without a result
  uint32_t address = 0;       // memory access: byte address; 0 without one
  uint32_t value = 0;         // memory access: the low `size` bytes now in memory
  uint8_t size = 0;           // memory access: 1, 2 or 4; 0 = none
  uint8_t target = 0;         // register A: rd, for ECALL 0x400 and 0x403 10, for 0x402 2; 0 = none or x0
  bool store = false;
  std::array<uint32_t, 32> registers{};  // BEFORE the step
};

// Called with consecutive rows; the span is only valid during the call.
using RowSink = std::function<void(std::span<const Row>)>;
// Called now and then with the number of steps done.
using StepProgress = std::function<void(uint64_t steps)>;

struct Execution {
  uint64_t steps = 0;                       // rows of the trace
  uint32_t exit_code = 0;                   // the word at layout.exit_code
  std::vector<MemoryByte> exit_memory;      // 4 bytes
  std::vector<MemoryByte> output_memory;    // public_output .. heap-1
  std::array<uint32_t, 32> registers{};     // after the last row
};

// Pass 1. `public_input` is the encoded input (specs/nexus-prover.md 2.2); it is padded with zeros to a word.
Result<Plan> plan(const Image& image, std::span<const uint8_t> public_input, std::span<const uint8_t> private_input,
                  const Limits& limits, const std::atomic<bool>& stop, const StepProgress& progress = {});

// Pass 2 over a plan.
Result<Execution> run(const Plan& plan, const Limits& limits, const std::atomic<bool>& stop, const RowSink& sink = {},
                      const StepProgress& progress = {});

// A whole trace in compact form: registers are replayed, not stored.
struct Trace {
  struct Step {
    uint32_t pc;
    uint32_t result;
    uint32_t address;
    uint32_t value;
    uint8_t size;
    uint8_t target;
    bool store;
  };
  std::vector<Step> steps;
  Execution execution;
};

// Pass 2 into a container; 20 bytes per row (2^17 rows: 2.6 MB).
Result<Trace> collect(const Plan& plan, const Limits& limits, const std::atomic<bool>& stop,
                      const StepProgress& progress = {});

// The rows of a trace again, with full registers, in order.
void replay(const Plan& plan, const Trace& trace, const RowSink& sink);

}  // namespace pitboss::nexus
