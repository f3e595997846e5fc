// What each instruction writes into its row: results, carries, helpers, memory bytes.
#include "TraceFiller.h"

namespace pitboss::nexus::stark {

namespace {

unsigned flag_of_syscall(uint32_t code) {
  switch (code) {
    case 0x200: return col::IsSysDebug;
    case 0x201: return col::IsSysHalt;
    case 0x400: return col::IsSysPrivInput;
    case 0x401: return col::IsSysCycleCount;
    case 0x402: return col::IsSysStackReset;
    case 0x403: return col::IsSysHeapReset;
    default: return col::IsSysMemoryAdvise;
  }
}

}  // namespace

void TraceFiller::operate(const Row& row) {
  switch (in_.op) {
    case Op::kAdd:
      value_a_ = value_b_ + value_c_;
      return flags(col::CarryFlag, carries(value_b_, value_c_));
    case Op::kSub:
      value_a_ = value_b_ - value_c_;
      return flags(col::CarryFlag, borrows(value_b_, value_c_));
    case Op::kSlt: case Op::kSltu: return compare();
    case Op::kAnd: case Op::kOr: case Op::kXor: return bitwise();
    case Op::kSll: case Op::kSrl: case Op::kSra: return shift();
    case Op::kBeq: case Op::kBne: case Op::kBlt: case Op::kBge: case Op::kBltu: case Op::kBgeu: return branch(row);
    case Op::kJal:
      value_a_ = pc_ + 4;
      flags(col::BorrowFlag, carries(pc_, value_c_));
      return flags(col::CarryFlag, carries(pc_, 4));
    case Op::kJalr: {
      const uint32_t target = value_b_ + value_c_;
      word(col::PcNextAux, target);
      flags(col::BorrowFlag, carries(value_b_, value_c_));
      set(col::RemAux, target & 1);
      set(col::QtAux, (target & 0xff) / 2);
      value_a_ = pc_ + 4;
      return flags(col::CarryFlag, carries(pc_, 4));
    }
    case Op::kLui: value_a_ = value_c_; return;
    case Op::kAuipc:
      value_a_ = pc_ + value_c_;
      return flags(col::CarryFlag, carries(pc_, value_c_));
    case Op::kEcall:
      set(flag_of_syscall(value_b_), 1);
      value_a_ = row.target != 0 ? row.result : 0;
      return;
    default: return memory(row);
  }
}

void TraceFiller::compare() {
  const uint32_t difference = value_b_ - value_c_;
  const auto borrow = borrows(value_b_, value_c_);
  word(col::Helper1, difference);
  flags(col::CarryFlag, borrow);
  value_a_ = borrow[1];
  if (in_.op != Op::kSlt) return;
  word(col::Helper2, value_b_ & 0x7fffffff);
  word(col::Helper3, value_c_ & 0x7fffffff);
  set(col::SgnB, value_b_ >> 31);
  set(col::SgnC, value_c_ >> 31);
  value_a_ = static_cast<int32_t>(value_b_) < static_cast<int32_t>(value_c_);
}

void TraceFiller::bitwise() {
  value_a_ = in_.op == Op::kAnd  ? value_b_ & value_c_
             : in_.op == Op::kOr ? value_b_ | value_c_
                                 : value_b_ ^ value_c_;
  for (unsigned i = 0; i < 4; ++i) {
    set(col::ValueA4_7 + i, bits(value_a_, 8 * i + 4, 8 * i + 7));
    set(col::ValueB4_7 + i, bits(value_b_, 8 * i + 4, 8 * i + 7));
    set(col::ValueC4_7 + i, bits(value_c_, 8 * i + 4, 8 * i + 7));
  }
}

void TraceFiller::shift() {
  const uint32_t s = value_c_ & 0xff;
  const unsigned by = s & 31;
  const uint32_t e = 1u << (s & 7);
  set(col::Helper1, s >> 5);
  for (unsigned i = 0; i < 5; ++i) set(col::ShiftBit1 + i, (s >> i) & 1);
  set(col::Exp1_3, e);
  const auto byte = [&](unsigned i) { return bits(value_b_, 8 * i, 8 * i + 7); };
  if (in_.op == Op::kSll) {
    value_a_ = value_b_ << by;
    uint32_t carry = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const uint32_t v = byte(i) * e + carry;
      carry = v >> 8;
      set(col::Rem + i, v & 255);
      set(col::Qt + i, carry);
    }
    return;
  }
  uint32_t high = 0;
  for (unsigned i = 4; i-- > 0;) {
    const uint32_t v = byte(i) + 256 * high;
    high = v % e;
    set(col::Qt + i, v / e);
    set(col::Rem + i, high);
    set(col::RemDiff + i, e - 1 - high);
  }
  value_a_ = value_b_ >> by;
  if (in_.op == Op::kSrl) return;
  const uint32_t sign = value_b_ >> 31, exp = 256 / e;
  set(col::Helper2, byte(3) & 127);
  word(col::Helper3, value_a_);
  wide(col::Exp, exp);
  set(col::SgnB, sign);
  wide(col::SraDegreeAux, sign * (e - 1) * exp);
  if (sign != 0 && by != 0) value_a_ |= 0xffffffffu << (32 - by);
}

void TraceFiller::branch(const Row& row) {
  const uint32_t x = row.registers[in_.a], y = value_b_;
  value_a_ = x;
  bool taken = false;
  if (in_.op == Op::kBeq || in_.op == Op::kBne) {
    const bool low = (x & 0xffff) != (y & 0xffff), high = (x >> 16) != (y >> 16);
    set(col::Neq12, low);
    set(col::Neq34, high);
    set(col::Neq, low || high);
    half_inverse(col::Neq12Aux, col::Neq12AuxInv, x & 0xffff, y & 0xffff, pc_ & 0xffff);
    half_inverse(col::Neq34Aux, col::Neq34AuxInv, x >> 16, y >> 16, pc_ >> 16);
    taken = (in_.op == Op::kBne) == (x != y);
  } else {
    const auto borrow = borrows(x, y);
    word(col::Helper1, x - y);
    flags(col::BorrowFlag, borrow);
    if (in_.op == Op::kBltu || in_.op == Op::kBgeu) {
      taken = (in_.op == Op::kBltu) == (borrow[1] != 0);
    } else {
      const bool less = static_cast<int32_t>(x) < static_cast<int32_t>(y);
      word(col::Helper2, x & 0x7fffffff);
      word(col::Helper3, y & 0x7fffffff);
      set(col::LtFlag, less);
      if (in_.op == Op::kBge) set(col::SgnA, x >> 31), set(col::SgnB, y >> 31);
      taken = (in_.op == Op::kBlt) == less;
    }
  }
  flags(col::CarryFlag, carries(pc_, taken ? value_c_ : 4));
}

void TraceFiller::half_inverse(unsigned aux, unsigned aux_inverse, uint32_t x, uint32_t y, uint32_t pc_half) {
  const uint32_t swapped = (pc_half >> 8) | ((pc_half & 0xff) << 8);
  const M31 v = x != y ? M31(x) - M31(y) : M31(std::max(1u, swapped));
  wide(aux_inverse, v.v);
  wide(aux, inverse(v).v);
}

void TraceFiller::memory(const Row& row) {
  static constexpr unsigned kCurrent[4] = {col::Ram1ValCur, col::Ram2ValCur, col::Ram3ValCur, col::Ram4ValCur};
  static constexpr unsigned kPrevious[4] = {col::Ram1ValPrev, col::Ram2ValPrev, col::Ram3ValPrev, col::Ram4ValPrev};
  static constexpr unsigned kTime[4] = {col::Ram1TsPrev, col::Ram2TsPrev, col::Ram3TsPrev, col::Ram4TsPrev};
  static constexpr unsigned kGap[4] = {col::Ram1TsPrevAux, col::Ram2TsPrevAux, col::Ram3TsPrevAux, col::Ram4TsPrevAux};
  static constexpr unsigned kHelper[4] = {col::Helper1, col::Helper2, col::Helper3, col::Helper4};
  const uint32_t base = row.store ? row.registers[in_.a] : value_b_;
  value_a_ = row.store ? base : row.result;
  word(col::RamBaseAddr, base + value_c_);
  flags(col::CarryFlag, carries(base, value_c_));
  if (!row.store && row.size == 1) set(col::QtAux, row.result & 127);
  if (!row.store && row.size == 2) set(col::QtAux, (row.result >> 8) & 127);
  const size_t first = rank(row.address);
  for (unsigned i = 0; i < row.size; ++i) {
    auto& last = state_.memory[first + i];  // the bytes of an aligned access are neighbours among the touched ones
    const auto now = static_cast<uint8_t>(row.value >> (8 * i));
    set(kCurrent[i], now);
    set(kPrevious[i], last.value);
    word(kTime[i], last.time);
    word(kGap[i], clk_ - 1 - last.time);
    word(kHelper[i], byte_borrows(clk_, last.time));
    last = {clk_, now};
  }
}

}  // namespace pitboss::nexus::stark
