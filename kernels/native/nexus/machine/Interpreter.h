// One step of the guest, shared by both passes; internal to the machine.
//
// `Bus` says what memory and system calls do in the pass:
//   std::optional<Error> load(pc, address, size, uint32_t& value)    std::optional<Error> store(pc, address, size, value)
//   std::optional<Error> read_input(address, value)                  std::optional<Error> write_output(address, value)
//   std::optional<Error> syscall(State&, Row&)                       (may set row.result/row.target and state.halted)
// The address of a failing access is the address itself; faults of control flow carry the pc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "Fault.h"
#include "Instruction.h"
#include "Machine.h"

namespace pitboss::nexus {

struct State {
  uint32_t pc = kCodeBase;
  std::array<uint32_t, 32> x{};
  bool halted = false;
};

using MaybeError = std::optional<Error>;

inline uint32_t extend(Op op, uint32_t value) {
  if (op == Op::kLb) return static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(value)));
  if (op == Op::kLh) return static_cast<uint32_t>(static_cast<int32_t>(static_cast<int16_t>(value)));
  return value;
}

inline unsigned access_size(Op op) {
  switch (op) {
    case Op::kLb: case Op::kLbu: case Op::kSb: return 1;
    case Op::kLh: case Op::kLhu: case Op::kSh: return 2;
    default: return 4;
  }
}

inline uint32_t shift_right_arithmetic(uint32_t value, uint32_t count) {
  return static_cast<uint32_t>(static_cast<int64_t>(static_cast<int32_t>(value)) >> count);
}

// base + offset without wrapping; offset is sign-extended, except for rin and wou where it is below 4096.
inline bool effective_address(uint32_t base, uint32_t offset, unsigned size, Row& row) {
  const int64_t address = static_cast<int64_t>(base) + static_cast<int32_t>(offset);
  if (address < 0 || address > static_cast<int64_t>(UINT32_MAX)) return false;
  row.address = static_cast<uint32_t>(address);
  row.size = static_cast<uint8_t>(size);
  return true;
}

// Executes the instruction at state.pc (which the caller has found: `code` at row.pc) and fills the row, registers excepted.
template <class Bus>
MaybeError step(const Instruction& in, State& state, Row& row, Bus& bus) {
  auto& x = state.x;
  const uint32_t pc = state.pc;
  const uint32_t b = x[in.b];
  const uint32_t c = in.format == Format::kR ? x[in.c] : in.c;
  const auto taken = [&](bool condition) { row.next_pc = pc + (condition ? in.c : 4); };
  const auto value = [&](uint32_t v) {
    row.result = v;
    row.target = in.a;
  };
  row.next_pc = pc + 4;
  switch (in.op) {
    case Op::kAdd: value(b + c); break;
    case Op::kSub: value(b - c); break;
    case Op::kSll: value(b << (c & 31)); break;
    case Op::kSlt: value(static_cast<int32_t>(b) < static_cast<int32_t>(c) ? 1 : 0); break;
    case Op::kSltu: value(b < c ? 1 : 0); break;
    case Op::kXor: value(b ^ c); break;
    case Op::kSrl: value(b >> (c & 31)); break;
    case Op::kSra: value(shift_right_arithmetic(b, c & 31)); break;
    case Op::kOr: value(b | c); break;
    case Op::kAnd: value(b & c); break;
    case Op::kLui: value(in.c << 12); break;
    case Op::kAuipc: value(pc + (in.c << 12)); break;
    case Op::kJal:
      value(pc + 4);
      row.next_pc = pc + in.c;
      break;
    case Op::kJalr:
      value(pc + 4);
      row.next_pc = b + in.c;  // bit 0 is not cleared: an odd target has no instruction
      break;
    case Op::kBeq: taken(x[in.a] == b); break;
    case Op::kBne: taken(x[in.a] != b); break;
    case Op::kBlt: taken(static_cast<int32_t>(x[in.a]) < static_cast<int32_t>(b)); break;
    case Op::kBge: taken(static_cast<int32_t>(x[in.a]) >= static_cast<int32_t>(b)); break;
    case Op::kBltu: taken(x[in.a] < b); break;
    case Op::kBgeu: taken(x[in.a] >= b); break;
    case Op::kLb: case Op::kLh: case Op::kLw: case Op::kLbu: case Op::kLhu: case Op::kRin: {
      const unsigned size = access_size(in.op);
      if (!effective_address(b, in.c, size, row)) return Error{Fault::kAddressWrap, pc};
      if (row.address % size != 0) return Error{Fault::kMisaligned, row.address, size};
      const auto bad = in.op == Op::kRin ? bus.read_input(row.address, row.value) : bus.load(row.address, size, row.value);
      if (bad) return bad;
      value(extend(in.op, row.value));
      break;
    }
    case Op::kSb: case Op::kSh: case Op::kSw: case Op::kWou: {
      const unsigned size = access_size(in.op);
      if (!effective_address(x[in.a], in.c, size, row)) return Error{Fault::kAddressWrap, pc};
      if (row.address % size != 0) return Error{Fault::kMisaligned, row.address, size};
      row.store = true;
      row.value = size == 4 ? b : b & ((1u << (8 * size)) - 1);
      const auto bad = in.op == Op::kWou ? bus.write_output(row.address, row.value) : bus.store(row.address, size, row.value);
      if (bad) return bad;
      break;
    }
    case Op::kEcall:
      if (const auto bad = bus.syscall(state, row)) return bad;
      if (state.halted) row.next_pc = pc;
      break;
    case Op::kInvalid: return Error{Fault::kInstruction, pc, row.word};
  }
  if (row.target != 0) x[row.target] = row.result;
  state.pc = row.next_pc;
  return std::nullopt;
}

// Index of the instruction at pc, or -1.
inline int64_t code_index(uint32_t pc, size_t count) {
  const uint32_t offset = pc - kCodeBase;
  if (pc < kCodeBase || offset % 4 != 0 || offset / 4 >= count) return -1;
  return offset / 4;
}

}  // namespace pitboss::nexus
