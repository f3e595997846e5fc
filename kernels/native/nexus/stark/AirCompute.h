// Constraints 159..280: what each arithmetic, branch, jump and shift instruction computes; conventions in AirContext.h.
#pragma once

#include "AirContext.h"

namespace pitboss::nexus::stark::air {

// [Add] 159..160
template <class C>
void chip_add(C& c) {
  using F = typename C::Value;
  const F IsAdd = c.m(col::IsAdd);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  c(IsAdd * (lo(ValueA) + 65536 * CarryFlag[0] - (lo(ValueB) + lo(ValueC))));  // 159
  c(IsAdd * (hi(ValueA) + 65536 * CarryFlag[1] - (hi(ValueB) + hi(ValueC) + CarryFlag[0])));  // 160
}

// [Sub] 161..162
template <class C>
void chip_sub(C& c) {
  using F = typename C::Value;
  const F IsSub = c.m(col::IsSub);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  c(IsSub * (lo(ValueA) - 65536 * CarryFlag[0] - (lo(ValueB) - lo(ValueC))));  // 161
  c(IsSub * (hi(ValueA) - 65536 * CarryFlag[1] - (hi(ValueB) - hi(ValueC) - CarryFlag[0])));  // 162
}

// [Sltu] 163..168
template <class C>
void chip_sltu(C& c) {
  using F = typename C::Value;
  const F IsSltu = c.m(col::IsSltu);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
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
  const F IsSlt = c.m(col::IsSlt), SgnB = c.m(col::SgnB), SgnC = c.m(col::SgnC);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Helper2 = m<4>(c, col::Helper2);
  const auto Helper3 = m<4>(c, col::Helper3);
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
  const F IsBne = c.m(col::IsBne), Neq = c.m(col::Neq), Neq12 = c.m(col::Neq12), Neq34 = c.m(col::Neq34),
      Neq12Aux = c.m(col::Neq12Aux), Neq34Aux = c.m(col::Neq34Aux), Neq12AuxInv = c.m(col::Neq12AuxInv),
      Neq34AuxInv = c.m(col::Neq34AuxInv);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F IsBeq = c.m(col::IsBeq), Neq = c.m(col::Neq), Neq12 = c.m(col::Neq12), Neq34 = c.m(col::Neq34),
      Neq12Aux = c.m(col::Neq12Aux), Neq34Aux = c.m(col::Neq34Aux), Neq12AuxInv = c.m(col::Neq12AuxInv),
      Neq34AuxInv = c.m(col::Neq34AuxInv);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F IsBltu = c.m(col::IsBltu);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
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
  const F IsBlt = c.m(col::IsBlt), LtFlag = c.m(col::LtFlag);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Helper2 = m<4>(c, col::Helper2);
  const auto Helper3 = m<4>(c, col::Helper3);
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
  const F IsBgeu = c.m(col::IsBgeu);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
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
  const F IsBge = c.m(col::IsBge), SgnA = c.m(col::SgnA), SgnB = c.m(col::SgnB), LtFlag = c.m(col::LtFlag);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Helper2 = m<4>(c, col::Helper2);
  const auto Helper3 = m<4>(c, col::Helper3);
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
  const F IsJal = c.m(col::IsJal);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueC = m<4>(c, col::ValueC);
  c(IsJal * (4 + lo(Pc) - 65536 * CarryFlag[0] - lo(ValueA)));  // 217
  c(IsJal * (hi(Pc) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(ValueA)));  // 218
  c(IsJal * (lo(ValueC) + lo(Pc) - 65536 * BorrowFlag[0] - lo(PcNext)));  // 219
  c(IsJal * (hi(ValueC) + hi(Pc) + BorrowFlag[0] - 65536 * BorrowFlag[1] - hi(PcNext)));  // 220
}

// [Lui] 221..224
template <class C>
void chip_lui(C& c) {
  using F = typename C::Value;
  const F IsLui = c.m(col::IsLui);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueC = m<4>(c, col::ValueC);
  c(IsLui * (ValueC[0] - ValueA[0]));  // 221
  c(IsLui * (ValueC[1] - ValueA[1]));  // 222
  c(IsLui * (ValueC[2] - ValueA[2]));  // 223
  c(IsLui * (ValueC[3] - ValueA[3]));  // 224
}

// [Auipc] 225..226
template <class C>
void chip_auipc(C& c) {
  using F = typename C::Value;
  const F IsAuipc = c.m(col::IsAuipc);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueC = m<4>(c, col::ValueC);
  c(IsAuipc * (lo(Pc) + lo(ValueC) - 65536 * CarryFlag[0] - lo(ValueA)));  // 225
  c(IsAuipc * (hi(Pc) + hi(ValueC) + CarryFlag[0] - 65536 * CarryFlag[1] - hi(ValueA)));  // 226
}

// [Jalr] 227..235
template <class C>
void chip_jalr(C& c) {
  using F = typename C::Value;
  const F IsJalr = c.m(col::IsJalr), RemAux = c.m(col::RemAux), QtAux = c.m(col::QtAux);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto Pc = m<4>(c, col::Pc);
  const auto PcNext = m<4>(c, col::PcNext);
  const auto PcNextAux = m<4>(c, col::PcNextAux);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
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
  const F IsSll = c.m(col::IsSll), ShiftBit1 = c.m(col::ShiftBit1), ShiftBit2 = c.m(col::ShiftBit2),
      ShiftBit3 = c.m(col::ShiftBit3), ShiftBit4 = c.m(col::ShiftBit4), ShiftBit5 = c.m(col::ShiftBit5),
      Exp1_3 = c.m(col::Exp1_3);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Rem = m<4>(c, col::Rem);
  const auto Qt = m<4>(c, col::Qt);
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
  const F IsSrl = c.m(col::IsSrl), ShiftBit1 = c.m(col::ShiftBit1), ShiftBit2 = c.m(col::ShiftBit2),
      ShiftBit3 = c.m(col::ShiftBit3), ShiftBit4 = c.m(col::ShiftBit4), ShiftBit5 = c.m(col::ShiftBit5),
      Exp1_3 = c.m(col::Exp1_3);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Rem = m<4>(c, col::Rem);
  const auto Qt = m<4>(c, col::Qt);
  const auto RemDiff = m<4>(c, col::RemDiff);
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
  const F IsSra = c.m(col::IsSra), SgnB = c.m(col::SgnB), ShiftBit1 = c.m(col::ShiftBit1),
      ShiftBit2 = c.m(col::ShiftBit2), ShiftBit3 = c.m(col::ShiftBit3), ShiftBit4 = c.m(col::ShiftBit4),
      ShiftBit5 = c.m(col::ShiftBit5), Exp1_3 = c.m(col::Exp1_3), Exp = c.m(col::Exp),
      SraDegreeAux = c.m(col::SraDegreeAux);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Helper2 = m<4>(c, col::Helper2);
  const auto Helper3 = m<4>(c, col::Helper3);
  const auto Rem = m<4>(c, col::Rem);
  const auto Qt = m<4>(c, col::Qt);
  const auto RemDiff = m<4>(c, col::RemDiff);
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

}  // namespace pitboss::nexus::stark::air
