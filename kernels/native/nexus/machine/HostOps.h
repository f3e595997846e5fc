// Host ops 1..31: the Nexus machine.
//
//   1 nexus.execute  u64 max steps, u8 1 = send the rows as partial results (Rows.h), blob elf, blob public input (encoded:
//                    specs/nexus-prover.md 2.2), blob private input
//                    -> u64 pass-1 steps, u64 steps, 7 u32 layout, u32 exit code, blob output, blob log,
//                       32 bytes SHA-256 of all rows, u32 program words, u32 initial bytes
// blob = u32 length and bytes. Error code 32 + Fault for a guest that cannot be run.
#pragma once

#include "../../host/Job.h"

namespace pitboss::nexus {

void register_machine(host::Registry& registry);

}  // namespace pitboss::nexus
