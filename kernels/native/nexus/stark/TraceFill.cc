// Rows, decoded operands, register slots, selectors and multiplicities of the main component.
#include "TraceFiller.h"

namespace pitboss::nexus::stark {

namespace {

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

FinalState TraceFiller::run() {
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

void TraceFiller::real_row(const Row& row) {
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

void TraceFiller::padding_row() {
  at_ = row_position(table_.log(), static_cast<uint32_t>(index_));
  clk_ = static_cast<uint32_t>(index_ + 1);
  set(col::IsPadding, 1);
  set(col::ValueAEffectiveFlagAuxInv, 1);
  wide(col::ValueAEffectiveFlagAux, 1);
  timestamps();
}

void TraceFiller::access(unsigned time_column, unsigned value_column, uint32_t reg, uint32_t slot, uint32_t value) {
  auto& last = state_.registers[reg];
  word(time_column, last.time);
  word(value_column, last.value);
  previous_[slot - 1] = last.time;
  last = {3 * clk_ + slot, value};
}

void TraceFiller::timestamps() {
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

uint32_t TraceFiller::operand_c() const {
  switch (in_.format) {
    case Format::kI: case Format::kS: return immediate_ & 0xfff;
    case Format::kB: return immediate_ & 0x1fff;
    case Format::kJ: return immediate_ & 0x1fffff;
    default: return immediate_;
  }
}

void TraceFiller::decode_bits(bool ecall) {
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

void TraceFiller::fill_selectors() {
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

void TraceFiller::count() {
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

FinalState fill_main(MainTable& table, const Witness& witness, Multiplicities& counts) {
  return TraceFiller(table, witness, counts).run();
}

}  // namespace pitboss::nexus::stark
