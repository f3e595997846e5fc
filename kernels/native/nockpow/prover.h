// The prover: from (version, commitment, nonce, length) to the complete proof, deterministic.
//
// Rules: specs/nockpow.md section 7. Memory at length 64: under 48 MB resident whatever the number of threads, measured
// 37.5 MiB with one (12.8 MB for one batch of extended columns, 21 MB for four Merkle trees, 8.7 MB for the composition
// values, not all at once; the rest is small). No
// exceptions leave these functions except std::bad_alloc.
#pragma once

#include <atomic>
#include <functional>

#include "kernels.h"
#include "proof.h"

namespace pitboss::nockpow {

// Stages in order; `done` counts parts of the stage's own total.
enum class Stage : uint8_t { trace, base, ext, extra, mega, composition, deep, fri, open };
static constexpr size_t kStages = 9;
const char* stage_text(Stage s);

struct ProveOptions {
  unsigned threads = 1;
  const Kernels* kernels = nullptr;  // default: the table of this machine
  std::function<void(Stage, u64 done, u64 total)> progress{};
};

enum class ProveStatus : uint8_t { done, cancelled, bad_version, bad_length, not_based };
const char* prove_status_text(ProveStatus s);

struct ProveResult {
  ProveStatus status = ProveStatus::done;
  Proof proof;
};

// The whole proof. Lengths: powers of two up to kMaxProverLength.
ProveResult prove(int version, const Digest& commitment, const Digest& nonce, size_t length, const ProveOptions& options,
                  const std::atomic<bool>& stop);
// Only the objects the lottery digest covers (object 0, or 0 to 6).
ProveResult prove_prefix(int version, const Digest& commitment, const Digest& nonce, size_t length,
                         const ProveOptions& options, const std::atomic<bool>& stop);

// Folding rounds of the low-degree test for a domain size.
size_t fri_rounds(u64 domain);

}  // namespace pitboss::nockpow
