// Handlers of the host ops: see host_ops.h.
#include "host_ops.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <thread>

#include "../common/Bytes.h"
#include "prover.h"
#include "search.h"
#include "verifier.h"

namespace pitboss::nockpow {
namespace {

using host::JobContext;
using host::Outcome;

constexpr uint32_t kMaxBatch = 65536;

Outcome bad_params() { return Outcome::error(host::kBadParams, "the parameters of the job cannot be read"); }
Outcome no_simd() { return Outcome::error(kNoSimd, "this machine does not have the instruction set asked for"); }
Outcome refused(const char* why) { return Outcome::error(kRefusedInput, why); }

// More threads than processors gain nothing.
unsigned threads_of(uint32_t asked) { return std::clamp<uint32_t>(asked, 1, std::max(1u, std::thread::hardware_concurrency())); }

Digest read_digest(ByteReader& in) {
  Digest d;
  for (u64& limb : d) limb = in.u64();
  return d;
}
void write(ByteWriter& out, const Digest& d) {
  for (const u64 limb : d) out.u64(limb);
}
// Processor time of this process, all threads.
u64 nanos_since(std::clock_t begin) { return static_cast<u64>(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC * 1e9); }

const Kernels* pick(uint8_t simd) {
  switch (simd) {
    case 0: return &kernels();
    case 1: return kernels_by_name("scalar");
    case 2: return kernels_by_name("avx2");
    case 3: return kernels_by_name("avx512");
    default: return nullptr;
  }
}

}  // namespace

Outcome op_digest(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  const Kernels* k = pick(in.u8());
  const int version = in.u8();
  const uint32_t length = in.u32();
  const Digest commitment = read_digest(in);
  const uint32_t n = in.u32();
  if (!in.ok() || n > kMaxBatch || in.left() != 40 * static_cast<size_t>(n)) return bad_params();
  if (k == nullptr) return no_simd();
  std::vector<Digest> nonces(n), out(n);
  for (Digest& d : nonces) d = read_digest(in);
  if (version == 5) {
    // In pieces, for progress and cancel.
    for (size_t at = 0; at < n; at += 256) {
      if (context.stopped()) return Outcome::cancelled();
      const size_t count = std::min<size_t>(256, n - at);
      if (!digests(commitment, length, std::span(nonces).subspan(at, count), std::span(out).subspan(at, count), *k)) {
        return refused("the length must be a power of two from 1 to 1024 and every limb below p");
      }
      context.progress(0, at + count, n);
    }
  } else {
    for (size_t i = 0; i < n; i++) {
      const ProveResult r = prove_prefix(version, commitment, nonces[i], length, {.kernels = k}, context.stop());
      if (r.status == ProveStatus::cancelled) return Outcome::cancelled();
      if (r.status != ProveStatus::done) return refused(prove_status_text(r.status));
      out[i] = pow_digest(version, r.proof.objects);
      context.progress(0, i + 1, n);
    }
  }
  ByteWriter writer;
  for (const Digest& d : out) write(writer, d);
  return Outcome::result(writer.take());
}

Outcome op_search(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  const Kernels* k = pick(in.u8());
  SearchJob job;
  job.length = in.u32();
  job.fixed_limbs = in.u8();
  job.threads = threads_of(in.u32());
  job.count = in.u64();
  job.commitment = read_digest(in);
  job.start = read_digest(in);
  job.target = read_digest(in);
  if (!in.done()) return bad_params();
  if (k == nullptr) return no_simd();
  const SearchResult r = search(job, *k, [&](u64 tried) { context.progress(0, tried, job.count); }, context.stop());
  if (r.status == SearchStatus::cancelled) return Outcome::cancelled();
  if (r.status != SearchStatus::found && r.status != SearchStatus::exhausted) return refused(search_status_text(r.status));
  ByteWriter out;
  out.u8(r.status == SearchStatus::found ? 1 : 0).u64(r.tried).u64(r.offset);
  write(out, r.nonce);
  write(out, r.digest);
  return Outcome::result(out.take());
}

Outcome op_prove(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  const Kernels* k = pick(in.u8());
  const int version = in.u8();
  const uint32_t length = in.u32();
  const unsigned threads = threads_of(in.u32());
  const Digest commitment = read_digest(in), nonce = read_digest(in);
  if (!in.done()) return bad_params();
  if (k == nullptr) return no_simd();
  const ProveOptions options{.threads = threads, .kernels = k, .progress = [&](Stage s, u64 done, u64 total) {
                               context.progress(static_cast<uint32_t>(s), done, total);
                             }};
  const std::clock_t begin = std::clock();
  const ProveResult r = prove(version, commitment, nonce, length, options, context.stop());
  if (r.status == ProveStatus::cancelled) return Outcome::cancelled();
  if (r.status != ProveStatus::done) return refused(prove_status_text(r.status));
  ByteWriter out;
  write(out, pow_digest(version, r.proof.objects));
  out.u64(nanos_since(begin));
  out.blob(encode_proof(r.proof));
  return Outcome::result(out.take());
}

Outcome op_verify(std::span<const uint8_t> params, JobContext&) {
  ByteReader in(params);
  const Kernels* k = pick(in.u8());
  const auto bytes = in.blob();
  if (!in.done()) return bad_params();
  if (k == nullptr) return no_simd();
  const DecodeResult decoded = decode_proof(bytes, true);
  Verdict verdict{decoded.refusal, 0};
  const bool whole = decoded.refusal == Refusal::none;
  if (whole) verdict = verify(decoded.proof, k);
  const auto& objects = decoded.proof.objects;
  // What the proof says of itself is only told when the digest can be formed.
  const bool described = whole && objects.size() >= pow_objects(decoded.proof.version) && objects[0].tag == ProofObject::Tag::puzzle;
  ByteWriter out;
  out.u8(static_cast<uint8_t>(verdict.refusal)).u32(static_cast<uint32_t>(verdict.object));
  out.u16(static_cast<uint16_t>(decoded.detail.size())).text(decoded.detail).u8(described ? 1 : 0);
  if (described) {
    out.u8(static_cast<uint8_t>(decoded.proof.version)).u64(objects[0].number);
    write(out, objects[0].digest);
    write(out, objects[0].nonce);
    write(out, pow_digest(decoded.proof.version, objects));
    out.u32(static_cast<uint32_t>(objects.size()));
    const auto block = block_proof_digest(decoded.proof);
    out.u8(block ? 1 : 0);
    write(out, block.value_or(Digest{}));
  }
  return Outcome::result(out.take());
}

Outcome op_speed(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  const Kernels* k = pick(in.u8());
  const uint8_t what = in.u8();
  const uint32_t millis = in.u32();
  if (!in.done() || what > 1) return bad_params();
  if (k == nullptr) return no_simd();
  alignas(64) u64 state[128] = {};
  Digest nonce{};
  u64 count = 0;
  const std::clock_t begin = std::clock();
  std::vector<Digest> nonces(64), out(64);
  while (nanos_since(begin) < u64{1000000} * millis && !context.stopped()) {
    if (what == 0) {
      for (int i = 0; i < 250; i++) k->permute8(state);
      count += 2000;
    } else {
      for (Digest& n : nonces) {
        nonce[0]++;
        n = nonce;
      }
      if (!digests({1, 2, 3, 4, 5}, 64, nonces, out, *k)) return bad_params();
      count += nonces.size();
    }
  }
  if (context.stopped()) return Outcome::cancelled();
  ByteWriter writer;
  writer.u64(count).u64(nanos_since(begin)).text(k->name);
  return Outcome::result(writer.take());
}

void register_nockpow(host::Registry& registry) {
  registry.add(64, "nockpow.digest", op_digest);
  registry.add(65, "nockpow.search", op_search);
  registry.add(66, "nockpow.prove", op_prove);
  registry.add(67, "nockpow.verify", op_verify);
  registry.add(68, "nockpow.speed", op_speed);
}

}  // namespace pitboss::nockpow
