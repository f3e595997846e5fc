// Host ops 32..63: proofs of the Nexus zkVM.
//
// blob = u32 length and bytes; guest = u64 most steps (0: 2^20), blob elf, blob public input (encoded; padded to a word),
// blob private input; facts = u64 rows, 9 u8 log sizes, 7 u32 layout, u32 exit code, blob output, u64 process bytes lean,
// u64 process bytes fast. All integers little-endian.
//
//   32 nexus.prove         u8 mode (0 auto, 1 lean, 2 fast), u8 threads (0: 1), u64 memory budget in bytes (0: none), guest
//                          -> facts, u8 mode (1, 2), u64 announced process bytes, u64 announced and u64 used buffer bytes,
//                             u64 microseconds, u64 microseconds of processor time of all threads and u64 of the first one,
//                             32 bytes Keccak-256, blob proof
//                          partial, before anything large is allocated: facts, u8 mode, u64 announced process bytes
//                          progress s (Prover.h Stage): parts done, of its total. Auto takes fast when the budget allows it.
//   33 nexus.check         u8 most log rows (0: 18), u32 exit code, blob elf, blob public input, blob output, blob proof
//                          -> u8 verdict (Verifier.h), u8 index, 32 bytes Keccak-256 of the proof, UTF-8 sentence
//   34 nexus.measure       u8 threads, guest -> facts: what proving this guest would take
//   35 nexus.own-guest     nothing -> the ELF file of our own guest (guest/fib.S)
// Error codes: 32 + Fault for a guest that cannot be loaded, run or proven; 128 too long to be proven; 129 the memory budget
// does not suffice, or the system ran out of memory. Details read "kind: sentence".
#pragma once

#include "../../host/Job.h"

namespace pitboss::nexus::stark {

enum OpError : uint16_t { kGuestFault = 32, kTooLarge = 128, kMemory = 129 };

void register_stark(host::Registry& registry);

}  // namespace pitboss::nexus::stark
