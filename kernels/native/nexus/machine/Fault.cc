// Names and sentences of the machine's faults.
#include "Fault.h"

#include <cinttypes>
#include <cstdio>

namespace pitboss::nexus {

namespace {

struct Words {
  const char* name;
  const char* sentence;  // %1 = where in hex, %2 = detail in decimal, %3 = detail in hex
};

Words words(Fault fault) {
  switch (fault) {
    case Fault::kCancelled: return {"cancelled", "the run was cancelled"};
    case Fault::kElfTruncated: return {"elf-truncated", "the ELF file ends before the data it refers to at file offset %1"};
    case Fault::kElfFormat: return {"elf-format", "not an ELF32 little-endian RISC-V executable (field at file offset %1)"};
    case Fault::kElfLimit: return {"elf-limit", "the ELF file holds more than the limit of %2"};
    case Fault::kElfUnaligned: return {"elf-unaligned", "segment address %1 is not a multiple of 4"};
    case Fault::kCodeEmpty: return {"code-empty", "the ELF file holds no instructions"};
    case Fault::kCodeGap: return {"code-gap", "the instructions are not contiguous at address %1"};
    case Fault::kCodeBase: return {"code-base", "code and entry point must be at 0x88, not %1"};
    case Fault::kImageOrder: return {"image-order", "code, read-only data and data must ascend without overlap (at %1)"};
    case Fault::kImageGap: return {"image-gap", "the data image ends at %1, beyond the place of the public input at %3"};
    case Fault::kInputLimit: return {"input-limit", "the input is longer than the limit of %2 bytes"};
    case Fault::kInstruction: return {"instruction", "instruction word %3 at %1 is not a provable RV32I instruction"};
    case Fault::kPcOutside: return {"pc-outside", "jump to %1, where there is no instruction"};
    case Fault::kMisaligned: return {"misaligned", "access of %2 bytes at %1 is not aligned"};
    case Fault::kAddressWrap: return {"address-wrap", "address arithmetic leaves the 32-bit space at pc %1"};
    case Fault::kReadOnly: return {"read-only", "store into read-only memory at %1"};
    case Fault::kOutsideMemory: return {"outside-memory", "access outside the memory of the guest at %1"};
    case Fault::kUntracked: return {"untracked", "access to %1, which the memory table of the proof cannot hold"};
    case Fault::kSyscall: return {"syscall", "unknown system call %3 at pc %1"};
    case Fault::kStepLimit: return {"step-limit", "the guest runs longer than the limit of %2 steps"};
    case Fault::kMemoryLimit: return {"memory-limit", "the guest touches more memory than the limit of %2 bytes"};
    case Fault::kOutputLimit: return {"output-limit", "the output or log of the guest is longer than the limit of %2 bytes"};
    case Fault::kOutputMissing: return {"output-missing", "the guest never wrote the exit code or output byte at %1"};
    case Fault::kLayoutOverflow: return {"layout-overflow", "the memory layout of the guest does not fit into 32 bits"};
  }
  return {"unknown", "unknown fault"};
}

}  // namespace

const char* name(Fault fault) { return words(fault).name; }

std::string describe(const Error& error) {
  std::string out;
  char number[24];
  for (const char* at = words(error.fault).sentence; *at != 0; ++at) {
    if (*at != '%') {
      out.push_back(*at);
      continue;
    }
    ++at;
    if (*at == '2') {
      std::snprintf(number, sizeof number, "%" PRIu64, error.detail);
    } else {
      std::snprintf(number, sizeof number, "0x%" PRIx64, *at == '1' ? error.where : error.detail);
    }
    out += number;
  }
  return out;
}

}  // namespace pitboss::nexus
