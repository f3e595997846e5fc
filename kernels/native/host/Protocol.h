// The frames between the runtime (client) and pitboss-host.
//
// A frame is u32 LE length of what follows (5 .. kMaxFrame), u8 kind, u32 LE job id, payload. Both sides refuse longer frames:
// framing is lost after one, so the connection ends. All integers little-endian.
//
//   client -> host  RUN u8 op, params | CANCEL | PING
//   host -> client  HELLO   u16 protocol, u8 simd level, u16 number of ops, per op {u8 op, u8 length, name}   (job 0, first frame)
//                   PROGRESS u32 stage, u64 done, u64 total | PARTIAL bytes | PONG
//                   RESULT  u64 peak bytes, u64 microseconds, bytes
//                   ERROR   u64 peak bytes, u64 microseconds, u16 code, UTF-8 message | CANCELLED u64 peak bytes, u64 microseconds
// Every RUN is answered by exactly one of RESULT, ERROR, CANCELLED. A CANCEL for a job that has ended is ignored.
// Peak bytes: highest resident set of the host during the job.
#pragma once

#include <cstdint>

namespace pitboss::host {

inline constexpr uint16_t kProtocolVersion = 1;
inline constexpr uint32_t kMaxFrame = 16u << 20;

enum class Kind : uint8_t {
  kRun = 0x01,
  kCancel = 0x02,
  kPing = 0x03,
  kHello = 0x80,
  kProgress = 0x81,
  kPartial = 0x82,
  kResult = 0x83,
  kError = 0x84,
  kCancelled = 0x85,
  kPong = 0x86
};

}  // namespace pitboss::host
