// Names and places of the 27 preprocessed and 273 main columns of the main component (specs/nexus-prover.md 4).
//
// Limbs of a word are consecutive. Preprocessed columns keep their own numbering (Pre), main columns theirs (Main).
#pragma once

#include <cstdint>

namespace pitboss::nexus::stark {

inline constexpr unsigned kPreColumns = 27;
inline constexpr unsigned kMainColumns = 273;

namespace pre {
enum : uint16_t {
  IsFirst = 0, IsLast = 1, Clk = 2, Reg1TsCur = 6, Reg2TsCur = 10, Reg3TsCur = 14, PrgMemoryPc = 18,
  PrgMemoryWord = 20, PrgMemoryFlag = 22, PrgInitialPc = 23
};
}  // namespace pre

namespace col {
enum : uint16_t {
  Pc = 0, PcNext = 4, PcNextAux = 8, OpA = 12, OpB = 13, OpC = 14, CarryFlag = 15, BorrowFlag = 17, ImmC = 19,
  InstrVal = 20, PrevCtr = 24, ValueA = 28, ValueAEffective = 32, ValueB = 36, ValueC = 40, IsAdd = 44, IsOr = 45,
  IsAnd = 46, IsXor = 47, IsSub = 48, IsSltu = 49, IsSlt = 50, IsBne = 51, IsBeq = 52, IsBltu = 53, IsBlt = 54,
  IsBgeu = 55, IsBge = 56, IsJal = 57, IsSb = 58, IsSh = 59, IsSw = 60, IsLb = 61, IsLh = 62, IsLbu = 63, IsLhu = 64,
  IsLw = 65, IsLui = 66, IsAuipc = 67, IsJalr = 68, IsSll = 69, IsSrl = 70, IsSra = 71, IsEcall = 72, IsEbreak = 73,
  IsSysDebug = 74, IsSysMemoryAdvise = 75, IsSysHalt = 76, IsSysPrivInput = 77, IsSysCycleCount = 78,
  IsSysStackReset = 79, IsSysHeapReset = 80, IsCustomKeccak = 81, IsPadding = 82, Helper1 = 83, Helper2 = 87,
  Helper3 = 91, Helper4 = 95, SgnA = 99, SgnB = 100, SgnC = 101, Neq = 102, Neq12 = 103, Neq34 = 104, LtFlag = 105,
  RemAux = 106, Rem = 107, QtAux = 111, Qt = 112, ShiftBit1 = 116, ShiftBit2 = 117, ShiftBit3 = 118, ShiftBit4 = 119,
  ShiftBit5 = 120, Exp1_3 = 121, Exp = 122, RemDiff = 123, Neq12Aux = 127, Neq34Aux = 128, Neq12AuxInv = 129,
  Neq34AuxInv = 130, SraDegreeAux = 131, ValueAEffectiveFlag = 132, ValueAEffectiveFlagAux = 133,
  ValueAEffectiveFlagAuxInv = 134, Reg1Address = 135, Reg2Address = 136, Reg3Address = 137, Reg1ValPrev = 138,
  Reg2ValPrev = 142, Reg3ValPrev = 146, Reg1TsPrev = 150, Reg2TsPrev = 154, Reg3TsPrev = 158, ProgCtrPrev = 162,
  ProgCtrCur = 166, ProgCtrCarry = 170, FinalPrgMemoryCtr = 172, CReg1TsPrev = 176, CReg2TsPrev = 180,
  CReg3TsPrev = 184, CH1Minus = 188, CH2Minus = 190, CH3Minus = 192, RamBaseAddr = 194, Ram1ValCur = 198,
  Ram2ValCur = 199, Ram3ValCur = 200, Ram4ValCur = 201, Ram1ValPrev = 202, Ram2ValPrev = 203, Ram3ValPrev = 204,
  Ram4ValPrev = 205, Ram1TsPrev = 206, Ram2TsPrev = 210, Ram3TsPrev = 214, Ram4TsPrev = 218, Ram1TsPrevAux = 222,
  Ram2TsPrevAux = 226, Ram3TsPrevAux = 230, Ram4TsPrevAux = 234, OpC0_3 = 238, OpC1_3 = 239, OpC1_4 = 240,
  OpC4_7 = 241, OpC5_7 = 242, OpC8_10 = 243, OpC11 = 244, OpC12 = 245, OpC20 = 246, OpA1_4 = 247, OpB0_3 = 248,
  OpB1_4 = 249, OpC0 = 250, OpC4 = 251, OpA0 = 252, OpB0 = 253, OpB4 = 254, OpC12_15 = 255, OpC16_23 = 256,
  OpC16_19 = 257, OpC24_31 = 258, PcCarry = 259, ValueA4_7 = 261, ValueB4_7 = 265, ValueC4_7 = 269
};
}  // namespace col

}  // namespace pitboss::nexus::stark
