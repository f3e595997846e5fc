// The ELF file of our guest (fib.S), embedded.
#pragma once

#include <cstdint>
#include <span>

namespace pitboss::nexus {

std::span<const uint8_t> fib_elf();

}  // namespace pitboss::nexus
