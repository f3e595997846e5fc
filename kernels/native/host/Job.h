// What a kernel job is to the host: a handler registered under a one-byte op.
//
// The host (pitboss-host) runs one job at a time on a worker thread while a reader thread keeps listening, so a cancel frame
// sets `stop` within microseconds of its arrival; a handler must look at it at least every few milliseconds of work and then
// return Outcome::cancelled(). A handler may start threads of its own (join them before returning) but never writes to stdout:
// progress() and emit() do, and may be called from any of its threads. Ops: 1..31 nexus machine, 32..63 nexus stark,
// 64..95 nockpow. Exceptions that escape a handler become error frames (bad_alloc: out_of_memory), they never end the host.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pitboss::host {

// First 32 error codes belong to the host; a realm's own codes start at 32 and mean what its op says.
enum ErrorCode : uint16_t {
  kUnknownOp = 1,    // no handler under this op
  kBusy = 2,         // a job is already running on this host
  kBadParams = 3,    // the params of the op could not be decoded
  kOutOfMemory = 4,  // an allocation failed (std::bad_alloc)
  kInternal = 5,     // an exception left the handler: a defect
  kOversized = 6     // a result would not fit into one frame
};

struct Outcome {
  enum class Kind : uint8_t { kResult, kError, kCancelled };
  Kind kind = Kind::kResult;
  std::vector<uint8_t> payload;  // kResult: the bytes of the result, as the op defines them
  uint16_t code = 0;             // kError: ErrorCode or a code of the realm (>= 32)
  std::string message;           // kError: what happened, for an operator; UTF-8

  static Outcome result(std::vector<uint8_t> bytes) {
    Outcome o;
    o.payload = std::move(bytes);
    return o;
  }
  static Outcome error(uint16_t code, std::string message) {
    Outcome o;
    o.kind = Kind::kError;
    o.code = code;
    o.message = std::move(message);
    return o;
  }
  static Outcome cancelled() {
    Outcome o;
    o.kind = Kind::kCancelled;
    return o;
  }
};

class JobContext {
 public:
  virtual ~JobContext() = default;
  // Set by a cancel frame or by the end of stdin; never cleared during the job.
  virtual const std::atomic<bool>& stop() const = 0;
  bool stopped() const { return stop().load(std::memory_order_relaxed); }
  // One progress frame; rate-limited by the host (at most one per stage and 20 ms, the last of a stage always), so call it freely.
  virtual void progress(uint32_t stage, uint64_t done, uint64_t total) = 0;
  // One partial-result frame, never dropped (for example a nonce found while the search goes on).
  virtual void emit(std::span<const uint8_t> bytes) = 0;
};

using Handler = Outcome (*)(std::span<const uint8_t> params, JobContext& context);

// Ops by number; add() before the host starts, read-only afterwards. The name goes into the hello frame.
class Registry {
 public:
  struct Entry {
    Handler handler = nullptr;
    std::string_view name;
  };
  void add(uint8_t op, std::string_view name, Handler handler) { entries_[op] = Entry{handler, name}; }
  const Entry& find(uint8_t op) const { return entries_[op]; }
  const Entry* begin() const { return entries_; }
  const Entry* end() const { return entries_ + 256; }

 private:
  Entry entries_[256];
};

}  // namespace pitboss::host
