// Nonce search: see search.h.
#include "search.h"

#include <algorithm>
#include <mutex>

#include "commit.h"
#include "team.h"

namespace pitboss::nockpow {
namespace {

bool based(const Digest& d) {
  return std::all_of(d.begin(), d.end(), [](u64 x) { return x < kP; });
}
bool good_length(u64 n) { return n != 0 && n <= kMaxSearchLength && (n & (n - 1)) == 0; }

V5Constants constants(const Digest& commitment, u64 length) {
  V5Constants c{};
  const auto put = [](uint64_t* to, const Digest& d) {
    for (size_t i = 0; i < 5; i++) to[i] = to_mont(d[i]);
  };
  put(c.commitment, commitment);
  put(c.length_leaf, hash_leaf(length));
  put(c.puzzle_leaf, hash_text("puzzle"));
  put(c.tag_leaf, hash_text("zkpow-v5"));
  c.count = to_mont(length + 1);
  c.length = static_cast<uint32_t>(length);
  return c;
}

// Eight consecutive nonces as the kernel takes them.
void lanes_from(const Digest& start, u64 offset, u64* nonce) {
  Digest d = nonce_at(start, offset);
  for (size_t lane = 0; lane < 8; lane++) {
    for (size_t i = 0; i < 5; i++) nonce[8 * i + lane] = d[i];
    for (size_t i = 0; i < 5; i++) {
      if (++d[i] < kP) break;
      d[i] = 0;
    }
  }
}
Digest lane_digest(const u64* out, size_t lane) {
  Digest d;
  for (size_t i = 0; i < 5; i++) d[i] = out[8 * i + lane];
  return d;
}

}  // namespace

const char* search_status_text(SearchStatus s) {
  switch (s) {
    case SearchStatus::found: return "found";
    case SearchStatus::exhausted: return "no nonce of the range meets the target";
    case SearchStatus::cancelled: return "cancelled";
    case SearchStatus::bad_length: return "the length must be a power of two from 1 to 1024";
    case SearchStatus::not_based: return "a limb of the commitment, the nonce or the target is p or more";
    case SearchStatus::bad_prefix: return "fixed limbs must be 0 to 4";
    case SearchStatus::prefix_overflow: return "the range runs into the fixed limbs of the nonce";
    case SearchStatus::bad_count: return "the count must be at most 2^62";
  }
  return "unknown";
}

SearchResult search(const SearchJob& job, const Kernels& k, const std::function<void(u64 tried)>& progress,
                    const std::atomic<bool>& stop) {
  SearchResult result;
  const auto refuse = [&](SearchStatus s) {
    result.status = s;
    return result;
  };
  if (!good_length(job.length)) return refuse(SearchStatus::bad_length);
  if (!based(job.commitment) || !based(job.start) || !based(job.target)) return refuse(SearchStatus::not_based);
  if (job.fixed_limbs > 4) return refuse(SearchStatus::bad_prefix);
  if (job.count > 1ULL << 62) return refuse(SearchStatus::bad_count);
  if (job.count > 0) {
    // With 0 fixed limbs the counter may wrap at p^5; otherwise the last nonce must share the fixed limbs.
    const Digest last = nonce_at(job.start, job.count - 1);
    for (size_t i = 5 - job.fixed_limbs; i < 5; i++) {
      if (last[i] != job.start[i]) return refuse(SearchStatus::prefix_overflow);
    }
  }
  const V5Constants c = constants(job.commitment, job.length);
  constexpr u64 kBlock = 256;
  const u64 blocks = (job.count + kBlock - 1) / kBlock;
  std::atomic<u64> best{~0ULL}, tried{0}, next_report{1024};
  std::mutex found;
  Team team(std::max(1u, job.threads), stop);
  team.run(blocks, 1, [&](size_t begin, size_t, unsigned) {
    const u64 first = begin * kBlock, end = std::min(first + kBlock, job.count);
    if (first > best.load(std::memory_order_relaxed)) {
      team.skip_rest();  // pieces come in ascending order: everything below the hit is taken
      return;
    }
    Buffer scratch(8 * (job.length + 10));
    alignas(64) u64 nonce[40], out[40];
    for (u64 at = first; at < end; at += 8) {
      if (team.stopped()) return;
      lanes_from(job.start, at, nonce);
      k.v5_digest(c, nonce, out, scratch.data());
      const u64 lanes = std::min<u64>(8, end - at);
      tried.fetch_add(lanes, std::memory_order_relaxed);
      for (size_t lane = 0; lane < lanes; lane++) {
        if (out[32 + lane] > job.target[4]) continue;
        const Digest d = lane_digest(out, lane);
        if (!meets(d, job.target)) continue;
        const std::lock_guard lock(found);
        if (at + lane < best.load(std::memory_order_relaxed)) {
          best = at + lane;
          result.offset = at + lane;
          result.nonce = nonce_at(job.start, at + lane);
          result.digest = d;
        }
        return;  // later offsets of this block cannot be lower
      }
    }
    if (progress) {
      const u64 n = tried.load(std::memory_order_relaxed);
      u64 due = next_report.load(std::memory_order_relaxed);
      if (n >= due && next_report.compare_exchange_strong(due, n + 1024)) progress(n);
    }
  });
  result.tried = tried;
  // A stopped search may have skipped offsets below its hit, so it has no answer.
  result.status = team.stopped() ? SearchStatus::cancelled : best.load() != ~0ULL ? SearchStatus::found : SearchStatus::exhausted;
  return result;
}

bool digests(const Digest& commitment, u64 length, std::span<const Digest> nonces, std::span<Digest> out, const Kernels& k) {
  if (!good_length(length) || !based(commitment) || nonces.size() != out.size()) return false;
  if (!std::all_of(nonces.begin(), nonces.end(), based)) return false;
  const V5Constants c = constants(commitment, length);
  Buffer scratch(8 * (length + 10));
  alignas(64) u64 nonce[40], result[40];
  for (size_t at = 0; at < nonces.size(); at += 8) {
    const size_t lanes = std::min<size_t>(8, nonces.size() - at);
    for (size_t lane = 0; lane < 8; lane++) {
      const Digest& n = nonces[at + std::min(lane, lanes - 1)];
      for (size_t i = 0; i < 5; i++) nonce[8 * i + lane] = n[i];
    }
    k.v5_digest(c, nonce, result, scratch.data());
    for (size_t lane = 0; lane < lanes; lane++) out[at + lane] = lane_digest(result, lane);
  }
  return true;
}

}  // namespace pitboss::nockpow
