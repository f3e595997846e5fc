// The verifier, all versions, with the hardened rules for 3 and 5; every refusal has a typed reason.
//
// Rules: specs/nockpow.md sections 7.6 and 8. Takes any decoded proof, however hostile: sizes are checked before they are
// used. Public limits: puzzle length a power of two up to 2^16, two table heights, powers of two from 2 to 2^26. Memory:
// under 4 MB beyond the proof at length 64. It checks the proof only; whether the digest meets a target and whether the
// commitment is the page's is for the caller.
#pragma once

#include <cstddef>

#include "kernels.h"
#include "proof.h"

namespace pitboss::nockpow {

static constexpr u64 kMaxVerifierLength = 1u << 16;
static constexpr u64 kMaxHeight = 1u << 26;

struct Verdict {
  Refusal refusal = Refusal::none;
  size_t object = 0;  // index of the object the refusal is about
};

Verdict verify(const Proof& proof, const Kernels* kernels = nullptr);

}  // namespace pitboss::nockpow
