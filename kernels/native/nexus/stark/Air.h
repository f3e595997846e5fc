// The 449 constraints of the main component, chip by chip, in the order and with the numbers of specs/nexus-prover.md 5.
//
// Each line is the expression of the same number in the specification; it must vanish on every row, and its place decides
// the power of the random coefficient it gets. A chip is a template over a context C that hands out column values and takes
// results: c.m(i) main, c.p(i) preprocessed, c.n(i) main on the next row, c.v(i) one of the abbreviations of Selectors.h,
// c(expression). The prover instantiates it with SIMD lanes, the verifier with QM31 samples. dev/check_air.py compares this
// file with an independent machine-readable form (air.json) at random points.
#pragma once

#include "Columns.h"
#include "Selectors.h"

namespace pitboss::nexus::stark::air {

// A column of several limbs; lo and hi join bytes to the 16-bit halves of a word.
template <class F, int kLimbs>
struct Word {
  F limb[kLimbs];
  F operator[](int i) const { return limb[i]; }
};
template <class F>
F lo(const Word<F, 4>& w) {
  return w[0] + 256 * w[1];
}
template <class F>
F hi(const Word<F, 4>& w) {
  return w[2] + 256 * w[3];
}

inline constexpr uint32_t inv128 = 16777216;  // 128^-1
inline constexpr unsigned kConstraints = 449;

// [Cpu] 0..23
template <class C>
void chip_cpu(C& c) {
  using F = typename C::Value;
  const F B = c.v(selector::B);
  const F I = c.v(selector::I);
  const F PCINC = c.v(selector::PCINC);
  const F R = c.v(selector::R);
  const F REG1 = c.v(selector::REG1);
  const F S = c.v(selector::S);
  const F SYS = c.v(selector::SYS);
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.n(col::Pc), c.n(col::Pc + 1), c.n(col::Pc + 2), c.n(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsAdd = c.m(col::IsAdd);
  const F IsOr = c.m(col::IsOr);
  const F IsAnd = c.m(col::IsAnd);
  const F IsXor = c.m(col::IsXor);
  const F IsSub = c.m(col::IsSub);
  const F IsSltu = c.m(col::IsSltu);
  const F IsSlt = c.m(col::IsSlt);
  const F IsBne = c.m(col::IsBne);
  const F IsBeq = c.m(col::IsBeq);
  const F IsBltu = c.m(col::IsBltu);
  const F IsBlt = c.m(col::IsBlt);
  const F IsBgeu = c.m(col::IsBgeu);
  const F IsBge = c.m(col::IsBge);
  const F IsJal = c.m(col::IsJal);
  const F IsSb = c.m(col::IsSb);
  const F IsSh = c.m(col::IsSh);
  const F IsSw = c.m(col::IsSw);
  const F IsLb = c.m(col::IsLb);
  const F IsLh = c.m(col::IsLh);
  const F IsLbu = c.m(col::IsLbu);
  const F IsLhu = c.m(col::IsLhu);
  const F IsLw = c.m(col::IsLw);
  const F IsLui = c.m(col::IsLui);
  const F IsAuipc = c.m(col::IsAuipc);
  const F IsJalr = c.m(col::IsJalr);
  const F IsSll = c.m(col::IsSll);
  const F IsSrl = c.m(col::IsSrl);
  const F IsSra = c.m(col::IsSra);
  const F IsEcall = c.m(col::IsEcall);
  const F IsEbreak = c.m(col::IsEbreak);
  const F IsSysHalt = c.m(col::IsSysHalt);
  const F IsCustomKeccak = c.m(col::IsCustomKeccak);
  const F IsPadding = c.m(col::IsPadding);
  const F IsPaddingNext = c.n(col::IsPadding);
  const F ValueAEffectiveFlag = c.m(col::ValueAEffectiveFlag);
  const F ValueAEffectiveFlagAux = c.m(col::ValueAEffectiveFlagAux);
  const F ValueAEffectiveFlagAuxInv = c.m(col::ValueAEffectiveFlagAuxInv);
  const F Reg1Address = c.m(col::Reg1Address);
  const F Reg2Address = c.m(col::Reg2Address);
  const F Reg3Address = c.m(col::Reg3Address);
  const Word<F, 4> Reg1ValPrev{c.m(col::Reg1ValPrev), c.m(col::Reg1ValPrev + 1), c.m(col::Reg1ValPrev + 2), c.m(col::Reg1ValPrev + 3)};
  const Word<F, 4> Reg2ValPrev{c.m(col::Reg2ValPrev), c.m(col::Reg2ValPrev + 1), c.m(col::Reg2ValPrev + 2), c.m(col::Reg2ValPrev + 3)};
  const Word<F, 4> Reg3ValPrev{c.m(col::Reg3ValPrev), c.m(col::Reg3ValPrev + 1), c.m(col::Reg3ValPrev + 2), c.m(col::Reg3ValPrev + 3)};
  const Word<F, 2> PcCarry{c.m(col::PcCarry), c.m(col::PcCarry + 1)};
  const F IsLast = c.p(pre::IsLast);
  c((1 - IsLast) * IsPadding * (1 - IsPaddingNext));  // 0
  c(ValueAEffectiveFlagAux * ValueAEffectiveFlagAuxInv - 1);  // 1
  c(OpA * ValueAEffectiveFlagAux - ValueAEffectiveFlag);  // 2
  c(IsAdd + IsSub + IsSlt + IsSltu + IsXor + IsOr + IsAnd + IsSll + IsSrl + IsSra + IsBeq + IsBne + IsBlt
     + IsBge + IsBltu + IsBgeu + IsLb + IsLh + IsLw + IsLbu + IsLhu + IsSb + IsSh + IsSw + IsJal + IsLui
     + IsAuipc + IsJalr + IsEcall + IsEbreak + IsPadding + IsCustomKeccak - 1);  // 3
  c((R + I) * (OpB - Reg1Address));  // 4
  c(R * (OpC - Reg2Address));  // 5
  c((R + I) * (OpA - Reg3Address));  // 6
  c(REG1 * (lo(Reg1ValPrev) - lo(ValueB)));  // 7
  c(R * (lo(Reg2ValPrev) - lo(ValueC)));  // 8
  c(REG1 * (hi(Reg1ValPrev) - hi(ValueB)));  // 9
  c(R * (hi(Reg2ValPrev) - hi(ValueC)));  // 10
  c((B + S) * (OpB - Reg1Address));  // 11
  c((B + S) * (OpA - Reg3Address));  // 12
  c((B + S) * (lo(Reg3ValPrev) - lo(ValueA)));  // 13
  c((B + S) * (hi(Reg3ValPrev) - hi(ValueA)));  // 14
  c(SYS * (OpB - Reg1Address));  // 15
  c(SYS * (OpC - Reg2Address));  // 16
  c(SYS * (OpA - Reg3Address));  // 17
  c((1 - IsLast) * (1 - IsPaddingNext) * (lo(PcNext) - lo(PcNext)));  // 18
  c((1 - IsLast) * (1 - IsPaddingNext) * (hi(PcNext) - hi(PcNext)));  // 19
  c(PCINC * (lo(PcNext) + 65536 * PcCarry[0] - lo(Pc) - 4));  // 20
  c(PCINC * (hi(PcNext) + 65536 * PcCarry[1] - hi(Pc) - PcCarry[0]));  // 21
  c(SYS * IsSysHalt * (lo(Pc) - lo(PcNext)));  // 22
  c(SYS * IsSysHalt * (hi(Pc) - hi(PcNext)));  // 23
}

// [TypeR] 24..48
template <class C>
void chip_type_r(C& c) {
  using F = typename C::Value;
  const F R = c.v(selector::R);
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const F ImmC = c.m(col::ImmC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const F IsAdd = c.m(col::IsAdd);
  const F IsOr = c.m(col::IsOr);
  const F IsAnd = c.m(col::IsAnd);
  const F IsXor = c.m(col::IsXor);
  const F IsSub = c.m(col::IsSub);
  const F IsSltu = c.m(col::IsSltu);
  const F IsSlt = c.m(col::IsSlt);
  const F IsSll = c.m(col::IsSll);
  const F IsSrl = c.m(col::IsSrl);
  const F IsSra = c.m(col::IsSra);
  const F OpC0_3 = c.m(col::OpC0_3);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpB1_4 = c.m(col::OpB1_4);
  const F OpC4 = c.m(col::OpC4);
  const F OpA0 = c.m(col::OpA0);
  const F OpB0 = c.m(col::OpB0);
  c(R * (OpC0_3 + 16 * OpC4 - OpC));  // 24
  c(R * (OpA0 + 2 * OpA1_4 - OpA));  // 25
  c(R * (OpB0 + 2 * OpB1_4 - OpB));  // 26
  c(R * (51 + 128 * OpA0 - InstrVal[0]));  // 27
  c(IsAdd * (1 - ImmC) * (OpA1_4 + 128 * OpB0 - InstrVal[1]));  // 28
  c(IsSub * (1 - ImmC) * (OpA1_4 + 128 * OpB0 - InstrVal[1]));  // 29
  c(IsSll * (1 - ImmC) * (OpA1_4 + 16 + 128 * OpB0 - InstrVal[1]));  // 30
  c(IsSlt * (1 - ImmC) * (OpA1_4 + 32 + 128 * OpB0 - InstrVal[1]));  // 31
  c(IsSltu * (1 - ImmC) * (OpA1_4 + 48 + 128 * OpB0 - InstrVal[1]));  // 32
  c(IsXor * (1 - ImmC) * (OpA1_4 + 64 + 128 * OpB0 - InstrVal[1]));  // 33
  c(IsSrl * (1 - ImmC) * (OpA1_4 + 80 + 128 * OpB0 - InstrVal[1]));  // 34
  c(IsSra * (1 - ImmC) * (OpA1_4 + 80 + 128 * OpB0 - InstrVal[1]));  // 35
  c(IsOr * (1 - ImmC) * (OpA1_4 + 96 + 128 * OpB0 - InstrVal[1]));  // 36
  c(IsAnd * (1 - ImmC) * (OpA1_4 + 112 + 128 * OpB0 - InstrVal[1]));  // 37
  c(R * (OpB1_4 + 16 * OpC0_3 - InstrVal[2]));  // 38
  c(IsAdd * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 39
  c(IsSub * (1 - ImmC) * (OpC4 + 64 - InstrVal[3]));  // 40
  c(IsSll * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 41
  c(IsSlt * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 42
  c(IsSltu * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 43
  c(IsXor * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 44
  c(IsSrl * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 45
  c(IsSra * (1 - ImmC) * (OpC4 + 64 - InstrVal[3]));  // 46
  c(IsOr * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 47
  c(IsAnd * (1 - ImmC) * (OpC4 - InstrVal[3]));  // 48
}

// [TypeINoShift] 49..72
template <class C>
void chip_type_i_no_shift(C& c) {
  using F = typename C::Value;
  const F IMM0 = c.v(selector::IMM0);
  const F INS = c.v(selector::INS);
  const F LOAD = c.v(selector::LOAD);
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const F ImmC = c.m(col::ImmC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsAdd = c.m(col::IsAdd);
  const F IsOr = c.m(col::IsOr);
  const F IsAnd = c.m(col::IsAnd);
  const F IsXor = c.m(col::IsXor);
  const F IsSltu = c.m(col::IsSltu);
  const F IsSlt = c.m(col::IsSlt);
  const F IsLb = c.m(col::IsLb);
  const F IsLh = c.m(col::IsLh);
  const F IsLbu = c.m(col::IsLbu);
  const F IsLhu = c.m(col::IsLhu);
  const F IsLw = c.m(col::IsLw);
  const F IsJalr = c.m(col::IsJalr);
  const F OpC0_3 = c.m(col::OpC0_3);
  const F OpC4_7 = c.m(col::OpC4_7);
  const F OpC8_10 = c.m(col::OpC8_10);
  const F OpC11 = c.m(col::OpC11);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpB1_4 = c.m(col::OpB1_4);
  const F OpA0 = c.m(col::OpA0);
  const F OpB0 = c.m(col::OpB0);
  c(INS * (OpC0_3 + 16 * OpC4_7 + 256 * OpC8_10 + 2048 * OpC11 - OpC));  // 49
  c(INS * (OpC0_3 + 16 * OpC4_7 - ValueC[0]));  // 50
  c(INS * (OpC8_10 + 248 * OpC11 - ValueC[1]));  // 51
  c(INS * (255 * OpC11 - ValueC[2]));  // 52
  c(INS * (255 * OpC11 - ValueC[3]));  // 53
  c(INS * (OpA0 + 2 * OpA1_4 - OpA));  // 54
  c(INS * (OpB0 + 2 * OpB1_4 - OpB));  // 55
  c(LOAD * (3 + 128 * OpA0 - InstrVal[0]));  // 56
  c(IMM0 * (19 + 128 * OpA0 - InstrVal[0]));  // 57
  c(IsJalr * (103 + 128 * OpA0 - InstrVal[0]));  // 58
  c(IsLb * (OpA1_4 + 128 * OpB0 - InstrVal[1]));  // 59
  c(IsLh * (OpA1_4 + 16 + 128 * OpB0 - InstrVal[1]));  // 60
  c(IsLw * (OpA1_4 + 32 + 128 * OpB0 - InstrVal[1]));  // 61
  c(IsLbu * (OpA1_4 + 64 + 128 * OpB0 - InstrVal[1]));  // 62
  c(IsLhu * (OpA1_4 + 80 + 128 * OpB0 - InstrVal[1]));  // 63
  c(IsAdd * ImmC * (OpA1_4 + 128 * OpB0 - InstrVal[1]));  // 64
  c(IsSlt * ImmC * (OpA1_4 + 32 + 128 * OpB0 - InstrVal[1]));  // 65
  c(IsSltu * ImmC * (OpA1_4 + 48 + 128 * OpB0 - InstrVal[1]));  // 66
  c(IsXor * ImmC * (OpA1_4 + 64 + 128 * OpB0 - InstrVal[1]));  // 67
  c(IsOr * ImmC * (OpA1_4 + 96 + 128 * OpB0 - InstrVal[1]));  // 68
  c(IsAnd * ImmC * (OpA1_4 + 112 + 128 * OpB0 - InstrVal[1]));  // 69
  c(IsJalr * (OpA1_4 + 128 * OpB0 - InstrVal[1]));  // 70
  c(INS * (OpB1_4 + 16 * OpC0_3 - InstrVal[2]));  // 71
  c(INS * (OpC4_7 + 16 * OpC8_10 + 128 * OpC11 - InstrVal[3]));  // 72
}

// [TypeIShift] 73..87
template <class C>
void chip_type_i_shift(C& c) {
  using F = typename C::Value;
  const F ISH = c.v(selector::ISH);
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const F ImmC = c.m(col::ImmC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSll = c.m(col::IsSll);
  const F IsSrl = c.m(col::IsSrl);
  const F IsSra = c.m(col::IsSra);
  const F OpC0_3 = c.m(col::OpC0_3);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpB1_4 = c.m(col::OpB1_4);
  const F OpC4 = c.m(col::OpC4);
  const F OpA0 = c.m(col::OpA0);
  const F OpB0 = c.m(col::OpB0);
  c(ISH * (OpC0_3 + 16 * OpC4 - OpC));  // 73
  c(ISH * (OpC0_3 + 16 * OpC4 - ValueC[0]));  // 74
  c(ISH * ValueC[1]);  // 75
  c(ISH * ValueC[2]);  // 76
  c(ISH * ValueC[3]);  // 77
  c(ISH * (OpA0 + 2 * OpA1_4 - OpA));  // 78
  c(ISH * (OpB0 + 2 * OpB1_4 - OpB));  // 79
  c(ISH * (19 + 128 * OpA0 - InstrVal[0]));  // 80
  c(IsSll * ImmC * (OpA1_4 + 16 + 128 * OpB0 - InstrVal[1]));  // 81
  c(IsSrl * ImmC * (OpA1_4 + 80 + 128 * OpB0 - InstrVal[1]));  // 82
  c(IsSra * ImmC * (OpA1_4 + 80 + 128 * OpB0 - InstrVal[1]));  // 83
  c(ISH * (OpB1_4 + 16 * OpC0_3 - InstrVal[2]));  // 84
  c(IsSll * ImmC * (OpC4 - InstrVal[3]));  // 85
  c(IsSrl * ImmC * (OpC4 - InstrVal[3]));  // 86
  c(IsSra * ImmC * (OpC4 + 64 - InstrVal[3]));  // 87
}

// [TypeS] 88..100
template <class C>
void chip_type_s(C& c) {
  using F = typename C::Value;
  const F S = c.v(selector::S);
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSb = c.m(col::IsSb);
  const F IsSh = c.m(col::IsSh);
  const F IsSw = c.m(col::IsSw);
  const F OpC1_4 = c.m(col::OpC1_4);
  const F OpC5_7 = c.m(col::OpC5_7);
  const F OpC8_10 = c.m(col::OpC8_10);
  const F OpC11 = c.m(col::OpC11);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpB0_3 = c.m(col::OpB0_3);
  const F OpC0 = c.m(col::OpC0);
  const F OpA0 = c.m(col::OpA0);
  const F OpB4 = c.m(col::OpB4);
  c(S * (OpC0 + 2 * OpC1_4 + 32 * OpC5_7 + 256 * OpC8_10 + 2048 * OpC11 - OpC));  // 88
  c(S * (OpC0 + 2 * OpC1_4 + 32 * OpC5_7 - ValueC[0]));  // 89
  c(S * (OpC8_10 + 248 * OpC11 - ValueC[1]));  // 90
  c(S * (255 * OpC11 - ValueC[2]));  // 91
  c(S * (255 * OpC11 - ValueC[3]));  // 92
  c(S * (OpA0 + 2 * OpA1_4 - OpA));  // 93
  c(S * (OpB0_3 + 16 * OpB4 - OpB));  // 94
  c(S * (35 + 128 * OpC0 - InstrVal[0]));  // 95
  c(IsSb * (OpC1_4 + 128 * OpA0 - InstrVal[1]));  // 96
  c(IsSh * (OpC1_4 + 16 + 128 * OpA0 - InstrVal[1]));  // 97
  c(IsSw * (OpC1_4 + 32 + 128 * OpA0 - InstrVal[1]));  // 98
  c(S * (OpA1_4 + 16 * OpB0_3 - InstrVal[2]));  // 99
  c(S * (OpB4 + 2 * OpC5_7 + 16 * OpC8_10 + 128 * OpC11 - InstrVal[3]));  // 100
}

// [TypeB] 101..116
template <class C>
void chip_type_b(C& c) {
  using F = typename C::Value;
  const F B = c.v(selector::B);
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBne = c.m(col::IsBne);
  const F IsBeq = c.m(col::IsBeq);
  const F IsBltu = c.m(col::IsBltu);
  const F IsBlt = c.m(col::IsBlt);
  const F IsBgeu = c.m(col::IsBgeu);
  const F IsBge = c.m(col::IsBge);
  const F OpC1_4 = c.m(col::OpC1_4);
  const F OpC5_7 = c.m(col::OpC5_7);
  const F OpC8_10 = c.m(col::OpC8_10);
  const F OpC11 = c.m(col::OpC11);
  const F OpC12 = c.m(col::OpC12);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpB0_3 = c.m(col::OpB0_3);
  const F OpA0 = c.m(col::OpA0);
  const F OpB4 = c.m(col::OpB4);
  c(B * (2 * OpC1_4 + 32 * OpC5_7 + 256 * OpC8_10 + 2048 * OpC11 + 4096 * OpC12 - OpC));  // 101
  c(B * (2 * OpC1_4 + 32 * OpC5_7 - ValueC[0]));  // 102
  c(B * (OpC8_10 + 8 * OpC11 + 240 * OpC12 - ValueC[1]));  // 103
  c(B * (255 * OpC12 - ValueC[2]));  // 104
  c(B * (255 * OpC12 - ValueC[3]));  // 105
  c(B * (OpA0 + 2 * OpA1_4 - OpA));  // 106
  c(B * (OpB0_3 + 16 * OpB4 - OpB));  // 107
  c(B * (99 + 128 * OpC11 - InstrVal[0]));  // 108
  c(IsBeq * (OpC1_4 + 128 * OpA0 - InstrVal[1]));  // 109
  c(IsBne * (OpC1_4 + 16 + 128 * OpA0 - InstrVal[1]));  // 110
  c(IsBlt * (OpC1_4 + 64 + 128 * OpA0 - InstrVal[1]));  // 111
  c(IsBge * (OpC1_4 + 80 + 128 * OpA0 - InstrVal[1]));  // 112
  c(IsBltu * (OpC1_4 + 96 + 128 * OpA0 - InstrVal[1]));  // 113
  c(IsBgeu * (OpC1_4 + 112 + 128 * OpA0 - InstrVal[1]));  // 114
  c(B * (OpA1_4 + 16 * OpB0_3 - InstrVal[2]));  // 115
  c(B * (OpB4 + 2 * OpC5_7 + 16 * OpC8_10 + 128 * OpC12 - InstrVal[3]));  // 116
}

// [TypeU] 117..132
template <class C>
void chip_type_u(C& c) {
  using F = typename C::Value;
  const F U = c.v(selector::U);
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsLui = c.m(col::IsLui);
  const F IsAuipc = c.m(col::IsAuipc);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpA0 = c.m(col::OpA0);
  const F OpC12_15 = c.m(col::OpC12_15);
  const F OpC16_23 = c.m(col::OpC16_23);
  const F OpC24_31 = c.m(col::OpC24_31);
  c(U * (OpC12_15 + 16 * OpC16_23 + 4096 * OpC24_31 - OpC));  // 117
  c(U * ValueC[0]);  // 118
  c(U * (16 * OpC12_15 - ValueC[1]));  // 119
  c(U * (OpC16_23 - ValueC[2]));  // 120
  c(U * (OpC24_31 - ValueC[3]));  // 121
  c(U * (OpA0 + 2 * OpA1_4 - OpA));  // 122
  c(U * OpB);  // 123
  c(U * ValueB[0]);  // 124
  c(U * ValueB[1]);  // 125
  c(U * ValueB[2]);  // 126
  c(U * ValueB[3]);  // 127
  c(IsLui * (55 + 128 * OpA0 - InstrVal[0]));  // 128
  c(IsAuipc * (23 + 128 * OpA0 - InstrVal[0]));  // 129
  c(U * (OpA1_4 + 16 * OpC12_15 - InstrVal[1]));  // 130
  c(U * (OpC16_23 - InstrVal[2]));  // 131
  c(U * (OpC24_31 - InstrVal[3]));  // 132
}

// [TypeJ] 133..147
template <class C>
void chip_type_j(C& c) {
  using F = typename C::Value;
  const F OpA = c.m(col::OpA);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsJal = c.m(col::IsJal);
  const F OpC1_3 = c.m(col::OpC1_3);
  const F OpC4_7 = c.m(col::OpC4_7);
  const F OpC8_10 = c.m(col::OpC8_10);
  const F OpC11 = c.m(col::OpC11);
  const F OpC20 = c.m(col::OpC20);
  const F OpA1_4 = c.m(col::OpA1_4);
  const F OpA0 = c.m(col::OpA0);
  const F OpC12_15 = c.m(col::OpC12_15);
  const F OpC16_19 = c.m(col::OpC16_19);
  c(IsJal * (2 * OpC1_3 + 16 * OpC4_7 + 256 * OpC8_10 + 2048 * OpC11 + 4096 * OpC12_15 + 65536 * OpC16_19
     + 1048576 * OpC20 - OpC));  // 133
  c(IsJal * (2 * OpC1_3 + 16 * OpC4_7 - ValueC[0]));  // 134
  c(IsJal * (OpC8_10 + 8 * OpC11 + 16 * OpC12_15 - ValueC[1]));  // 135
  c(IsJal * (OpC16_19 + 240 * OpC20 - ValueC[2]));  // 136
  c(IsJal * (255 * OpC20 - ValueC[3]));  // 137
  c(IsJal * (OpA0 + 2 * OpA1_4 - OpA));  // 138
  c(IsJal * OpB);  // 139
  c(IsJal * ValueB[0]);  // 140
  c(IsJal * ValueB[1]);  // 141
  c(IsJal * ValueB[2]);  // 142
  c(IsJal * ValueB[3]);  // 143
  c(IsJal * (111 + 128 * OpA0 - InstrVal[0]));  // 144
  c(IsJal * (OpA1_4 + 16 * OpC12_15 - InstrVal[1]));  // 145
  c(IsJal * (OpC16_19 + 16 * OpC11 + 32 * OpC1_3 - InstrVal[2]));  // 146
  c(IsJal * (OpC4_7 + 16 * OpC8_10 + 128 * OpC20 - InstrVal[3]));  // 147
}

// [TypeSys] 148..158
template <class C>
void chip_type_sys(C& c) {
  using F = typename C::Value;
  const F SYS = c.v(selector::SYS);
  const F OpB = c.m(col::OpB);
  const F OpC = c.m(col::OpC);
  const Word<F, 4> InstrVal{c.m(col::InstrVal), c.m(col::InstrVal + 1), c.m(col::InstrVal + 2), c.m(col::InstrVal + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsEcall = c.m(col::IsEcall);
  const F IsEbreak = c.m(col::IsEbreak);
  c(SYS * (17 - OpB));  // 148
  c(SYS * OpC);  // 149
  c(SYS * ValueC[0]);  // 150
  c(SYS * ValueC[1]);  // 151
  c(SYS * ValueC[2]);  // 152
  c(SYS * ValueC[3]);  // 153
  c(SYS * (115 - InstrVal[0]));  // 154
  c(SYS * (-InstrVal[1]));  // 155
  c(IsEcall * (-InstrVal[2]));  // 156
  c(IsEbreak * (128 - InstrVal[2]));  // 157
  c(SYS * (-InstrVal[3]));  // 158
}

// [Add] 159..160
template <class C>
void chip_add(C& c) {
  using F = typename C::Value;
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsAdd = c.m(col::IsAdd);
  c(IsAdd * (lo(ValueA) + 65536 * CarryFlag[0] - (lo(ValueB) + lo(ValueC))));  // 159
  c(IsAdd * (hi(ValueA) + 65536 * CarryFlag[1] - (hi(ValueB) + hi(ValueC) + CarryFlag[0])));  // 160
}

// [Sub] 161..162
template <class C>
void chip_sub(C& c) {
  using F = typename C::Value;
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSub = c.m(col::IsSub);
  c(IsSub * (lo(ValueA) - 65536 * CarryFlag[0] - (lo(ValueB) - lo(ValueC))));  // 161
  c(IsSub * (hi(ValueA) - 65536 * CarryFlag[1] - (hi(ValueB) - hi(ValueC) - CarryFlag[0])));  // 162
}

// [Sltu] 163..168
template <class C>
void chip_sltu(C& c) {
  using F = typename C::Value;
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSltu = c.m(col::IsSltu);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  c(IsSltu * (CarryFlag[1] - ValueA[0]));  // 163
  c(IsSltu * (lo(Helper1) - 65536 * CarryFlag[0] - (lo(ValueB) - lo(ValueC))));  // 164
  c(IsSltu * (hi(Helper1) - 65536 * CarryFlag[1] - (hi(ValueB) - hi(ValueC) - CarryFlag[0])));  // 165
  c(IsSltu * ValueA[1]);  // 166
  c(IsSltu * ValueA[2]);  // 167
  c(IsSltu * ValueA[3]);  // 168
}

// [Slt] 169..176
template <class C>
void chip_slt(C& c) {
  using F = typename C::Value;
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSlt = c.m(col::IsSlt);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Helper2{c.m(col::Helper2), c.m(col::Helper2 + 1), c.m(col::Helper2 + 2), c.m(col::Helper2 + 3)};
  const Word<F, 4> Helper3{c.m(col::Helper3), c.m(col::Helper3 + 1), c.m(col::Helper3 + 2), c.m(col::Helper3 + 3)};
  const F SgnB = c.m(col::SgnB);
  const F SgnC = c.m(col::SgnC);
  c(IsSlt * (lo(Helper1) - 65536 * CarryFlag[0] - (lo(ValueB) - lo(ValueC))));  // 169
  c(IsSlt * (hi(Helper1) - 65536 * CarryFlag[1] - (hi(ValueB) - hi(ValueC) - CarryFlag[0])));  // 170
  c(IsSlt * (SgnB * (1 - SgnC) + CarryFlag[1] * (SgnB * SgnC + (1 - SgnB) * (1 - SgnC)) - ValueA[0]));  // 171
  c(IsSlt * ValueA[1]);  // 172
  c(IsSlt * ValueA[2]);  // 173
  c(IsSlt * ValueA[3]);  // 174
  c(IsSlt * (128 * SgnB + Helper2[3] - ValueB[3]));  // 175
  c(IsSlt * (128 * SgnC + Helper3[3] - ValueC[3]));  // 176
}

// [Bne] 177..185
template <class C>
void chip_bne(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBne = c.m(col::IsBne);
  const F Neq = c.m(col::Neq);
  const F Neq12 = c.m(col::Neq12);
  const F Neq34 = c.m(col::Neq34);
  const F Neq12Aux = c.m(col::Neq12Aux);
  const F Neq34Aux = c.m(col::Neq34Aux);
  const F Neq12AuxInv = c.m(col::Neq12AuxInv);
  const F Neq34AuxInv = c.m(col::Neq34AuxInv);
  c(IsBne * ((lo(ValueA) - lo(ValueB)) * Neq12Aux - Neq12));  // 177
  c(IsBne * ((hi(ValueA) - hi(ValueB)) * Neq34Aux - Neq34));  // 178
  c(IsBne * Neq12 * (1 - Neq12));  // 179
  c(IsBne * Neq34 * (1 - Neq34));  // 180
  c(IsBne * (Neq12Aux * Neq12AuxInv - 1));  // 181
  c(IsBne * (Neq34Aux * Neq34AuxInv - 1));  // 182
  c(IsBne * ((1 - Neq12) * (1 - Neq34) - (1 - Neq)));  // 183
  c(IsBne * (Neq * lo(ValueC) + 4 * (1 - Neq) + lo(Pc) - 65536 * CarryFlag[0] - lo(PcNext)));  // 184
  c(IsBne * (Neq * hi(ValueC) + hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(PcNext)));  // 185
}

// [Beq] 186..194
template <class C>
void chip_beq(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBeq = c.m(col::IsBeq);
  const F Neq = c.m(col::Neq);
  const F Neq12 = c.m(col::Neq12);
  const F Neq34 = c.m(col::Neq34);
  const F Neq12Aux = c.m(col::Neq12Aux);
  const F Neq34Aux = c.m(col::Neq34Aux);
  const F Neq12AuxInv = c.m(col::Neq12AuxInv);
  const F Neq34AuxInv = c.m(col::Neq34AuxInv);
  c(IsBeq * ((lo(ValueA) - lo(ValueB)) * Neq12Aux - Neq12));  // 186
  c(IsBeq * ((hi(ValueA) - hi(ValueB)) * Neq34Aux - Neq34));  // 187
  c(IsBeq * Neq12 * (1 - Neq12));  // 188
  c(IsBeq * Neq34 * (1 - Neq34));  // 189
  c(IsBeq * (Neq12Aux * Neq12AuxInv - 1));  // 190
  c(IsBeq * (Neq34Aux * Neq34AuxInv - 1));  // 191
  c(IsBeq * ((1 - Neq12) * (1 - Neq34) - (1 - Neq)));  // 192
  c(IsBeq * ((1 - Neq) * lo(ValueC) + 4 * (1 - (1 - Neq)) + lo(Pc) - 65536 * CarryFlag[0] - lo(PcNext)));  // 193
  c(IsBeq * ((1 - Neq) * hi(ValueC) + hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(PcNext)));  // 194
}

// [Bltu] 195..198
template <class C>
void chip_bltu(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBltu = c.m(col::IsBltu);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  c(IsBltu * (lo(ValueA) - lo(ValueB) - lo(Helper1) + 65536 * BorrowFlag[0]));  // 195
  c(IsBltu * (hi(ValueA) - hi(ValueB) - hi(Helper1) + 65536 * BorrowFlag[1] - BorrowFlag[0]));  // 196
  c(IsBltu * (BorrowFlag[1] * lo(ValueC) + 4 * (1 - BorrowFlag[1]) + lo(Pc) - 65536 * CarryFlag[0]
     - lo(PcNext)));  // 197
  c(IsBltu * (BorrowFlag[1] * hi(ValueC) + hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(PcNext)));  // 198
}

// [Blt] 199..205
template <class C>
void chip_blt(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBlt = c.m(col::IsBlt);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Helper2{c.m(col::Helper2), c.m(col::Helper2 + 1), c.m(col::Helper2 + 2), c.m(col::Helper2 + 3)};
  const Word<F, 4> Helper3{c.m(col::Helper3), c.m(col::Helper3 + 1), c.m(col::Helper3 + 2), c.m(col::Helper3 + 3)};
  const F LtFlag = c.m(col::LtFlag);
  c(IsBlt * (lo(ValueA) - lo(ValueB) - lo(Helper1) + 65536 * BorrowFlag[0]));  // 199
  c(IsBlt * (hi(ValueA) - hi(ValueB) - hi(Helper1) + 65536 * BorrowFlag[1] - BorrowFlag[0]));  // 200
  c(IsBlt * (inv128 * (ValueA[3] - Helper2[3]) * (1 - inv128 * (ValueB[3] - Helper3[3]))
     + BorrowFlag[1] * (inv128 * (ValueA[3] - Helper2[3]) * inv128 * (ValueB[3] - Helper3[3]) + (1
     - inv128 * (ValueA[3] - Helper2[3])) * (1 - inv128 * (ValueB[3] - Helper3[3]))) - LtFlag));  // 201
  c(IsBlt * (LtFlag * lo(ValueC) + 4 * (1 - LtFlag) + lo(Pc) - 65536 * CarryFlag[0] - lo(PcNext)));  // 202
  c(IsBlt * (LtFlag * hi(ValueC) + hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(PcNext)));  // 203
  c(IsBlt * inv128 * (ValueA[3] - Helper2[3]) * (1 - inv128 * (ValueA[3] - Helper2[3])));  // 204
  c(IsBlt * inv128 * (ValueB[3] - Helper3[3]) * (1 - inv128 * (ValueB[3] - Helper3[3])));  // 205
}

// [Bgeu] 206..209
template <class C>
void chip_bgeu(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBgeu = c.m(col::IsBgeu);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  c(IsBgeu * (lo(ValueA) - lo(ValueB) - lo(Helper1) + 65536 * BorrowFlag[0]));  // 206
  c(IsBgeu * (hi(ValueA) - hi(ValueB) - hi(Helper1) + 65536 * BorrowFlag[1] - BorrowFlag[0]));  // 207
  c(IsBgeu * ((1 - BorrowFlag[1]) * lo(ValueC) + 4 * (1 - (1 - BorrowFlag[1])) + lo(Pc)
     - 65536 * CarryFlag[0] - lo(PcNext)));  // 208
  c(IsBgeu * ((1 - BorrowFlag[1]) * hi(ValueC) + hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(PcNext)));  // 209
}

// [Bge] 210..216
template <class C>
void chip_bge(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsBge = c.m(col::IsBge);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Helper2{c.m(col::Helper2), c.m(col::Helper2 + 1), c.m(col::Helper2 + 2), c.m(col::Helper2 + 3)};
  const Word<F, 4> Helper3{c.m(col::Helper3), c.m(col::Helper3 + 1), c.m(col::Helper3 + 2), c.m(col::Helper3 + 3)};
  const F SgnA = c.m(col::SgnA);
  const F SgnB = c.m(col::SgnB);
  const F LtFlag = c.m(col::LtFlag);
  c(IsBge * (lo(ValueA) - lo(ValueB) - lo(Helper1) + 65536 * BorrowFlag[0]));  // 210
  c(IsBge * (hi(ValueA) - hi(ValueB) - hi(Helper1) + 65536 * BorrowFlag[1] - BorrowFlag[0]));  // 211
  c(IsBge * (Helper2[3] + 128 * SgnA - ValueA[3]));  // 212
  c(IsBge * (Helper3[3] + 128 * SgnB - ValueB[3]));  // 213
  c(IsBge * (SgnA * (1 - SgnB) + BorrowFlag[1] * (SgnA * SgnB + (1 - SgnA) * (1 - SgnB)) - LtFlag));  // 214
  c(IsBge * ((1 - LtFlag) * lo(ValueC) + 4 * (1 - (1 - LtFlag)) + lo(Pc) - 65536 * CarryFlag[0] - lo(PcNext)));  // 215
  c(IsBge * ((1 - LtFlag) * hi(ValueC) + hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(PcNext)));  // 216
}

// [Jal] 217..220
template <class C>
void chip_jal(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsJal = c.m(col::IsJal);
  c(IsJal * (4 + lo(Pc) - 65536 * CarryFlag[0] - lo(ValueA)));  // 217
  c(IsJal * (hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(ValueA)));  // 218
  c(IsJal * (lo(ValueC) + lo(Pc) - 65536 * BorrowFlag[0] - lo(PcNext)));  // 219
  c(IsJal * (hi(ValueC) + hi(Pc) + BorrowFlag[0] - 65536 * BorrowFlag[1] - hi(PcNext)));  // 220
}

// [Lui] 221..224
template <class C>
void chip_lui(C& c) {
  using F = typename C::Value;
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsLui = c.m(col::IsLui);
  c(IsLui * (ValueC[0] - ValueA[0]));  // 221
  c(IsLui * (ValueC[1] - ValueA[1]));  // 222
  c(IsLui * (ValueC[2] - ValueA[2]));  // 223
  c(IsLui * (ValueC[3] - ValueA[3]));  // 224
}

// [Auipc] 225..226
template <class C>
void chip_auipc(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsAuipc = c.m(col::IsAuipc);
  c(IsAuipc * (lo(Pc) + lo(ValueC) - 65536 * CarryFlag[0] - lo(ValueA)));  // 225
  c(IsAuipc * (hi(Pc) + hi(ValueC) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(ValueA)));  // 226
}

// [Jalr] 227..235
template <class C>
void chip_jalr(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const Word<F, 4> PcNext{c.m(col::PcNext), c.m(col::PcNext + 1), c.m(col::PcNext + 2), c.m(col::PcNext + 3)};
  const Word<F, 4> PcNextAux{c.m(col::PcNextAux), c.m(col::PcNextAux + 1), c.m(col::PcNextAux + 2), c.m(col::PcNextAux + 3)};
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsJalr = c.m(col::IsJalr);
  const F RemAux = c.m(col::RemAux);
  const F QtAux = c.m(col::QtAux);
  c(IsJalr * (4 + lo(Pc) - 65536 * CarryFlag[0] - lo(ValueA)));  // 227
  c(IsJalr * (hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(ValueA)));  // 228
  c(IsJalr * (lo(ValueC) + lo(ValueB) - 65536 * BorrowFlag[0] - lo(PcNextAux)));  // 229
  c(IsJalr * (hi(ValueC) + hi(ValueB) + BorrowFlag[0] - 65536 * BorrowFlag[1] - hi(PcNextAux)));  // 230
  c(IsJalr * (PcNextAux[0] - 2 * QtAux - RemAux));  // 231
  c(IsJalr * (2 * QtAux - PcNext[0]));  // 232
  c(IsJalr * (PcNextAux[1] - PcNext[1]));  // 233
  c(IsJalr * (PcNextAux[2] - PcNext[2]));  // 234
  c(IsJalr * (PcNextAux[3] - PcNext[3]));  // 235
}

// [Sll] 236..245
template <class C>
void chip_sll(C& c) {
  using F = typename C::Value;
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSll = c.m(col::IsSll);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Rem{c.m(col::Rem), c.m(col::Rem + 1), c.m(col::Rem + 2), c.m(col::Rem + 3)};
  const Word<F, 4> Qt{c.m(col::Qt), c.m(col::Qt + 1), c.m(col::Qt + 2), c.m(col::Qt + 3)};
  const F ShiftBit1 = c.m(col::ShiftBit1);
  const F ShiftBit2 = c.m(col::ShiftBit2);
  const F ShiftBit3 = c.m(col::ShiftBit3);
  const F ShiftBit4 = c.m(col::ShiftBit4);
  const F ShiftBit5 = c.m(col::ShiftBit5);
  const F Exp1_3 = c.m(col::Exp1_3);
  c(IsSll * (ShiftBit1 + 2 * ShiftBit2 + 4 * ShiftBit3 + 8 * ShiftBit4 + 16 * ShiftBit5 + 32 * Helper1[0]
     - ValueC[0]));  // 236
  c(IsSll * ((ShiftBit1 + 1) * (3 * ShiftBit2 + 1) * (15 * ShiftBit3 + 1) - Exp1_3));  // 237
  c(IsSll * (Rem[0] + 256 * Qt[0] - ValueB[0] * Exp1_3));  // 238
  c(IsSll * (Rem[1] + 256 * Qt[1] - Qt[0] - ValueB[1] * Exp1_3));  // 239
  c(IsSll * (Rem[2] + 256 * Qt[2] - Qt[1] - ValueB[2] * Exp1_3));  // 240
  c(IsSll * (Rem[3] + 256 * Qt[3] - Qt[2] - ValueB[3] * Exp1_3));  // 241
  c(IsSll * (ValueA[0] - Rem[0] * (1 - ShiftBit4) * (1 - ShiftBit5)));  // 242
  c(IsSll * (ValueA[1] - Rem[1] * (1 - ShiftBit4) * (1 - ShiftBit5) - Rem[0] * ShiftBit4 * (1 - ShiftBit5)));  // 243
  c(IsSll * (ValueA[2] - Rem[2] * (1 - ShiftBit4) * (1 - ShiftBit5) - Rem[1] * ShiftBit4 * (1
     - ShiftBit5) - Rem[0] * (1 - ShiftBit4) * ShiftBit5));  // 244
  c(IsSll * (ValueA[3] - Rem[3] * (1 - ShiftBit4) * (1 - ShiftBit5) - Rem[2] * ShiftBit4 * (1
     - ShiftBit5) - Rem[1] * (1 - ShiftBit4) * ShiftBit5 - Rem[0] * ShiftBit4 * ShiftBit5));  // 245
}

// [Srl] 246..259
template <class C>
void chip_srl(C& c) {
  using F = typename C::Value;
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSrl = c.m(col::IsSrl);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Rem{c.m(col::Rem), c.m(col::Rem + 1), c.m(col::Rem + 2), c.m(col::Rem + 3)};
  const Word<F, 4> Qt{c.m(col::Qt), c.m(col::Qt + 1), c.m(col::Qt + 2), c.m(col::Qt + 3)};
  const F ShiftBit1 = c.m(col::ShiftBit1);
  const F ShiftBit2 = c.m(col::ShiftBit2);
  const F ShiftBit3 = c.m(col::ShiftBit3);
  const F ShiftBit4 = c.m(col::ShiftBit4);
  const F ShiftBit5 = c.m(col::ShiftBit5);
  const F Exp1_3 = c.m(col::Exp1_3);
  const Word<F, 4> RemDiff{c.m(col::RemDiff), c.m(col::RemDiff + 1), c.m(col::RemDiff + 2), c.m(col::RemDiff + 3)};
  c(IsSrl * (ShiftBit1 + 2 * ShiftBit2 + 4 * ShiftBit3 + 8 * ShiftBit4 + 16 * ShiftBit5 + 32 * Helper1[0]
     - ValueC[0]));  // 246
  c(IsSrl * ((ShiftBit1 + 1) * (3 * ShiftBit2 + 1) * (15 * ShiftBit3 + 1) - Exp1_3));  // 247
  c(IsSrl * (ValueB[3] - Rem[3] - Qt[3] * Exp1_3));  // 248
  c(IsSrl * (ValueB[2] + 256 * Rem[3] - Rem[2] - Qt[2] * Exp1_3));  // 249
  c(IsSrl * (ValueB[1] + 256 * Rem[2] - Rem[1] - Qt[1] * Exp1_3));  // 250
  c(IsSrl * (ValueB[0] + 256 * Rem[1] - Rem[0] - Qt[0] * Exp1_3));  // 251
  c(IsSrl * (ValueA[3] - Qt[3] * (1 - ShiftBit4) * (1 - ShiftBit5)));  // 252
  c(IsSrl * (ValueA[2] - Qt[2] * (1 - ShiftBit4) * (1 - ShiftBit5) - Qt[3] * ShiftBit4 * (1 - ShiftBit5)));  // 253
  c(IsSrl * (ValueA[1] - Qt[1] * (1 - ShiftBit4) * (1 - ShiftBit5) - Qt[2] * ShiftBit4 * (1 - ShiftBit5)
     - Qt[3] * (1 - ShiftBit4) * ShiftBit5));  // 254
  c(IsSrl * (ValueA[0] - Qt[0] * (1 - ShiftBit4) * (1 - ShiftBit5) - Qt[1] * ShiftBit4 * (1 - ShiftBit5)
     - Qt[2] * (1 - ShiftBit4) * ShiftBit5 - Qt[3] * ShiftBit4 * ShiftBit5));  // 255
  c(IsSrl * (Exp1_3 - 1 - Rem[0] - RemDiff[0]));  // 256
  c(IsSrl * (Exp1_3 - 1 - Rem[1] - RemDiff[1]));  // 257
  c(IsSrl * (Exp1_3 - 1 - Rem[2] - RemDiff[2]));  // 258
  c(IsSrl * (Exp1_3 - 1 - Rem[3] - RemDiff[3]));  // 259
}

// [Sra] 260..280
template <class C>
void chip_sra(C& c) {
  using F = typename C::Value;
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSra = c.m(col::IsSra);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Helper2{c.m(col::Helper2), c.m(col::Helper2 + 1), c.m(col::Helper2 + 2), c.m(col::Helper2 + 3)};
  const Word<F, 4> Helper3{c.m(col::Helper3), c.m(col::Helper3 + 1), c.m(col::Helper3 + 2), c.m(col::Helper3 + 3)};
  const F SgnB = c.m(col::SgnB);
  const Word<F, 4> Rem{c.m(col::Rem), c.m(col::Rem + 1), c.m(col::Rem + 2), c.m(col::Rem + 3)};
  const Word<F, 4> Qt{c.m(col::Qt), c.m(col::Qt + 1), c.m(col::Qt + 2), c.m(col::Qt + 3)};
  const F ShiftBit1 = c.m(col::ShiftBit1);
  const F ShiftBit2 = c.m(col::ShiftBit2);
  const F ShiftBit3 = c.m(col::ShiftBit3);
  const F ShiftBit4 = c.m(col::ShiftBit4);
  const F ShiftBit5 = c.m(col::ShiftBit5);
  const F Exp1_3 = c.m(col::Exp1_3);
  const F Exp = c.m(col::Exp);
  const Word<F, 4> RemDiff{c.m(col::RemDiff), c.m(col::RemDiff + 1), c.m(col::RemDiff + 2), c.m(col::RemDiff + 3)};
  const F SraDegreeAux = c.m(col::SraDegreeAux);
  c(IsSra * (ShiftBit1 + 2 * ShiftBit2 + 4 * ShiftBit3 + 8 * ShiftBit4 + 16 * ShiftBit5 + 32 * Helper1[0]
     - ValueC[0]));  // 260
  c(IsSra * ((ShiftBit1 + 1) * (3 * ShiftBit2 + 1) * (15 * ShiftBit3 + 1) - Exp1_3));  // 261
  c(IsSra * (ValueB[3] - Rem[3] - Qt[3] * Exp1_3));  // 262
  c(IsSra * (ValueB[2] + 256 * Rem[3] - Rem[2] - Qt[2] * Exp1_3));  // 263
  c(IsSra * (ValueB[1] + 256 * Rem[2] - Rem[1] - Qt[1] * Exp1_3));  // 264
  c(IsSra * (ValueB[0] + 256 * Rem[1] - Rem[0] - Qt[0] * Exp1_3));  // 265
  c(IsSra * (Helper2[0] + 128 * SgnB - ValueB[3]));  // 266
  c(IsSra * (Helper3[3] - Qt[3] * (1 - ShiftBit4) * (1 - ShiftBit5)));  // 267
  c(IsSra * (Helper3[2] - Qt[2] * (1 - ShiftBit4) * (1 - ShiftBit5) - Qt[3] * ShiftBit4 * (1 - ShiftBit5)));  // 268
  c(IsSra * (Helper3[1] - Qt[1] * (1 - ShiftBit4) * (1 - ShiftBit5) - Qt[2] * ShiftBit4 * (1 - ShiftBit5)
     - Qt[3] * (1 - ShiftBit4) * ShiftBit5));  // 269
  c(IsSra * (Helper3[0] - Qt[0] * (1 - ShiftBit4) * (1 - ShiftBit5) - Qt[1] * ShiftBit4 * (1 - ShiftBit5)
     - Qt[2] * (1 - ShiftBit4) * ShiftBit5 - Qt[3] * ShiftBit4 * ShiftBit5));  // 270
  c(IsSra * (2 * (2 - ShiftBit1) * (4 - 3 * ShiftBit2) * (16 - 15 * ShiftBit3) - Exp));  // 271
  c(IsSra * (SgnB * (Exp1_3 - 1) * Exp - SraDegreeAux));  // 272
  c(IsSra * (ValueA[3] - (1 - ShiftBit4) * (1 - ShiftBit5) * (Helper3[3] + SraDegreeAux)
     - 255 * (ShiftBit4 + ShiftBit5 - ShiftBit4 * ShiftBit5) * SgnB));  // 273
  c(IsSra * (ValueA[2] - (1 - ShiftBit4) * (1 - ShiftBit5) * Helper3[2] - ShiftBit4 * (1
     - ShiftBit5) * (Helper3[2] + SraDegreeAux) - 255 * ShiftBit5 * SgnB));  // 274
  c(IsSra * (ValueA[1] - (1 - ShiftBit5) * Helper3[1] - (1 - ShiftBit4) * ShiftBit5 * (Helper3[1]
     + SraDegreeAux) - 255 * ShiftBit4 * ShiftBit5 * SgnB));  // 275
  c(IsSra * (ValueA[0] - (1 - ShiftBit4 * ShiftBit5) * Helper3[0] - ShiftBit4 * ShiftBit5 * (Helper3[0]
     + SraDegreeAux)));  // 276
  c(IsSra * (Exp1_3 - 1 - Rem[0] - RemDiff[0]));  // 277
  c(IsSra * (Exp1_3 - 1 - Rem[1] - RemDiff[1]));  // 278
  c(IsSra * (Exp1_3 - 1 - Rem[2] - RemDiff[2]));  // 279
  c(IsSra * (Exp1_3 - 1 - Rem[3] - RemDiff[3]));  // 280
}

// [LoadStore] 281..314
template <class C>
void chip_load_store(C& c) {
  using F = typename C::Value;
  const F LOAD = c.v(selector::LOAD);
  const F S = c.v(selector::S);
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F IsSh = c.m(col::IsSh);
  const F IsSw = c.m(col::IsSw);
  const F IsLb = c.m(col::IsLb);
  const F IsLh = c.m(col::IsLh);
  const F IsLbu = c.m(col::IsLbu);
  const F IsLhu = c.m(col::IsLhu);
  const F IsLw = c.m(col::IsLw);
  const Word<F, 4> Helper1{c.m(col::Helper1), c.m(col::Helper1 + 1), c.m(col::Helper1 + 2), c.m(col::Helper1 + 3)};
  const Word<F, 4> Helper2{c.m(col::Helper2), c.m(col::Helper2 + 1), c.m(col::Helper2 + 2), c.m(col::Helper2 + 3)};
  const Word<F, 4> Helper3{c.m(col::Helper3), c.m(col::Helper3 + 1), c.m(col::Helper3 + 2), c.m(col::Helper3 + 3)};
  const Word<F, 4> Helper4{c.m(col::Helper4), c.m(col::Helper4 + 1), c.m(col::Helper4 + 2), c.m(col::Helper4 + 3)};
  const F QtAux = c.m(col::QtAux);
  const Word<F, 4> RamBaseAddr{c.m(col::RamBaseAddr), c.m(col::RamBaseAddr + 1), c.m(col::RamBaseAddr + 2), c.m(col::RamBaseAddr + 3)};
  const F Ram1ValCur = c.m(col::Ram1ValCur);
  const F Ram2ValCur = c.m(col::Ram2ValCur);
  const F Ram3ValCur = c.m(col::Ram3ValCur);
  const F Ram4ValCur = c.m(col::Ram4ValCur);
  const F Ram1ValPrev = c.m(col::Ram1ValPrev);
  const F Ram2ValPrev = c.m(col::Ram2ValPrev);
  const F Ram3ValPrev = c.m(col::Ram3ValPrev);
  const F Ram4ValPrev = c.m(col::Ram4ValPrev);
  const Word<F, 4> Ram1TsPrev{c.m(col::Ram1TsPrev), c.m(col::Ram1TsPrev + 1), c.m(col::Ram1TsPrev + 2), c.m(col::Ram1TsPrev + 3)};
  const Word<F, 4> Ram2TsPrev{c.m(col::Ram2TsPrev), c.m(col::Ram2TsPrev + 1), c.m(col::Ram2TsPrev + 2), c.m(col::Ram2TsPrev + 3)};
  const Word<F, 4> Ram3TsPrev{c.m(col::Ram3TsPrev), c.m(col::Ram3TsPrev + 1), c.m(col::Ram3TsPrev + 2), c.m(col::Ram3TsPrev + 3)};
  const Word<F, 4> Ram4TsPrev{c.m(col::Ram4TsPrev), c.m(col::Ram4TsPrev + 1), c.m(col::Ram4TsPrev + 2), c.m(col::Ram4TsPrev + 3)};
  const Word<F, 4> Ram1TsPrevAux{c.m(col::Ram1TsPrevAux), c.m(col::Ram1TsPrevAux + 1), c.m(col::Ram1TsPrevAux + 2), c.m(col::Ram1TsPrevAux + 3)};
  const Word<F, 4> Ram2TsPrevAux{c.m(col::Ram2TsPrevAux), c.m(col::Ram2TsPrevAux + 1), c.m(col::Ram2TsPrevAux + 2), c.m(col::Ram2TsPrevAux + 3)};
  const Word<F, 4> Ram3TsPrevAux{c.m(col::Ram3TsPrevAux), c.m(col::Ram3TsPrevAux + 1), c.m(col::Ram3TsPrevAux + 2), c.m(col::Ram3TsPrevAux + 3)};
  const Word<F, 4> Ram4TsPrevAux{c.m(col::Ram4TsPrevAux), c.m(col::Ram4TsPrevAux + 1), c.m(col::Ram4TsPrevAux + 2), c.m(col::Ram4TsPrevAux + 3)};
  const Word<F, 4> Clk{c.p(pre::Clk), c.p(pre::Clk + 1), c.p(pre::Clk + 2), c.p(pre::Clk + 3)};
  c((LOAD + S) * (lo(Ram1TsPrevAux) + 1 + lo(Ram1TsPrev) - lo(Clk) - 65536 * Helper1[1]));  // 281
  c((LOAD + S) * (hi(Ram1TsPrevAux) + Helper1[1] + hi(Ram1TsPrev) - hi(Clk) - 65536 * Helper1[3]));  // 282
  c(Helper1[1] * (Helper1[1] - 1) * (LOAD + S));  // 283
  c(Helper1[3] * (LOAD + S));  // 284
  c((IsSh + IsSw + IsLh + IsLhu + IsLw) * (lo(Ram2TsPrevAux) + 1 + lo(Ram2TsPrev) - lo(Clk)
     - 65536 * Helper2[1]));  // 285
  c((IsSh + IsSw + IsLh + IsLhu + IsLw) * (hi(Ram2TsPrevAux) + Helper2[1] + hi(Ram2TsPrev) - hi(Clk)
     - 65536 * Helper2[3]));  // 286
  c(Helper2[1] * (Helper2[1] - 1) * (IsSh + IsSw + IsLh + IsLhu + IsLw));  // 287
  c(Helper2[3] * (IsSh + IsSw + IsLh + IsLhu + IsLw));  // 288
  c((IsSw + IsLw) * (lo(Ram3TsPrevAux) + 1 + lo(Ram3TsPrev) - lo(Clk) - 65536 * Helper3[1]));  // 289
  c((IsSw + IsLw) * (hi(Ram3TsPrevAux) + Helper3[1] + hi(Ram3TsPrev) - hi(Clk) - 65536 * Helper3[3]));  // 290
  c(Helper3[1] * (Helper3[1] - 1) * (IsSw + IsLw));  // 291
  c(Helper3[3] * (IsSw + IsLw));  // 292
  c((IsSw + IsLw) * (lo(Ram4TsPrevAux) + 1 + lo(Ram4TsPrev) - lo(Clk) - 65536 * Helper4[1]));  // 293
  c((IsSw + IsLw) * (hi(Ram4TsPrevAux) + Helper4[1] + hi(Ram4TsPrev) - hi(Clk) - 65536 * Helper4[3]));  // 294
  c(Helper4[1] * (Helper4[1] - 1) * (IsSw + IsLw));  // 295
  c(Helper4[3] * (IsSw + IsLw));  // 296
  c(LOAD * (lo(RamBaseAddr) - lo(ValueB) - lo(ValueC) + 65536 * CarryFlag[0]));  // 297
  c(LOAD * (hi(RamBaseAddr) - CarryFlag[0] - hi(ValueB) - hi(ValueC) + 65536 * CarryFlag[1]));  // 298
  c(S * (lo(RamBaseAddr) - lo(ValueA) - lo(ValueC) + 65536 * CarryFlag[0]));  // 299
  c(S * (hi(RamBaseAddr) - CarryFlag[0] - hi(ValueA) - hi(ValueC) + 65536 * CarryFlag[1]));  // 300
  c(LOAD * (Ram1ValPrev + 256 * Ram2ValPrev - (Ram1ValCur + 256 * Ram2ValCur)));  // 301
  c(LOAD * (Ram3ValPrev + 256 * Ram4ValPrev - (Ram3ValCur + 256 * Ram4ValCur)));  // 302
  c(IsLw * (lo(ValueA) - (Ram1ValPrev + 256 * Ram2ValPrev)));  // 303
  c(IsLw * (hi(ValueA) - (Ram3ValPrev + 256 * Ram4ValPrev)));  // 304
  c(IsLhu * (lo(ValueA) - (Ram1ValPrev + 256 * Ram2ValPrev)));  // 305
  c(IsLhu * hi(ValueA));  // 306
  c(IsLh * inv128 * (Ram2ValPrev - QtAux) * (inv128 * (Ram2ValPrev - QtAux) - 1));  // 307
  c(IsLh * (lo(ValueA) - (Ram1ValPrev + 256 * Ram2ValPrev)));  // 308
  c(IsLh * (hi(ValueA) - 65535 * inv128 * (Ram2ValPrev - QtAux)));  // 309
  c(IsLbu * (lo(ValueA) - Ram1ValPrev));  // 310
  c(IsLbu * hi(ValueA));  // 311
  c(IsLb * inv128 * (Ram1ValPrev - QtAux) * (inv128 * (Ram1ValPrev - QtAux) - 1));  // 312
  c(IsLb * (lo(ValueA) - Ram1ValPrev - 65280 * inv128 * (Ram1ValPrev - QtAux)));  // 313
  c(IsLb * (hi(ValueA) - 65535 * inv128 * (Ram1ValPrev - QtAux)));  // 314
}

// [Syscall] 315..336
template <class C>
void chip_syscall(C& c) {
  using F = typename C::Value;
  const F SYS = c.v(selector::SYS);
  const F OpA = c.m(col::OpA);
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const F IsSysDebug = c.m(col::IsSysDebug);
  const F IsSysMemoryAdvise = c.m(col::IsSysMemoryAdvise);
  const F IsSysHalt = c.m(col::IsSysHalt);
  const F IsSysPrivInput = c.m(col::IsSysPrivInput);
  const F IsSysCycleCount = c.m(col::IsSysCycleCount);
  const F IsSysStackReset = c.m(col::IsSysStackReset);
  const F IsSysHeapReset = c.m(col::IsSysHeapReset);
  c(SYS * ValueB[2]);  // 315
  c(SYS * ValueB[3]);  // 316
  c(SYS * IsSysDebug * (ValueB[0] - 0));  // 317
  c(SYS * IsSysDebug * (ValueB[1] - 2));  // 318
  c(SYS * IsSysHalt * (ValueB[0] - 1));  // 319
  c(SYS * IsSysHalt * (ValueB[1] - 2));  // 320
  c(SYS * IsSysPrivInput * (ValueB[0] - 0));  // 321
  c(SYS * IsSysPrivInput * (ValueB[1] - 4));  // 322
  c(SYS * IsSysCycleCount * (ValueB[0] - 1));  // 323
  c(SYS * IsSysCycleCount * (ValueB[1] - 4));  // 324
  c(SYS * IsSysStackReset * (ValueB[0] - 2));  // 325
  c(SYS * IsSysStackReset * (ValueB[1] - 4));  // 326
  c(SYS * IsSysHeapReset * (ValueB[0] - 3));  // 327
  c(SYS * IsSysHeapReset * (ValueB[1] - 4));  // 328
  c(SYS * IsSysMemoryAdvise * (ValueB[0] - 5));  // 329
  c(SYS * IsSysMemoryAdvise * (ValueB[1] - 4));  // 330
  c(SYS * (IsSysDebug + IsSysHalt + IsSysPrivInput + IsSysCycleCount + IsSysStackReset + IsSysHeapReset
     + IsSysMemoryAdvise - 1));  // 331
  c(SYS * (IsSysDebug + IsSysHalt + IsSysCycleCount + IsSysMemoryAdvise) * OpA);  // 332
  c(SYS * (IsSysPrivInput + IsSysHeapReset) * (10 - OpA));  // 333
  c(SYS * IsSysStackReset * (2 - OpA));  // 334
  c(SYS * (IsSysDebug + IsSysHalt + IsSysCycleCount + IsSysMemoryAdvise) * lo(ValueA));  // 335
  c(SYS * (IsSysDebug + IsSysHalt + IsSysCycleCount + IsSysMemoryAdvise) * hi(ValueA));  // 336
}

// [CustomInstruction] 337
template <class C>
void chip_custom_instruction(C& c) {
  using F = typename C::Value;
  const F IsCustomKeccak = c.m(col::IsCustomKeccak);
  c(IsCustomKeccak);  // 337
}

// [ProgramMemCheck] 338..344
template <class C>
void chip_program_mem_check(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Pc{c.m(col::Pc), c.m(col::Pc + 1), c.m(col::Pc + 2), c.m(col::Pc + 3)};
  const F IsPadding = c.m(col::IsPadding);
  const Word<F, 4> ProgCtrPrev{c.m(col::ProgCtrPrev), c.m(col::ProgCtrPrev + 1), c.m(col::ProgCtrPrev + 2), c.m(col::ProgCtrPrev + 3)};
  const Word<F, 4> ProgCtrCur{c.m(col::ProgCtrCur), c.m(col::ProgCtrCur + 1), c.m(col::ProgCtrCur + 2), c.m(col::ProgCtrCur + 3)};
  const Word<F, 2> ProgCtrCarry{c.m(col::ProgCtrCarry), c.m(col::ProgCtrCarry + 1)};
  const F IsFirst = c.p(pre::IsFirst);
  const Word<F, 4> PrgInitialPc{c.p(pre::PrgInitialPc), c.p(pre::PrgInitialPc + 1), c.p(pre::PrgInitialPc + 2), c.p(pre::PrgInitialPc + 3)};
  c(IsFirst * (Pc[0] - PrgInitialPc[0]));  // 338
  c(IsFirst * (Pc[1] - PrgInitialPc[1]));  // 339
  c(IsFirst * (Pc[2] - PrgInitialPc[2]));  // 340
  c(IsFirst * (Pc[3] - PrgInitialPc[3]));  // 341
  c((1 - IsPadding) * (lo(ProgCtrCur) + 65536 * ProgCtrCarry[0] - (lo(ProgCtrPrev) + 1)));  // 342
  c((1 - IsPadding) * (hi(ProgCtrCur) + 65536 * ProgCtrCarry[1] - (hi(ProgCtrPrev) + ProgCtrCarry[0])));  // 343
  c(ProgCtrCarry[1]);  // 344
}

// [RegisterMemCheck] 345..356
template <class C>
void chip_register_mem_check(C& c) {
  using F = typename C::Value;
  const F ALU = c.v(selector::ALU);
  const F R = c.v(selector::R);
  const F REG1 = c.v(selector::REG1);
  const Word<F, 4> ValueA{c.m(col::ValueA), c.m(col::ValueA + 1), c.m(col::ValueA + 2), c.m(col::ValueA + 3)};
  const Word<F, 4> ValueAEffective{c.m(col::ValueAEffective), c.m(col::ValueAEffective + 1), c.m(col::ValueAEffective + 2), c.m(col::ValueAEffective + 3)};
  const Word<F, 4> ValueB{c.m(col::ValueB), c.m(col::ValueB + 1), c.m(col::ValueB + 2), c.m(col::ValueB + 3)};
  const Word<F, 4> ValueC{c.m(col::ValueC), c.m(col::ValueC + 1), c.m(col::ValueC + 2), c.m(col::ValueC + 3)};
  const F ValueAEffectiveFlag = c.m(col::ValueAEffectiveFlag);
  const Word<F, 4> Reg1ValPrev{c.m(col::Reg1ValPrev), c.m(col::Reg1ValPrev + 1), c.m(col::Reg1ValPrev + 2), c.m(col::Reg1ValPrev + 3)};
  const Word<F, 4> Reg2ValPrev{c.m(col::Reg2ValPrev), c.m(col::Reg2ValPrev + 1), c.m(col::Reg2ValPrev + 2), c.m(col::Reg2ValPrev + 3)};
  c(ValueAEffective[0] - ValueA[0] * ValueAEffectiveFlag);  // 345
  c(ValueAEffective[1] - ValueA[1] * ValueAEffectiveFlag);  // 346
  c(ValueAEffective[2] - ValueA[2] * ValueAEffectiveFlag);  // 347
  c(ValueAEffective[3] - ValueA[3] * ValueAEffectiveFlag);  // 348
  c(REG1 * ALU * (ValueB[0] - Reg1ValPrev[0]));  // 349
  c(R * ALU * (ValueC[0] - Reg2ValPrev[0]));  // 350
  c(REG1 * ALU * (ValueB[1] - Reg1ValPrev[1]));  // 351
  c(R * ALU * (ValueC[1] - Reg2ValPrev[1]));  // 352
  c(REG1 * ALU * (ValueB[2] - Reg1ValPrev[2]));  // 353
  c(R * ALU * (ValueC[2] - Reg2ValPrev[2]));  // 354
  c(REG1 * ALU * (ValueB[3] - Reg1ValPrev[3]));  // 355
  c(R * ALU * (ValueC[3] - Reg2ValPrev[3]));  // 356
}

// [Timestamp] 357..365
template <class C>
void chip_timestamp(C& c) {
  using F = typename C::Value;
  const Word<F, 4> Reg1TsPrev{c.m(col::Reg1TsPrev), c.m(col::Reg1TsPrev + 1), c.m(col::Reg1TsPrev + 2), c.m(col::Reg1TsPrev + 3)};
  const Word<F, 4> Reg2TsPrev{c.m(col::Reg2TsPrev), c.m(col::Reg2TsPrev + 1), c.m(col::Reg2TsPrev + 2), c.m(col::Reg2TsPrev + 3)};
  const Word<F, 4> Reg3TsPrev{c.m(col::Reg3TsPrev), c.m(col::Reg3TsPrev + 1), c.m(col::Reg3TsPrev + 2), c.m(col::Reg3TsPrev + 3)};
  const Word<F, 4> CReg1TsPrev{c.m(col::CReg1TsPrev), c.m(col::CReg1TsPrev + 1), c.m(col::CReg1TsPrev + 2), c.m(col::CReg1TsPrev + 3)};
  const Word<F, 4> CReg2TsPrev{c.m(col::CReg2TsPrev), c.m(col::CReg2TsPrev + 1), c.m(col::CReg2TsPrev + 2), c.m(col::CReg2TsPrev + 3)};
  const Word<F, 4> CReg3TsPrev{c.m(col::CReg3TsPrev), c.m(col::CReg3TsPrev + 1), c.m(col::CReg3TsPrev + 2), c.m(col::CReg3TsPrev + 3)};
  const Word<F, 2> CH1Minus{c.m(col::CH1Minus), c.m(col::CH1Minus + 1)};
  const Word<F, 2> CH2Minus{c.m(col::CH2Minus), c.m(col::CH2Minus + 1)};
  const Word<F, 2> CH3Minus{c.m(col::CH3Minus), c.m(col::CH3Minus + 1)};
  const Word<F, 4> Reg1TsCur{c.p(pre::Reg1TsCur), c.p(pre::Reg1TsCur + 1), c.p(pre::Reg1TsCur + 2), c.p(pre::Reg1TsCur + 3)};
  const Word<F, 4> Reg2TsCur{c.p(pre::Reg2TsCur), c.p(pre::Reg2TsCur + 1), c.p(pre::Reg2TsCur + 2), c.p(pre::Reg2TsCur + 3)};
  const Word<F, 4> Reg3TsCur{c.p(pre::Reg3TsCur), c.p(pre::Reg3TsCur + 1), c.p(pre::Reg3TsCur + 2), c.p(pre::Reg3TsCur + 3)};
  c(CH1Minus[1]);  // 357
  c(CH2Minus[1]);  // 358
  c(CH3Minus[1]);  // 359
  c(lo(CReg1TsPrev) + lo(Reg1TsPrev) + 1 - (65536 * CH1Minus[0] + lo(Reg1TsCur)));  // 360
  c(hi(CReg1TsPrev) + hi(Reg1TsPrev) + CH1Minus[0] - (65536 * CH1Minus[1] + hi(Reg1TsCur)));  // 361
  c(lo(CReg2TsPrev) + lo(Reg2TsPrev) + 1 - (65536 * CH2Minus[0] + lo(Reg2TsCur)));  // 362
  c(hi(CReg2TsPrev) + hi(Reg2TsPrev) + CH2Minus[0] - (65536 * CH2Minus[1] + hi(Reg2TsCur)));  // 363
  c(lo(CReg3TsPrev) + lo(Reg3TsPrev) + 1 - (65536 * CH3Minus[0] + lo(Reg3TsCur)));  // 364
  c(hi(CReg3TsPrev) + hi(Reg3TsPrev) + CH3Minus[0] - (65536 * CH3Minus[1] + hi(Reg3TsCur)));  // 365
}

// [RangeBool] 366..448
template <class C>
void chip_range_bool(C& c) {
  using F = typename C::Value;
  const F B = c.v(selector::B);
  const F INS = c.v(selector::INS);
  const F ISH = c.v(selector::ISH);
  const F R = c.v(selector::R);
  const F S = c.v(selector::S);
  const Word<F, 2> CarryFlag{c.m(col::CarryFlag), c.m(col::CarryFlag + 1)};
  const Word<F, 2> BorrowFlag{c.m(col::BorrowFlag), c.m(col::BorrowFlag + 1)};
  const F ImmC = c.m(col::ImmC);
  const F IsAdd = c.m(col::IsAdd);
  const F IsOr = c.m(col::IsOr);
  const F IsAnd = c.m(col::IsAnd);
  const F IsXor = c.m(col::IsXor);
  const F IsSub = c.m(col::IsSub);
  const F IsSltu = c.m(col::IsSltu);
  const F IsSlt = c.m(col::IsSlt);
  const F IsBne = c.m(col::IsBne);
  const F IsBeq = c.m(col::IsBeq);
  const F IsBltu = c.m(col::IsBltu);
  const F IsBlt = c.m(col::IsBlt);
  const F IsBgeu = c.m(col::IsBgeu);
  const F IsBge = c.m(col::IsBge);
  const F IsJal = c.m(col::IsJal);
  const F IsSb = c.m(col::IsSb);
  const F IsSh = c.m(col::IsSh);
  const F IsSw = c.m(col::IsSw);
  const F IsLb = c.m(col::IsLb);
  const F IsLh = c.m(col::IsLh);
  const F IsLbu = c.m(col::IsLbu);
  const F IsLhu = c.m(col::IsLhu);
  const F IsLw = c.m(col::IsLw);
  const F IsLui = c.m(col::IsLui);
  const F IsAuipc = c.m(col::IsAuipc);
  const F IsJalr = c.m(col::IsJalr);
  const F IsSll = c.m(col::IsSll);
  const F IsSrl = c.m(col::IsSrl);
  const F IsSra = c.m(col::IsSra);
  const F IsEcall = c.m(col::IsEcall);
  const F IsEbreak = c.m(col::IsEbreak);
  const F IsSysDebug = c.m(col::IsSysDebug);
  const F IsSysHalt = c.m(col::IsSysHalt);
  const F IsSysPrivInput = c.m(col::IsSysPrivInput);
  const F IsSysCycleCount = c.m(col::IsSysCycleCount);
  const F IsSysStackReset = c.m(col::IsSysStackReset);
  const F IsSysHeapReset = c.m(col::IsSysHeapReset);
  const F IsPadding = c.m(col::IsPadding);
  const F SgnA = c.m(col::SgnA);
  const F SgnB = c.m(col::SgnB);
  const F SgnC = c.m(col::SgnC);
  const F LtFlag = c.m(col::LtFlag);
  const F RemAux = c.m(col::RemAux);
  const F ShiftBit1 = c.m(col::ShiftBit1);
  const F ShiftBit2 = c.m(col::ShiftBit2);
  const F ShiftBit3 = c.m(col::ShiftBit3);
  const F ShiftBit4 = c.m(col::ShiftBit4);
  const F ShiftBit5 = c.m(col::ShiftBit5);
  const F ValueAEffectiveFlag = c.m(col::ValueAEffectiveFlag);
  const Word<F, 2> ProgCtrCarry{c.m(col::ProgCtrCarry), c.m(col::ProgCtrCarry + 1)};
  const Word<F, 2> CH1Minus{c.m(col::CH1Minus), c.m(col::CH1Minus + 1)};
  const Word<F, 2> CH2Minus{c.m(col::CH2Minus), c.m(col::CH2Minus + 1)};
  const Word<F, 2> CH3Minus{c.m(col::CH3Minus), c.m(col::CH3Minus + 1)};
  const F OpC11 = c.m(col::OpC11);
  const F OpC12 = c.m(col::OpC12);
  const F OpC20 = c.m(col::OpC20);
  const F OpC0 = c.m(col::OpC0);
  const F OpC4 = c.m(col::OpC4);
  const F OpA0 = c.m(col::OpA0);
  const F OpB0 = c.m(col::OpB0);
  const F OpB4 = c.m(col::OpB4);
  const Word<F, 2> PcCarry{c.m(col::PcCarry), c.m(col::PcCarry + 1)};
  c(ValueAEffectiveFlag * (ValueAEffectiveFlag - 1));  // 366
  c(ImmC * (ImmC - 1));  // 367
  c(IsAdd * (IsAdd - 1));  // 368
  c(IsOr * (IsOr - 1));  // 369
  c(IsAnd * (IsAnd - 1));  // 370
  c(IsXor * (IsXor - 1));  // 371
  c(IsSub * (IsSub - 1));  // 372
  c(IsSltu * (IsSltu - 1));  // 373
  c(IsSlt * (IsSlt - 1));  // 374
  c(IsBltu * (IsBltu - 1));  // 375
  c(IsBlt * (IsBlt - 1));  // 376
  c(IsBgeu * (IsBgeu - 1));  // 377
  c(IsBge * (IsBge - 1));  // 378
  c(IsBne * (IsBne - 1));  // 379
  c(IsBeq * (IsBeq - 1));  // 380
  c(IsJal * (IsJal - 1));  // 381
  c(IsSb * (IsSb - 1));  // 382
  c(IsSh * (IsSh - 1));  // 383
  c(IsSw * (IsSw - 1));  // 384
  c(IsLb * (IsLb - 1));  // 385
  c(IsLh * (IsLh - 1));  // 386
  c(IsLbu * (IsLbu - 1));  // 387
  c(IsLhu * (IsLhu - 1));  // 388
  c(IsLw * (IsLw - 1));  // 389
  c(IsLui * (IsLui - 1));  // 390
  c(IsAuipc * (IsAuipc - 1));  // 391
  c(IsJalr * (IsJalr - 1));  // 392
  c(IsSll * (IsSll - 1));  // 393
  c(IsSrl * (IsSrl - 1));  // 394
  c(IsSra * (IsSra - 1));  // 395
  c(IsEcall * (IsEcall - 1));  // 396
  c(IsEbreak * (IsEbreak - 1));  // 397
  c(IsSysCycleCount * (IsSysCycleCount - 1));  // 398
  c(IsSysDebug * (IsSysDebug - 1));  // 399
  c(IsSysHalt * (IsSysHalt - 1));  // 400
  c(IsSysHeapReset * (IsSysHeapReset - 1));  // 401
  c(IsSysPrivInput * (IsSysPrivInput - 1));  // 402
  c(IsSysStackReset * (IsSysStackReset - 1));  // 403
  c(IsPadding * (IsPadding - 1));  // 404
  c(LtFlag * (LtFlag - 1));  // 405
  c(RemAux * (RemAux - 1));  // 406
  c(SgnA * (SgnA - 1));  // 407
  c(SgnB * (SgnB - 1));  // 408
  c(SgnC * (SgnC - 1));  // 409
  c(ShiftBit1 * (ShiftBit1 - 1));  // 410
  c(ShiftBit2 * (ShiftBit2 - 1));  // 411
  c(ShiftBit3 * (ShiftBit3 - 1));  // 412
  c(ShiftBit4 * (ShiftBit4 - 1));  // 413
  c(ShiftBit5 * (ShiftBit5 - 1));  // 414
  c(CarryFlag[0] * (CarryFlag[0] - 1));  // 415
  c(CarryFlag[1] * (CarryFlag[1] - 1));  // 416
  c(PcCarry[0] * (PcCarry[0] - 1));  // 417
  c(PcCarry[1] * (PcCarry[1] - 1));  // 418
  c(CH1Minus[0] * (CH1Minus[0] - 1));  // 419
  c(CH1Minus[1] * (CH1Minus[1] - 1));  // 420
  c(CH2Minus[0] * (CH2Minus[0] - 1));  // 421
  c(CH2Minus[1] * (CH2Minus[1] - 1));  // 422
  c(CH3Minus[0] * (CH3Minus[0] - 1));  // 423
  c(CH3Minus[1] * (CH3Minus[1] - 1));  // 424
  c(ProgCtrCarry[0] * (ProgCtrCarry[0] - 1));  // 425
  c(ProgCtrCarry[1] * (ProgCtrCarry[1] - 1));  // 426
  c(BorrowFlag[0] * (BorrowFlag[0] - 1));  // 427
  c(BorrowFlag[1] * (BorrowFlag[1] - 1));  // 428
  c(R * OpC4 * (OpC4 - 1));  // 429
  c(R * OpA0 * (OpA0 - 1));  // 430
  c(R * OpB0 * (OpB0 - 1));  // 431
  c(INS * OpC11 * (OpC11 - 1));  // 432
  c(INS * OpA0 * (OpA0 - 1));  // 433
  c(INS * OpB0 * (OpB0 - 1));  // 434
  c(ISH * OpC4 * (OpC4 - 1));  // 435
  c(ISH * OpA0 * (OpA0 - 1));  // 436
  c(ISH * OpB0 * (OpB0 - 1));  // 437
  c(IsJal * OpC11 * (OpC11 - 1));  // 438
  c(IsJal * OpC20 * (OpC20 - 1));  // 439
  c(IsJal * OpA0 * (OpA0 - 1));  // 440
  c(B * OpC11 * (OpC11 - 1));  // 441
  c(B * OpC12 * (OpC12 - 1));  // 442
  c(B * OpA0 * (OpA0 - 1));  // 443
  c(B * OpB4 * (OpB4 - 1));  // 444
  c(S * OpC0 * (OpC0 - 1));  // 445
  c(S * OpC11 * (OpC11 - 1));  // 446
  c(S * OpA0 * (OpA0 - 1));  // 447
  c(S * OpB4 * (OpB4 - 1));  // 448
}

// Calls visit(chip, number of its first constraint) for every chip in order.
template <class Visitor>
void for_each_chip(Visitor&& visit) {
  visit([](auto& c) { chip_cpu(c); }, 0);
  visit([](auto& c) { chip_type_r(c); }, 24);
  visit([](auto& c) { chip_type_i_no_shift(c); }, 49);
  visit([](auto& c) { chip_type_i_shift(c); }, 73);
  visit([](auto& c) { chip_type_s(c); }, 88);
  visit([](auto& c) { chip_type_b(c); }, 101);
  visit([](auto& c) { chip_type_u(c); }, 117);
  visit([](auto& c) { chip_type_j(c); }, 133);
  visit([](auto& c) { chip_type_sys(c); }, 148);
  visit([](auto& c) { chip_add(c); }, 159);
  visit([](auto& c) { chip_sub(c); }, 161);
  visit([](auto& c) { chip_sltu(c); }, 163);
  visit([](auto& c) { chip_slt(c); }, 169);
  visit([](auto& c) { chip_bne(c); }, 177);
  visit([](auto& c) { chip_beq(c); }, 186);
  visit([](auto& c) { chip_bltu(c); }, 195);
  visit([](auto& c) { chip_blt(c); }, 199);
  visit([](auto& c) { chip_bgeu(c); }, 206);
  visit([](auto& c) { chip_bge(c); }, 210);
  visit([](auto& c) { chip_jal(c); }, 217);
  visit([](auto& c) { chip_lui(c); }, 221);
  visit([](auto& c) { chip_auipc(c); }, 225);
  visit([](auto& c) { chip_jalr(c); }, 227);
  visit([](auto& c) { chip_sll(c); }, 236);
  visit([](auto& c) { chip_srl(c); }, 246);
  visit([](auto& c) { chip_sra(c); }, 260);
  visit([](auto& c) { chip_load_store(c); }, 281);
  visit([](auto& c) { chip_syscall(c); }, 315);
  visit([](auto& c) { chip_custom_instruction(c); }, 337);
  visit([](auto& c) { chip_program_mem_check(c); }, 338);
  visit([](auto& c) { chip_register_mem_check(c); }, 345);
  visit([](auto& c) { chip_timestamp(c); }, 357);
  visit([](auto& c) { chip_range_bool(c); }, 366);
}

}  // namespace pitboss::nexus::stark::air
