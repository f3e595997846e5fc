#include "Lookups.h"

namespace pitboss::nexus::stark {

namespace {

using Table = Lookup::Table;

Form number(uint32_t k) { return {k, {}}; }
Form value(Cell c) { return {0, {{1, c}}}; }
Form m(unsigned i) { return value(main_cell(i)); }
Form p(unsigned i) { return value(pre_cell(i)); }
// Two bytes as one number, first + 256 * second, plus a constant.
Form pair(Cell low, Cell high, uint32_t plus = 0) { return {plus, {{1, low}, {256, high}}}; }
Form lo(unsigned word) { return pair(main_cell(word), main_cell(word + 1)); }
Form hi(unsigned word) { return pair(main_cell(word + 2), main_cell(word + 3)); }

// 24 lookups: per byte, AND, OR, XOR of the low and of the high nibbles.
void add_bit_ops(std::vector<Lookup>& out) {
  struct Kind {
    uint32_t code;
    unsigned flag;
    Table table;
  };
  const Kind kinds[3] = {{1, col::IsAnd, Table::kAnd}, {2, col::IsOr, Table::kOr}, {3, col::IsXor, Table::kXor}};
  for (unsigned i = 0; i < 4; ++i) {
    const auto low = [&](unsigned whole, unsigned upper) {
      return Form{0, {{1, main_cell(whole + i)}, {-16, main_cell(upper + i)}}};
    };
    for (const Kind& k : kinds) {
      out.push_back({Relation::kBitOp,
                     {number(k.code), low(col::ValueB, col::ValueB4_7), low(col::ValueC, col::ValueC4_7),
                      low(col::ValueA, col::ValueA4_7)},
                     main_cell(k.flag), false, k.table, main_cell(col::ValueC + i), main_cell(col::ValueB + i), 15});
      out.push_back({Relation::kBitOp,
                     {number(k.code), m(col::ValueB4_7 + i), m(col::ValueC4_7 + i), m(col::ValueA4_7 + i)},
                     main_cell(k.flag), false, k.table, main_cell(col::ValueC4_7 + i), main_cell(col::ValueB4_7 + i), 15});
    }
  }
}

// 8 lookups: each byte of an access leaves its old (value, time) and enters with the new one.
void add_memory(std::vector<Lookup>& out) {
  const unsigned previous[4] = {col::Ram1ValPrev, col::Ram2ValPrev, col::Ram3ValPrev, col::Ram4ValPrev};
  const unsigned current[4] = {col::Ram1ValCur, col::Ram2ValCur, col::Ram3ValCur, col::Ram4ValCur};
  const unsigned time[4] = {col::Ram1TsPrev, col::Ram2TsPrev, col::Ram3TsPrev, col::Ram4TsPrev};
  const unsigned uses[4] = {selector::kAccess1, selector::kAccess2, selector::kAccess4, selector::kAccess4};
  for (unsigned i = 0; i < 4; ++i) {
    const Form address = pair(main_cell(col::RamBaseAddr), main_cell(col::RamBaseAddr + 1), i);
    const Form clk_low = pair(pre_cell(pre::Clk), pre_cell(pre::Clk + 1));
    const Form clk_high = pair(pre_cell(pre::Clk + 2), pre_cell(pre::Clk + 3));
    out.push_back({Relation::kLoadStore,
                   {address, hi(col::RamBaseAddr), m(previous[i]), lo(time[i]), hi(time[i])},
                   selector_cell(uses[i]), true});
    out.push_back({Relation::kLoadStore,
                   {address, hi(col::RamBaseAddr), m(current[i]), clk_low, clk_high},
                   selector_cell(uses[i])});
  }
}

// 4 lookups: the program words with their first and last counters, and each row's word before and after its execution.
void add_program(std::vector<Lookup>& out) {
  const auto word = [](unsigned counter) {
    std::vector<Form> t{lo(col::Pc), hi(col::Pc), lo(col::InstrVal), hi(col::InstrVal)};
    for (unsigned i = 0; i < 4; ++i) t.push_back(m(counter + i));
    return t;
  };
  std::vector<Form> first{p(pre::PrgMemoryPc), p(pre::PrgMemoryPc + 1), p(pre::PrgMemoryWord), p(pre::PrgMemoryWord + 1)};
  std::vector<Form> last = first;
  for (unsigned i = 0; i < 4; ++i) first.push_back(number(0)), last.push_back(m(col::FinalPrgMemoryCtr + i));
  out.push_back({Relation::kProgram, first, pre_cell(pre::PrgMemoryFlag)});
  out.push_back({Relation::kProgram, last, pre_cell(pre::PrgMemoryFlag), true});
  out.push_back({Relation::kProgram, word(col::ProgCtrPrev), selector_cell(selector::kReal), true});
  out.push_back({Relation::kProgram, word(col::ProgCtrCur), selector_cell(selector::kReal)});
}

// 6 lookups: three register slots, old values leave, then new values enter.
void add_registers(std::vector<Lookup>& out) {
  const auto tuple = [](unsigned address, Cell time, unsigned word) {
    std::vector<Form> t{m(address)};
    for (unsigned i = 0; i < 4; ++i) t.push_back(value(static_cast<Cell>(time + i)));
    for (unsigned i = 0; i < 4; ++i) t.push_back(m(word + i));
    return t;
  };
  const Cell uses[3] = {selector_cell(selector::REG1), selector_cell(selector::R), selector_cell(selector::REG3)};
  const unsigned address[3] = {col::Reg1Address, col::Reg2Address, col::Reg3Address};
  const unsigned time[3] = {col::Reg1TsPrev, col::Reg2TsPrev, col::Reg3TsPrev};
  const unsigned before[3] = {col::Reg1ValPrev, col::Reg2ValPrev, col::Reg3ValPrev};
  const unsigned now[3] = {pre::Reg1TsCur, pre::Reg2TsCur, pre::Reg3TsCur};
  const unsigned after[3] = {col::ValueB, col::ValueC, col::ValueAEffective};
  for (int k = 0; k < 3; ++k) {
    out.push_back({Relation::kRegister, tuple(address[k], main_cell(time[k]), before[k]), uses[k], true});
  }
  for (int k = 0; k < 3; ++k) {
    out.push_back({Relation::kRegister, tuple(address[k], pre_cell(now[k]), after[k]), uses[k]});
  }
}

void add_range(std::vector<Lookup>& out, Relation relation, Cell selector, std::initializer_list<unsigned> columns) {
  for (const unsigned c : columns) {
    out.push_back({relation, {m(c)}, selector, false, Table::kRange, main_cell(c), kOne, range_size(relation) - 1});
  }
}

void add_ranges(std::vector<Lookup>& out) {
  using namespace col;
  const auto s = [](unsigned i) { return selector_cell(i); };
  const Cell jal = main_cell(IsJal), ins = s(selector::INS), b = s(selector::B), st = s(selector::S), r = s(selector::R),
             u = s(selector::U), ish = s(selector::ISH);
  const auto r8 = Relation::kRange8, r16 = Relation::kRange16, r128 = Relation::kRange128, r256 = Relation::kRange256;
  add_range(out, r8, ins, {OpC8_10});
  add_range(out, r8, jal, {OpC1_3, OpC8_10});
  add_range(out, r8, b, {OpC5_7, OpC8_10});
  add_range(out, r8, st, {OpC5_7, OpC8_10});
  add_range(out, r8, s(selector::kShift), {Helper1});
  add_range(out, r16, r, {OpC0_3, OpA1_4, OpB1_4});
  add_range(out, r16, u, {OpC12_15, OpA1_4});
  add_range(out, r16, ins, {OpC0_3, OpC4_7, OpA1_4, OpB1_4});
  add_range(out, r16, ish, {OpC0_3, OpA1_4, OpB1_4});
  add_range(out, r16, jal, {OpC4_7, OpC12_15, OpC16_19, OpA1_4});
  add_range(out, r16, b, {OpC1_4, OpA1_4, OpB0_3});
  add_range(out, r16, st, {OpC1_4, OpA1_4, OpB0_3});
  add_range(out, Relation::kRange32, kOne, {OpA, OpB, Reg1Address, Reg2Address, Reg3Address});
  add_range(out, r128, s(selector::kSigned), {Helper2 + 3, Helper3 + 3});
  add_range(out, r128, main_cell(IsJalr), {QtAux});
  add_range(out, r128, main_cell(IsSra), {Helper2});
  add_range(out, r128, s(selector::kLoadSign), {QtAux});
  for (const unsigned word :
       {Pc, PcNextAux, InstrVal, PrevCtr, ValueA, ValueB, ValueC, Reg1TsPrev, Reg2TsPrev, Reg3TsPrev, Helper1, ProgCtrCur,
        ProgCtrPrev, FinalPrgMemoryCtr, CReg1TsPrev, CReg2TsPrev, CReg3TsPrev, RamBaseAddr, Ram1TsPrev, Ram2TsPrev,
        Ram3TsPrev, Ram4TsPrev, Ram1TsPrevAux, Ram2TsPrevAux, Ram3TsPrevAux, Ram4TsPrevAux, Rem, Qt, RemDiff}) {
    add_range(out, r256, kOne, {word, word + 1u, word + 2u, word + 3u});
  }
  add_range(out, r256, kOne,
            {Ram1ValCur, Ram2ValCur, Ram3ValCur, Ram4ValCur, Ram1ValPrev, Ram2ValPrev, Ram3ValPrev, Ram4ValPrev});
  add_range(out, r256, u, {OpC16_23, OpC24_31});
}

}  // namespace

unsigned range_size(Relation relation) {
  switch (relation) {
    case Relation::kRange8: return 8;
    case Relation::kRange16: return 16;
    case Relation::kRange32: return 32;
    case Relation::kRange128: return 128;
    default: return 256;
  }
}

const std::vector<Lookup>& main_lookups() {
  static const auto list = [] {
    std::vector<Lookup> out;
    add_bit_ops(out);
    add_memory(out);
    add_program(out);
    add_registers(out);
    add_ranges(out);
    return out;
  }();
  return list;
}

const std::vector<Lookup>& final_reg_lookups() {
  static const auto list = [] {
    std::vector<Form> first{p(0)}, last{p(0)};
    for (unsigned i = 0; i < 8; ++i) first.push_back(number(0)), last.push_back(m(i));
    return std::vector<Lookup>{{Relation::kRegister, first}, {Relation::kRegister, last, kOne, true}};
  }();
  return list;
}

const std::vector<Lookup>& bit_op_lookups() {
  static const auto list = [] {
    std::vector<Lookup> out;
    for (unsigned k = 0; k < 3; ++k) {
      out.push_back({Relation::kBitOp, {number(k + 1), p(0), p(1), p(2 + k)}, main_cell(k), true});
    }
    return out;
  }();
  return list;
}

const std::vector<Lookup>& ram_lookups() {
  static const auto list = [] {
    const Form low = pair(main_cell(0), main_cell(1)), high = pair(main_cell(2), main_cell(3));
    const Form clk_low = pair(main_cell(6), main_cell(7)), clk_high = pair(main_cell(8), main_cell(9));
    std::vector<Lookup> out{
        {Relation::kLoadStore, {low, high, value(kInitialValueCell), number(0), number(0)}, main_cell(4)},
        {Relation::kLoadStore, {low, high, m(5), clk_low, clk_high}, main_cell(4), true}};
    add_range(out, Relation::kRange256, kOne, {0, 1, 2, 3, 5, 6, 7, 8, 9});
    return out;
  }();
  return list;
}

const std::vector<Lookup>& range_lookups(Relation relation) {
  static const auto lists = [] {
    std::array<std::vector<Lookup>, kRelations> out;
    for (unsigned r = static_cast<unsigned>(Relation::kRange8); r < kRelations; ++r) {
      out[r] = {{static_cast<Relation>(r), {p(0)}, main_cell(0), true}};
    }
    return out;
  }();
  return lists[static_cast<unsigned>(relation)];
}

Denominator denominator(const Lookup& lookup, const Randomness& randomness) {
  const auto& [z, alpha] = randomness.relation[static_cast<unsigned>(lookup.relation)];
  Denominator out{-z, {}};
  QM31 weight = qm31(1);
  for (const Form& form : lookup.tuple) {
    out.constant = out.constant + weight * M31::from(form.constant);
    for (const auto& term : form.terms) {
      const M31 factor = term.factor < 0 ? -M31::from(static_cast<uint32_t>(-term.factor))
                                         : M31::from(static_cast<uint32_t>(term.factor));
      out.terms.push_back({weight * factor, term.cell});
    }
    weight = weight * alpha;
  }
  return out;
}

BoundDenominator::BoundDenominator(const Denominator& d, const std::function<Column(Cell)>& column) {
  for (const auto& term : d.terms) {
    const Column c = column(term.cell);
    AffineTerm t{c.data, c.bytes, {}};
    const auto w = words(term.factor);
    std::copy(w.begin(), w.end(), t.factor);
    terms.push_back(t);
  }
  const auto w = words(d.constant);
  std::copy(w.begin(), w.end(), form.constant);
  form.terms = terms.data();
  form.count = static_cast<unsigned>(terms.size());
}

std::vector<uint32_t> lookup_table(const Lookup& lookup, const Randomness& randomness) {
  const auto& [z, alpha] = randomness.relation[static_cast<unsigned>(lookup.relation)];
  std::vector<uint32_t> out(4 * 256);
  const bool range = lookup.table == Table::kRange;
  const unsigned count = range ? lookup.mask + 1 : 256;
  for (unsigned i = 0; i < count; ++i) {
    QM31 d = lift(M31(i)) - z;
    if (!range) {
      const unsigned b = i >> 4, c = i & 15;
      const unsigned code = lookup.table == Table::kAnd ? 1 : lookup.table == Table::kOr ? 2 : 3;
      const unsigned a = code == 1 ? b & c : code == 2 ? b | c : b ^ c;
      const QM31 square = alpha * alpha;
      d = lift(M31(code)) + alpha * M31(b) + square * M31(c) + square * alpha * M31(a) - z;
    }
    const auto w = words(lookup.negative ? -inverse(d) : inverse(d));
    for (unsigned k = 0; k < 4; ++k) out[k * 256 + i] = w[k];
  }
  return out;
}

}  // namespace pitboss::nexus::stark
