// Host ops 64..95: Nockchain proof of work.
//
// digest = five u64 limbs, plain and canonical. simd: 0 what the machine has, 1 scalar, 2 avx2, 3 avx512 (an error when the
// machine lacks it). All integers little-endian; blob = u32 length and bytes.
//
//   64 nockpow.digest  u8 simd, u8 version, u32 length, digest commitment, u32 n, n digests nonces -> n digests
//                      progress 0: nonces done, of n (n <= 65536; versions 0 to 3 build seven proof objects for each)
//   65 nockpow.search  u8 simd, u32 length, u8 fixed limbs, u32 threads, u64 count, digest commitment, digest start,
//                      digest target -> u8 found, u64 tried, u64 offset, digest nonce, digest digest
//                      progress 0: nonces tried, of count
//   66 nockpow.prove   u8 simd, u8 version, u32 length, u32 threads, digest commitment, digest nonce
//                      -> digest proof-of-work digest, u64 nanoseconds of processor time, blob jam
//                      progress s (prover.h Stage): parts done, of its total
//   67 nockpow.verify  u8 simd, blob jam of a proof or of a page
//                      -> u8 refusal (proof.h, 0 = valid), u32 object, u16 length and UTF-8 detail, u8 decoded, and when
//                         decoded: u8 version, u64 puzzle length, digest commitment, digest nonce, digest proof-of-work digest,
//                         u32 objects, u8 known, digest proof digest of the block id (zeros when not known)
//   68 nockpow.speed   u8 simd, u8 what (0 permutations, 1 version-5 digests of length 64), u32 milliseconds
//                      -> u64 count, u64 nanoseconds of processor time, text name of the instruction set
// Error codes: 33 + what the parameters were refused for, below.
#pragma once

#include "../host/Job.h"

namespace pitboss::nockpow {

enum OpError : uint16_t { kNoSimd = 33, kRefusedInput = 34 };

host::Outcome op_digest(std::span<const uint8_t> params, host::JobContext& context);
host::Outcome op_search(std::span<const uint8_t> params, host::JobContext& context);
host::Outcome op_prove(std::span<const uint8_t> params, host::JobContext& context);
host::Outcome op_verify(std::span<const uint8_t> params, host::JobContext& context);
host::Outcome op_speed(std::span<const uint8_t> params, host::JobContext& context);

void register_nockpow(host::Registry& registry);

}  // namespace pitboss::nockpow
