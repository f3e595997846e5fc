// Version-5 nonce search and batch digests.
//
// Nonce at offset k = start + k in base p, limb 0 least significant. The high `fixed_limbs` limbs belong to a pool: a range
// that would carry into them is refused. Ranges are handed to threads in ascending blocks, so the answer is the lowest
// winning offset whatever the number of threads. A set stop flag ends the search within one block of eight nonces per
// thread (well below a millisecond). Memory: about 10 kB per thread at length 64.
#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <vector>

#include "kernels.h"
#include "number.h"

namespace pitboss::nockpow {

// Largest length of the batch kernels (the node's native search stops at 64).
static constexpr size_t kMaxSearchLength = 1024;

struct SearchJob {
  Digest commitment{};
  Digest start{};
  Digest target{};      // base-p limbs
  u64 count = 0;        // nonces to try, at most 2^62
  u64 length = 64;      // power of two
  unsigned fixed_limbs = 0;  // 0..4
  unsigned threads = 1;
};

enum class SearchStatus : uint8_t { found, exhausted, cancelled, bad_length, not_based, bad_prefix, prefix_overflow, bad_count };
const char* search_status_text(SearchStatus s);

struct SearchResult {
  SearchStatus status = SearchStatus::exhausted;
  u64 tried = 0;   // nonces hashed
  u64 offset = 0;  // found: lowest winning offset
  Digest nonce{};
  Digest digest{};
};

// progress: nonces hashed so far, called from worker threads about every 1,000 nonces.
SearchResult search(const SearchJob& job, const Kernels& k, const std::function<void(u64 tried)>& progress,
                    const std::atomic<bool>& stop);

// Version-5 digests of many nonces of one job. False when a length or limb is out of range (nothing is written then).
bool digests(const Digest& commitment, u64 length, std::span<const Digest> nonces, std::span<Digest> out, const Kernels& k);

}  // namespace pitboss::nockpow
