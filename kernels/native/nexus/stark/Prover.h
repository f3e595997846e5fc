// The prover: one run of a guest -> the proof bytes of nexus-zkvm 0.3.4 (specs/nexus-prover.md).
//
// Use: plan() (machine) -> witness() -> memory_needed() -> prove(). The proof is the same byte for byte in both modes,
// with any number of threads and any instruction set. Memory is announced by memory_needed() before anything large is
// allocated and enforced by an arena: lean recomputes the interaction columns wherever they are needed (about 2.8 kB
// per row of 2^L0), fast keeps half of their extension (about 6.2 kB per row). `stop` is looked at between columns, a
// few milliseconds apart.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "Proof.h"
#include "Tables.h"

namespace pitboss::nexus::stark {

// Longest trace that is accepted: 2^20 rows (about 2.9 GB lean).
inline constexpr unsigned kMaxLogRows = 20;
// Largest memory table: 2^22 touched bytes.
inline constexpr unsigned kMaxLogRam = 22;
inline constexpr unsigned kMaxThreads = 64;

enum class Mode : uint8_t { kLean = 0, kFast = 1 };

enum class Stage : uint8_t {
  kTrace, kPreprocessed, kMain, kInteraction, kComposition, kSamples, kQuotients, kFri, kQueries, kCount
};
const char* name(Stage stage);
using Progress = std::function<void(Stage stage, uint64_t done, uint64_t total)>;

struct ProverOptions {
  Mode mode = Mode::kLean;
  unsigned threads = 1;
};

struct Failure {
  enum class Code : uint8_t { kCancelled = 1, kMachine, kTooLarge, kMemory } code;
  std::string message;  // one sentence for an operator
  Error fault{};        // kMachine: what the machine said
};

struct Proved {
  std::vector<uint8_t> bytes;
  LogSizes sizes;
  uint64_t rows = 0;
  uint64_t planned = 0;  // bytes announced
  uint64_t peak = 0;     // bytes really used, of the arena
};

// Pass 2 of the machine and the list of touched addresses.
std::variant<Witness, Failure> witness(const Plan& plan, const Limits& limits, const std::atomic<bool>& stop);
Statement statement(const Witness& witness);

// Peak of all buffers of a proof in bytes.
uint64_t memory_needed(const LogSizes& sizes, Mode mode);
// Peak of the whole process while it proves this: buffers, the recorded run, code, stacks and small tables.
uint64_t process_memory(const Witness& witness, const ProverOptions& options);

// For development: told the name and bytes of every intermediate result that the test vectors record.
using Observer = std::function<void(const std::string& what, std::span<const uint32_t> words)>;

std::variant<Proved, Failure> prove(const Witness& witness, const ProverOptions& options, const std::atomic<bool>& stop,
                                    const Progress& progress = {}, const Observer& observer = {});

}  // namespace pitboss::nexus::stark
