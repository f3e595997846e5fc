// Abbreviations of the specification (section 5) and the other row selectors that lookups use (section 6.2), as
// columns.
//
// They are sums and products of instruction flags. Computing them once per row and storing them next to the real
// columns keeps the constraints short and lets a lookup name its numerator by an index. On rows of an honest trace all
// are 0 or 1.
#pragma once

#include <cstdint>

#include "Columns.h"

namespace pitboss::nexus::stark {

namespace selector {
enum : uint16_t {
  ALU, LOAD, S, B, U, SYS, R, IMM0, ISH, INS, I, REG1, PCINC, REG3,  // section 5
  kAccess1,    // LOAD + S: at least one byte of memory
  kAccess2,    // two bytes or more
  kAccess4,    // four bytes
  kReal,       // 1 - IsPadding
  kShift,      // IsSll + IsSrl + IsSra
  kSigned,     // IsSlt + IsBge + IsBlt
  kLoadSign,   // IsLh + IsLb
  kCount
};
}  // namespace selector

// m(i) gives main column i, out(i, value) takes selector i. F needs +, -, * and works with int constants on the left.
template <class F, class Main, class Out>
void selectors(const Main& m, const Out& out) {
  using namespace col;
  const F imm = m(ImmC), reg = 1 - imm;
  const F shift = m(IsSll) + m(IsSrl) + m(IsSra);
  const F plain = m(IsAdd) + m(IsSlt) + m(IsSltu) + m(IsXor) + m(IsOr) + m(IsAnd);
  const F alu = plain + m(IsSub) + shift;
  const F load = m(IsLb) + m(IsLh) + m(IsLw) + m(IsLbu) + m(IsLhu);
  const F store = m(IsSb) + m(IsSh) + m(IsSw);
  const F branch = m(IsBeq) + m(IsBne) + m(IsBlt) + m(IsBge) + m(IsBltu) + m(IsBgeu);
  const F upper = m(IsLui) + m(IsAuipc);
  const F system = m(IsEcall) + m(IsEbreak);
  const F r = reg * alu;
  const F imm0 = imm * plain;
  const F ish = imm * shift;
  const F ins = load + m(IsJalr) + imm0;
  const F i = ins + ish;
  out(selector::ALU, alu);
  out(selector::LOAD, load);
  out(selector::S, store);
  out(selector::B, branch);
  out(selector::U, upper);
  out(selector::SYS, system);
  out(selector::R, r);
  out(selector::IMM0, imm0);
  out(selector::ISH, ish);
  out(selector::INS, ins);
  out(selector::I, i);
  out(selector::REG1, store + load + m(IsJalr) + alu + branch + system);
  out(selector::PCINC, alu + load + store + system * (1 - m(IsSysHalt)) + upper + m(IsCustomKeccak));
  out(selector::REG3, store + branch + r + i + upper + m(IsJal) +
                          system * (m(IsSysPrivInput) + m(IsSysHeapReset) + m(IsSysStackReset)));
  out(selector::kAccess1, load + store);
  out(selector::kAccess2, m(IsSh) + m(IsSw) + m(IsLh) + m(IsLhu) + m(IsLw));
  out(selector::kAccess4, m(IsSw) + m(IsLw));
  out(selector::kReal, 1 - m(IsPadding));
  out(selector::kShift, shift);
  out(selector::kSigned, m(IsSlt) + m(IsBge) + m(IsBlt));
  out(selector::kLoadSign, m(IsLh) + m(IsLb));
}

}  // namespace pitboss::nexus::stark
