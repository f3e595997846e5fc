// The main component's columns from the rows of pass 2 (specs/nexus-prover.md 4.2 and 4.3).
#include <algorithm>

#include "Circle.h"
#include "Tables.h"

namespace pitboss::nexus::stark {

namespace {

uint32_t bits(uint32_t x, unsigned from, unsigned to) { return (x >> from) & ((1u << (to - from + 1)) - 1); }

// Carries out of bits 15 and 31 of x + y; borrows of x - y likewise.
std::array<uint8_t, 2> carries(uint32_t x, uint32_t y) {
  return {static_cast<uint8_t>(((x & 0xffff) + (y & 0xffff)) >> 16),
          static_cast<uint8_t>((static_cast<uint64_t>(x) + y) >> 32)};
}
std::array<uint8_t, 2> borrows(uint32_t x, uint32_t y) {
  return {static_cast<uint8_t>((x & 0xffff) < (y & 0xffff)), static_cast<uint8_t>(x < y)};
}

// Borrow flags of x - 1 - y, byte by byte.
uint32_t byte_borrows(uint32_t x, uint32_t y) {
  uint32_t out = 0;
  for (unsigned j = 0; j < 4; ++j) {
    const uint32_t mask = j == 3 ? 0xffffffffu : (1u << (8 * (j + 1))) - 1;
    if ((x & mask) < 1 || ((x - 1) & mask) < (y & mask)) out |= 1u << (8 * j);
  }
  return out;
}

unsigned flag_of(Op op) {
  switch (op) {
    case Op::kAdd: return col::IsAdd;
    case Op::kSub: return col::IsSub;
    case Op::kSll: return col::IsSll;
    case Op::kSlt: return col::IsSlt;
    case Op::kSltu: return col::IsSltu;
    case Op::kXor: return col::IsXor;
    case Op::kSrl: return col::IsSrl;
    case Op::kSra: return col::IsSra;
    case Op::kOr: return col::IsOr;
    case Op::kAnd: return col::IsAnd;
    case Op::kLui: return col::IsLui;
    case Op::kAuipc: return col::IsAuipc;
    case Op::kJal: return col::IsJal;
    case Op::kJalr: return col::IsJalr;
    case Op::kBeq: return col::IsBeq;
    case Op::kBne: return col::IsBne;
    case Op::kBlt: return col::IsBlt;
    case Op::kBge: return col::IsBge;
    case Op::kBltu: return col::IsBltu;
    case Op::kBgeu: return col::IsBgeu;
    case Op::kLb: return col::IsLb;
    case Op::kLh: return col::IsLh;
    case Op::kLw: return col::IsLw;
    case Op::kLbu: return col::IsLbu;
    case Op::kLhu: return col::IsLhu;
    case Op::kSb: return col::IsSb;
    case Op::kSh: return col::IsSh;
    case Op::kSw: return col::IsSw;
    default: return col::IsEcall;
  }
}

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

// 64 rows of flags: they are 0 or 1 and so are sums and products of them here, so bytes suffice.
struct Rows {
  std::array<uint8_t, 64> v;
  static Rows all(uint32_t x) {
    Rows out;
    out.v.fill(static_cast<uint8_t>(x));
    return out;
  }
  Rows rotate(unsigned k) const { return *this * all(1u << k); }
  template <class F>
  Rows with(const Rows& o, const F& f) const {
    Rows out;
    for (size_t i = 0; i < 64; ++i) out.v[i] = static_cast<uint8_t>(f(v[i], o.v[i]));
    return out;
  }
  Rows operator+(const Rows& o) const {
    return with(o, [](unsigned a, unsigned b) { return a + b; });
  }
  Rows operator-(const Rows& o) const {
    return with(o, [](unsigned a, unsigned b) { return a - b; });
  }
  Rows operator*(const Rows& o) const {
    return with(o, [](unsigned a, unsigned b) { return a * b; });
  }
};

}  // namespace

class TraceFiller {
 public:
  TraceFiller(MainTable& table, const Witness& witness, Multiplicities& counts)
      : table_(table), witness_(witness), counts_(counts), executed_(witness.plan->program.size(), 0) {
    for (unsigned i = 0; i < 32; ++i) inverse_of_[i] = inverse(M31(std::max(1u, i))).v;
    state_.memory.resize(witness.touched.size());
    for (const auto& byte : witness.plan->initial_memory) state_.memory[rank(byte.address)].value = byte.value;
  }

  FinalState run() {
    replay(*witness_.plan, witness_.trace, [&](std::span<const Row> rows) {
      for (const Row& row : rows) real_row(row);
    });
    for (; index_ < table_.size(); ++index_) padding_row();
    for (size_t i = 0; i < executed_.size(); ++i) {
      at_ = row_position(table_.log(), static_cast<uint32_t>(i));
      if (executed_[i] != 0) word(col::FinalPrgMemoryCtr, executed_[i]);
    }
    fill_selectors();
    table_.note_constants();
    count();
    return std::move(state_);
  }

 private:
  // ---- writing one row ----

  uint8_t* plane(Cell cell) { return table_.bytes_.data() + (static_cast<size_t>(table_.place_[cell]) << table_.log_); }
  void set(unsigned column, uint32_t value) { plane(main_cell(column))[at_] = static_cast<uint8_t>(value); }
  void wide(unsigned column, uint32_t value) {
    table_.words_[(static_cast<size_t>(~table_.place_[main_cell(column)]) << table_.log_) + at_] = value;
  }
  void word(unsigned column, uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) set(column + i, (value >> (8 * i)) & 0xff);
  }
  void flags(unsigned column, std::array<uint8_t, 2> pair) {
    set(column, pair[0]);
    set(column + 1, pair[1]);
  }

  void real_row(const Row& row) {
    at_ = row_position(table_.log(), static_cast<uint32_t>(index_));
    clk_ = static_cast<uint32_t>(index_ + 1);
    const size_t program_index = (row.pc - kCodeBase) / 4;
    in_ = witness_.plan->code[program_index];
    const bool ecall = in_.op == Op::kEcall;
    const auto& x = row.registers;

    const uint32_t a = ecall ? row.target : in_.a;  // ECALL: 10, 2 or 0
    const uint32_t b = ecall ? 17 : in_.b;
    immediate_ = in_.c;
    value_b_ = in_.format == Format::kU || in_.format == Format::kJ ? 0 : x[b];
    value_c_ = ecall                        ? 0
               : in_.format == Format::kR ? x[in_.c]
               : in_.format == Format::kU ? in_.c << 12
                                          : in_.c;
    value_a_ = 0;
    pc_ = row.pc;

    word(col::Pc, pc_);
    flags(col::PcCarry, carries(pc_, 4));
    word(col::PcNext, row.next_pc);
    word(col::InstrVal, row.word);
    set(flag_of(in_.op), 1);
    set(col::OpA, a);
    set(col::OpB, b);
    wide(col::OpC, operand_c());
    set(col::ImmC, in_.format == Format::kR ? 0 : 1);
    word(col::ValueB, value_b_);
    word(col::ValueC, value_c_);
    decode_bits(ecall);
    operate(row);
    word(col::ValueA, value_a_);
    const uint32_t effective = a != 0 ? value_a_ : 0;
    word(col::ValueAEffective, effective);
    set(col::ValueAEffectiveFlag, a != 0);
    set(col::ValueAEffectiveFlagAuxInv, std::max(1u, a));
    wide(col::ValueAEffectiveFlagAux, inverse_of_[a]);

    const uint32_t before = executed_[program_index]++;
    word(col::ProgCtrPrev, before);
    word(col::ProgCtrCur, before + 1);
    flags(col::ProgCtrCarry, carries(before, 1));

    const bool uses_first = in_.format != Format::kU && in_.format != Format::kJ;
    const bool uses_third = !ecall || a != 0;
    if (uses_first) {
      set(col::Reg1Address, b);
      access(col::Reg1TsPrev, col::Reg1ValPrev, b, 1, value_b_);
    }
    if (in_.format == Format::kR) {
      set(col::Reg2Address, in_.c);
      access(col::Reg2TsPrev, col::Reg2ValPrev, in_.c, 2, value_c_);
    }
    set(col::Reg3Address, a);
    if (uses_third) access(col::Reg3TsPrev, col::Reg3ValPrev, a, 3, effective);
    timestamps();
    previous_ = {};
    ++index_;
  }

  void padding_row() {
    at_ = row_position(table_.log(), static_cast<uint32_t>(index_));
    clk_ = static_cast<uint32_t>(index_ + 1);
    set(col::IsPadding, 1);
    set(col::ValueAEffectiveFlagAuxInv, 1);
    wide(col::ValueAEffectiveFlagAux, 1);
    timestamps();
  }

  void access(unsigned time_column, unsigned value_column, uint32_t reg, uint32_t slot, uint32_t value) {
    auto& last = state_.registers[reg];
    word(time_column, last.time);
    word(value_column, last.value);
    previous_[slot - 1] = last.time;
    last = {3 * clk_ + slot, value};
  }

  void timestamps() {
    static constexpr unsigned kDifference[3] = {col::CReg1TsPrev, col::CReg2TsPrev, col::CReg3TsPrev};
    static constexpr unsigned kBorrow[3] = {col::CH1Minus, col::CH2Minus, col::CH3Minus};
    for (uint32_t k = 0; k < 3; ++k) {
      const uint32_t now = 3 * clk_ + k + 1, before = previous_[k];
      word(kDifference[k], now - 1 - before);
      const uint32_t borrow = byte_borrows(now, before);
      set(kBorrow[k], (borrow >> 8) & 1);
      set(kBorrow[k] + 1, (borrow >> 24) & 1);
    }
  }

  // ---- operands ----

  uint32_t operand_c() const {
    switch (in_.format) {
      case Format::kI: case Format::kS: return immediate_ & 0xfff;
      case Format::kB: return immediate_ & 0x1fff;
      case Format::kJ: return immediate_ & 0x1fffff;
      default: return immediate_;
    }
  }

  void decode_bits(bool ecall) {
    if (ecall) return;
    const uint32_t a = in_.a, b = in_.b, c = immediate_;
    set(col::OpA0, a & 1);
    set(col::OpA1_4, a >> 1);
    const auto from_bits = [&](std::initializer_list<std::array<unsigned, 3>> fields) {
      for (const auto& [column, from, to] : fields) set(column, bits(c, from, to));
    };
    switch (in_.format) {
      case Format::kR: case Format::kI: case Format::kShift:
        set(col::OpB0, b & 1);
        set(col::OpB1_4, b >> 1);
        set(col::OpC0_3, c & 15);
        if (in_.format == Format::kI) {
          from_bits({{col::OpC4_7, 4, 7}, {col::OpC8_10, 8, 10}, {col::OpC11, 11, 11}});
        } else {
          set(col::OpC4, bits(c, 4, 4));
        }
        break;
      case Format::kS: case Format::kB:
        from_bits({{col::OpC1_4, 1, 4}, {col::OpC5_7, 5, 7}, {col::OpC8_10, 8, 10}, {col::OpC11, 11, 11}});
        set(col::OpB0_3, b & 15);
        set(col::OpB4, b >> 4);
        if (in_.format == Format::kS) set(col::OpC0, c & 1);
        if (in_.format == Format::kB) set(col::OpC12, bits(c, 12, 12));
        break;
      case Format::kU:
        from_bits({{col::OpC12_15, 0, 3}, {col::OpC16_23, 4, 11}, {col::OpC24_31, 12, 19}});
        break;
      case Format::kJ:
        from_bits({{col::OpC1_3, 1, 3},
                   {col::OpC4_7, 4, 7},
                   {col::OpC8_10, 8, 10},
                   {col::OpC11, 11, 11},
                   {col::OpC12_15, 12, 15},
                   {col::OpC16_19, 16, 19},
                   {col::OpC20, 20, 20}});
        break;
    }
  }

  // ---- operations ----

  void operate(const Row& row) {
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

  void compare() {
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

  void bitwise() {
    value_a_ = in_.op == Op::kAnd  ? value_b_ & value_c_
               : in_.op == Op::kOr ? value_b_ | value_c_
                                   : value_b_ ^ value_c_;
    for (unsigned i = 0; i < 4; ++i) {
      set(col::ValueA4_7 + i, bits(value_a_, 8 * i + 4, 8 * i + 7));
      set(col::ValueB4_7 + i, bits(value_b_, 8 * i + 4, 8 * i + 7));
      set(col::ValueC4_7 + i, bits(value_c_, 8 * i + 4, 8 * i + 7));
    }
  }

  void shift() {
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

  void branch(const Row& row) {
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

  // The pair (value, inverse) that shows whether two halves differ; equal halves use the byte-swapped half of pc.
  void half_inverse(unsigned aux, unsigned aux_inverse, uint32_t x, uint32_t y, uint32_t pc_half) {
    const uint32_t swapped = (pc_half >> 8) | ((pc_half & 0xff) << 8);
    const M31 v = x != y ? M31(x) - M31(y) : M31(std::max(1u, swapped));
    wide(aux_inverse, v.v);
    wide(aux, inverse(v).v);
  }

  void memory(const Row& row) {
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

  size_t rank(uint32_t address) const {
    const auto& t = witness_.touched;
    return static_cast<size_t>(std::lower_bound(t.begin(), t.end(), address) - t.begin());
  }

  // ---- whole columns ----

  void fill_selectors() {
    for (size_t from = 0; from < table_.size(); from += 64) {
      selectors<Rows>(
          [&](unsigned c) {
            Rows out;
            std::copy_n(plane(main_cell(c)) + from, 64, out.v.begin());
            return out;
          },
          [&](unsigned s, const Rows& value) { std::copy_n(value.v.begin(), 64, plane(selector_cell(s)) + from); });
    }
  }

  // Every lookup into a table, counted over all rows.
  void count() {
    for (const Lookup& lookup : main_lookups()) {
      if (lookup.table == Lookup::Table::kNone) continue;
      const bool range = lookup.table == Lookup::Table::kRange;
      auto& uses = range ? counts_.range[static_cast<unsigned>(lookup.relation)]
                         : counts_.bit_op[static_cast<unsigned>(lookup.table) - static_cast<unsigned>(Lookup::Table::kAnd)];
      const uint8_t* low = plane(lookup.low);
      const uint8_t* high = range ? nullptr : plane(lookup.high);
      const uint8_t* selected = lookup.selector == kOne ? nullptr : plane(lookup.selector);
      if (selected != nullptr && table_.constant(lookup.selector) && selected[0] == 0) continue;
      for (size_t i = 0; i < table_.size(); ++i) {
        if (selected != nullptr && selected[i] == 0) continue;
        const uint32_t index = (low[i] & lookup.mask) + (high == nullptr ? 0 : (high[i] & lookup.mask) << 4);
        ++uses[index];
      }
    }
  }

  MainTable& table_;
  const Witness& witness_;
  Multiplicities& counts_;
  std::vector<uint32_t> executed_;
  std::array<uint32_t, 32> inverse_of_{};
  FinalState state_;
  std::array<uint32_t, 3> previous_{};  // timestamps of the row's register slots before it
  size_t index_ = 0;
  size_t at_ = 0;
  uint32_t clk_ = 0, pc_ = 0;
  Instruction in_;
  uint32_t immediate_ = 0, value_a_ = 0, value_b_ = 0, value_c_ = 0;
};

FinalState fill_main(MainTable& table, const Witness& witness, Multiplicities& counts) {
  return TraceFiller(table, witness, counts).run();
}

}  // namespace pitboss::nexus::stark
