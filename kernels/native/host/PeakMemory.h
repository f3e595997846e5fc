// Highest resident set of this process since the last reset.
//
// Linux keeps the high-water mark in VmHWM and resets it through /proc/self/clear_refs; elsewhere (and in containers that
// forbid the reset) getrusage gives the mark since the start of the process, which is then an upper bound.
#pragma once

#include <cstdint>

namespace pitboss::host {

void reset_peak_memory();
uint64_t peak_memory_bytes();  // 0 when the system does not tell

}  // namespace pitboss::host
