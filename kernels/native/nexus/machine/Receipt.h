// Execution receipts: what our guest did, in a form that anybody who re-executes it can check.
//
// A receipt is no proof: it convinces only who runs the program again. It is the first stage of the local prover and never
// leaves a local environment. Deterministic: same inputs, same bytes. Making and checking one streams the trace into a digest
// (24 bytes per row), so both need a few kilobytes whatever the length of the run.
//
// Encoding, little-endian: "PBRC", u16 version = 1, 32 bytes program id (SHA-256 of the ELF file), u16 input length, input bytes
// (encoded, Input.h), u32 exit code, u64 steps of pass 2, 7 u32 layout, u16 output length, output bytes, 32 bytes trace digest.
// Trace digest: SHA-256 over per row u32 pc, u32 word, u32 result, u32 address, u32 value, u8 access size, u8 target register,
// u8 store, u8 0 (Machine.h, Row; registers before a step follow from the results, they start as zero).
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "Machine.h"
#include "Sha256.h"

namespace pitboss::nexus {

struct FibInput {
  uint32_t n;
  uint32_t a;
  uint32_t b;
};

struct Receipt {
  Digest program{};
  std::vector<uint8_t> input;
  uint32_t exit_code = 0;
  uint64_t steps = 0;
  Layout layout;
  std::vector<uint8_t> output;
  Digest trace{};
};

// Steps a receipt may have: n up to about 3.3 million.
inline constexpr uint64_t kReceiptSteps = 1u << 24;

enum class Verdict : uint8_t {
  kValid = 0,
  kTruncated,     // ends early, or bytes follow
  kMagic,
  kVersion,
  kProgram,       // another program than our guest
  kInput,         // another input than asked for
  kExitCode,
  kSteps,
  kLayout,
  kOutput,
  kTrace,
  kNotCanonical   // lengths or fields outside their range
};
std::string describe(Verdict verdict);

// Rows in the encoding of the digest, 24 bytes each.
std::vector<uint8_t> row_bytes(std::span<const Row> rows);

class TraceDigest {
 public:
  void add(std::span<const Row> rows) { hash_.update(row_bytes(rows)); }
  Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};

std::vector<uint8_t> encode(const Receipt& receipt);

// Executes our guest. `progress` gets (steps done in this pass, total or 0 while unknown).
using ReceiptProgress = std::function<void(uint64_t done, uint64_t total)>;
Result<Receipt> make_receipt(const FibInput& input, const std::atomic<bool>& stop, const ReceiptProgress& progress = {});

// Judges untrusted bytes for an input by re-execution; an Error only when the execution itself was impossible or cancelled.
Result<Verdict> verify_receipt(std::span<const uint8_t> bytes, const FibInput& input, const std::atomic<bool>& stop,
                               const ReceiptProgress& progress = {});

}  // namespace pitboss::nexus
