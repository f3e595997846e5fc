// Constraints 0..158: control flow, instruction formats, system calls as instructions; conventions in AirContext.h.
#pragma once

#include "AirContext.h"

namespace pitboss::nexus::stark::air {

// [Cpu] 0..23
template <class C>
void chip_cpu(C& c) {
  using F = typename C::Value;
  const F B = c.v(selector::B), I = c.v(selector::I), PCINC = c.v(selector::PCINC), R = c.v(selector::R),
      REG1 = c.v(selector::REG1), S = c.v(selector::S), SYS = c.v(selector::SYS);
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), IsAdd = c.m(col::IsAdd),
      IsOr = c.m(col::IsOr), IsAnd = c.m(col::IsAnd), IsXor = c.m(col::IsXor), IsSub = c.m(col::IsSub),
      IsSltu = c.m(col::IsSltu), IsSlt = c.m(col::IsSlt), IsBne = c.m(col::IsBne), IsBeq = c.m(col::IsBeq),
      IsBltu = c.m(col::IsBltu), IsBlt = c.m(col::IsBlt), IsBgeu = c.m(col::IsBgeu), IsBge = c.m(col::IsBge),
      IsJal = c.m(col::IsJal), IsSb = c.m(col::IsSb), IsSh = c.m(col::IsSh), IsSw = c.m(col::IsSw),
      IsLb = c.m(col::IsLb), IsLh = c.m(col::IsLh), IsLbu = c.m(col::IsLbu), IsLhu = c.m(col::IsLhu),
      IsLw = c.m(col::IsLw), IsLui = c.m(col::IsLui), IsAuipc = c.m(col::IsAuipc), IsJalr = c.m(col::IsJalr),
      IsSll = c.m(col::IsSll), IsSrl = c.m(col::IsSrl), IsSra = c.m(col::IsSra), IsEcall = c.m(col::IsEcall),
      IsEbreak = c.m(col::IsEbreak), IsSysHalt = c.m(col::IsSysHalt), IsCustomKeccak = c.m(col::IsCustomKeccak),
      IsPadding = c.m(col::IsPadding), IsPaddingPrime = c.n(col::IsPadding),
      ValueAEffectiveFlag = c.m(col::ValueAEffectiveFlag), ValueAEffectiveFlagAux = c.m(col::ValueAEffectiveFlagAux),
      ValueAEffectiveFlagAuxInv = c.m(col::ValueAEffectiveFlagAuxInv), Reg1Address = c.m(col::Reg1Address),
      Reg2Address = c.m(col::Reg2Address), Reg3Address = c.m(col::Reg3Address), IsLast = c.p(pre::IsLast);
  const auto PcCarry = m<2>(c, col::PcCarry);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcPrime = n<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Reg1ValPrev = m<4>(c, col::Reg1ValPrev);
  const auto Reg2ValPrev = m<4>(c, col::Reg2ValPrev);
  const auto Reg3ValPrev = m<4>(c, col::Reg3ValPrev);
  c((1 - IsLast) * IsPadding * (1 - IsPaddingPrime));  // 0
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
  c((1 - IsLast) * (1 - IsPaddingPrime) * (lo(PcNext) - lo(PcPrime)));  // 18
  c((1 - IsLast) * (1 - IsPaddingPrime) * (hi(PcNext) - hi(PcPrime)));  // 19
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
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), ImmC = c.m(col::ImmC),
      IsAdd = c.m(col::IsAdd), IsOr = c.m(col::IsOr), IsAnd = c.m(col::IsAnd), IsXor = c.m(col::IsXor),
      IsSub = c.m(col::IsSub), IsSltu = c.m(col::IsSltu), IsSlt = c.m(col::IsSlt), IsSll = c.m(col::IsSll),
      IsSrl = c.m(col::IsSrl), IsSra = c.m(col::IsSra), OpC0_3 = c.m(col::OpC0_3), OpA1_4 = c.m(col::OpA1_4),
      OpB1_4 = c.m(col::OpB1_4), OpC4 = c.m(col::OpC4), OpA0 = c.m(col::OpA0), OpB0 = c.m(col::OpB0);
  const auto InstrVal = m<4>(c, col::InstrVal);
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
  const F IMM0 = c.v(selector::IMM0), INS = c.v(selector::INS), LOAD = c.v(selector::LOAD);
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), ImmC = c.m(col::ImmC),
      IsAdd = c.m(col::IsAdd), IsOr = c.m(col::IsOr), IsAnd = c.m(col::IsAnd), IsXor = c.m(col::IsXor),
      IsSltu = c.m(col::IsSltu), IsSlt = c.m(col::IsSlt), IsLb = c.m(col::IsLb), IsLh = c.m(col::IsLh),
      IsLbu = c.m(col::IsLbu), IsLhu = c.m(col::IsLhu), IsLw = c.m(col::IsLw), IsJalr = c.m(col::IsJalr),
      OpC0_3 = c.m(col::OpC0_3), OpC4_7 = c.m(col::OpC4_7), OpC8_10 = c.m(col::OpC8_10), OpC11 = c.m(col::OpC11),
      OpA1_4 = c.m(col::OpA1_4), OpB1_4 = c.m(col::OpB1_4), OpA0 = c.m(col::OpA0), OpB0 = c.m(col::OpB0);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), ImmC = c.m(col::ImmC),
      IsSll = c.m(col::IsSll), IsSrl = c.m(col::IsSrl), IsSra = c.m(col::IsSra), OpC0_3 = c.m(col::OpC0_3),
      OpA1_4 = c.m(col::OpA1_4), OpB1_4 = c.m(col::OpB1_4), OpC4 = c.m(col::OpC4), OpA0 = c.m(col::OpA0),
      OpB0 = c.m(col::OpB0);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), IsSb = c.m(col::IsSb), IsSh = c.m(col::IsSh),
      IsSw = c.m(col::IsSw), OpC1_4 = c.m(col::OpC1_4), OpC5_7 = c.m(col::OpC5_7), OpC8_10 = c.m(col::OpC8_10),
      OpC11 = c.m(col::OpC11), OpA1_4 = c.m(col::OpA1_4), OpB0_3 = c.m(col::OpB0_3), OpC0 = c.m(col::OpC0),
      OpA0 = c.m(col::OpA0), OpB4 = c.m(col::OpB4);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), IsBne = c.m(col::IsBne),
      IsBeq = c.m(col::IsBeq), IsBltu = c.m(col::IsBltu), IsBlt = c.m(col::IsBlt), IsBgeu = c.m(col::IsBgeu),
      IsBge = c.m(col::IsBge), OpC1_4 = c.m(col::OpC1_4), OpC5_7 = c.m(col::OpC5_7), OpC8_10 = c.m(col::OpC8_10),
      OpC11 = c.m(col::OpC11), OpC12 = c.m(col::OpC12), OpA1_4 = c.m(col::OpA1_4), OpB0_3 = c.m(col::OpB0_3),
      OpA0 = c.m(col::OpA0), OpB4 = c.m(col::OpB4);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), IsLui = c.m(col::IsLui),
      IsAuipc = c.m(col::IsAuipc), OpA1_4 = c.m(col::OpA1_4), OpA0 = c.m(col::OpA0), OpC12_15 = c.m(col::OpC12_15),
      OpC16_23 = c.m(col::OpC16_23), OpC24_31 = c.m(col::OpC24_31);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F OpA = c.m(col::OpA), OpB = c.m(col::OpB), OpC = c.m(col::OpC), IsJal = c.m(col::IsJal),
      OpC1_3 = c.m(col::OpC1_3), OpC4_7 = c.m(col::OpC4_7), OpC8_10 = c.m(col::OpC8_10), OpC11 = c.m(col::OpC11),
      OpC20 = c.m(col::OpC20), OpA1_4 = c.m(col::OpA1_4), OpA0 = c.m(col::OpA0), OpC12_15 = c.m(col::OpC12_15),
      OpC16_19 = c.m(col::OpC16_19);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F OpB = c.m(col::OpB), OpC = c.m(col::OpC), IsEcall = c.m(col::IsEcall), IsEbreak = c.m(col::IsEbreak);
  const auto InstrVal = m<4>(c, col::InstrVal);
  const auto ValueC = m<4>(c, col::ValueC);
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

}  // namespace pitboss::nexus::stark::air
