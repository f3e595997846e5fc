// Why a guest could not be loaded, run or described: one code, two numbers, one sentence.
//
// Every function of the machine returns Result<T>; nothing throws on behalf of a guest. `where` is a guest address or a file
// offset and `detail` the number the sentence needs (a limit, a code, an instruction word), as describe() spells out.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace pitboss::nexus {

enum class Fault : uint8_t {
  kCancelled = 1,       // the stop flag was set
  kElfTruncated,        // a header, table or word lies outside the file (where = offset)
  kElfFormat,           // not an ELF32 little-endian RISC-V ET_EXEC file (where = offset of the field)
  kElfLimit,            // more headers, words or image bytes than the limits allow (detail = the limit)
  kElfUnaligned,        // a segment address that is not a multiple of 4
  kCodeEmpty,           // no instruction words
  kCodeGap,             // instruction words that do not follow each other (where = address)
  kCodeBase,            // code does not start at 0x88, or the entry is not its first word
  kImageOrder,          // code, read-only data and data do not ascend without overlap
  kImageGap,            // data reaches beyond the place the layout gives to the public input
  kInputLimit,          // public or private input longer than the limit
  kInstruction,         // unknown or unprovable instruction executed (where = pc, detail = word)
  kPcOutside,           // jump to an address without code, or a misaligned one
  kMisaligned,          // access not aligned to its size
  kAddressWrap,         // base + offset leaves the 32-bit address space
  kReadOnly,            // store into read-only memory
  kOutsideMemory,       // access outside the memory this pass has
  kUntracked,           // access to a byte that the proof's memory table cannot hold (for example code read as data)
  kSyscall,             // unknown system call (detail = code)
  kStepLimit,           // more instructions than the limit
  kMemoryLimit,         // more touched memory than the limit
  kOutputLimit,         // output span or log longer than the limit
  kOutputMissing,       // exit code or output bytes that were never written (where = first missing byte)
  kLayoutOverflow       // the memory layout does not fit into 32 bits
};

struct Error {
  Fault fault;
  uint64_t where = 0;
  uint64_t detail = 0;
};

const char* name(Fault fault);           // stable kebab-case name, for programs
std::string describe(const Error& error);  // one sentence, for an operator

template <class T>
class Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT: implicit on purpose
  Result(Error error) : state_(error) {}                   // NOLINT
  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace pitboss::nexus
