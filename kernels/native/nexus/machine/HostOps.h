// Host ops 1..31: the Nexus machine and its execution receipts.
//
//   1 nexus.execute  u64 max steps, u8 1 = send the rows as partial results (24 bytes each, Receipt.h), blob elf,
//                    blob public input (encoded), blob private input
//                    -> u64 pass-1 steps, u64 steps, 7 u32 layout, u32 exit code, blob output, blob log, 32 bytes trace digest,
//                       u32 program words, u32 initial bytes, 32 bytes digest of the initial memory list
//   2 nexus.receipt  u32 n, u32 a, u32 b            -> receipt bytes (Receipt.h) of our own guest
//   3 nexus.verify   blob receipt, u32 n, u32 a, u32 b -> u8 verdict (Receipt.h), UTF-8 sentence
// blob = u32 length and bytes. Error code 32 + Fault for a guest that cannot be run.
#pragma once

#include "../../host/Job.h"

namespace pitboss::nexus {

void register_machine(host::Registry& registry);

}  // namespace pitboss::nexus
