// Constraints 281..448: memory, system calls, consistency of program and registers, boolean ranges; conventions in
// AirContext.h.
#pragma once

#include "AirContext.h"

namespace pitboss::nexus::stark::air {

// [LoadStore] 281..314
template <class C>
void chip_load_store(C& c) {
  using F = typename C::Value;
  const F LOAD = c.v(selector::LOAD), S = c.v(selector::S);
  const F IsSh = c.m(col::IsSh), IsSw = c.m(col::IsSw), IsLb = c.m(col::IsLb), IsLh = c.m(col::IsLh),
      IsLbu = c.m(col::IsLbu), IsLhu = c.m(col::IsLhu), IsLw = c.m(col::IsLw), QtAux = c.m(col::QtAux),
      Ram1ValCur = c.m(col::Ram1ValCur), Ram2ValCur = c.m(col::Ram2ValCur), Ram3ValCur = c.m(col::Ram3ValCur),
      Ram4ValCur = c.m(col::Ram4ValCur), Ram1ValPrev = c.m(col::Ram1ValPrev), Ram2ValPrev = c.m(col::Ram2ValPrev),
      Ram3ValPrev = c.m(col::Ram3ValPrev), Ram4ValPrev = c.m(col::Ram4ValPrev);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Helper1 = m<4>(c, col::Helper1);
  const auto Helper2 = m<4>(c, col::Helper2);
  const auto Helper3 = m<4>(c, col::Helper3);
  const auto Helper4 = m<4>(c, col::Helper4);
  const auto RamBaseAddr = m<4>(c, col::RamBaseAddr);
  const auto Ram1TsPrev = m<4>(c, col::Ram1TsPrev);
  const auto Ram2TsPrev = m<4>(c, col::Ram2TsPrev);
  const auto Ram3TsPrev = m<4>(c, col::Ram3TsPrev);
  const auto Ram4TsPrev = m<4>(c, col::Ram4TsPrev);
  const auto Ram1TsPrevAux = m<4>(c, col::Ram1TsPrevAux);
  const auto Ram2TsPrevAux = m<4>(c, col::Ram2TsPrevAux);
  const auto Ram3TsPrevAux = m<4>(c, col::Ram3TsPrevAux);
  const auto Ram4TsPrevAux = m<4>(c, col::Ram4TsPrevAux);
  const auto Clk = p<4>(c, pre::Clk);
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
  const F OpA = c.m(col::OpA), IsSysDebug = c.m(col::IsSysDebug), IsSysMemoryAdvise = c.m(col::IsSysMemoryAdvise),
      IsSysHalt = c.m(col::IsSysHalt), IsSysPrivInput = c.m(col::IsSysPrivInput),
      IsSysCycleCount = c.m(col::IsSysCycleCount), IsSysStackReset = c.m(col::IsSysStackReset),
      IsSysHeapReset = c.m(col::IsSysHeapReset);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueB = m<4>(c, col::ValueB);
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
  const F IsPadding = c.m(col::IsPadding), IsFirst = c.p(pre::IsFirst);
  const auto ProgCtrCarry = m<2>(c, col::ProgCtrCarry);
  const auto Pc = m<4>(c, col::Pc);
  const auto ProgCtrPrev = m<4>(c, col::ProgCtrPrev);
  const auto ProgCtrCur = m<4>(c, col::ProgCtrCur);
  const auto PrgInitialPc = p<4>(c, pre::PrgInitialPc);
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
  const F ALU = c.v(selector::ALU), R = c.v(selector::R), REG1 = c.v(selector::REG1);
  const F ValueAEffectiveFlag = c.m(col::ValueAEffectiveFlag);
  const auto ValueA = m<4>(c, col::ValueA);
  const auto ValueAEffective = m<4>(c, col::ValueAEffective);
  const auto ValueB = m<4>(c, col::ValueB);
  const auto ValueC = m<4>(c, col::ValueC);
  const auto Reg1ValPrev = m<4>(c, col::Reg1ValPrev);
  const auto Reg2ValPrev = m<4>(c, col::Reg2ValPrev);
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
  const auto CH1Minus = m<2>(c, col::CH1Minus);
  const auto CH2Minus = m<2>(c, col::CH2Minus);
  const auto CH3Minus = m<2>(c, col::CH3Minus);
  const auto Reg1TsPrev = m<4>(c, col::Reg1TsPrev);
  const auto Reg2TsPrev = m<4>(c, col::Reg2TsPrev);
  const auto Reg3TsPrev = m<4>(c, col::Reg3TsPrev);
  const auto CReg1TsPrev = m<4>(c, col::CReg1TsPrev);
  const auto CReg2TsPrev = m<4>(c, col::CReg2TsPrev);
  const auto CReg3TsPrev = m<4>(c, col::CReg3TsPrev);
  const auto Reg1TsCur = p<4>(c, pre::Reg1TsCur);
  const auto Reg2TsCur = p<4>(c, pre::Reg2TsCur);
  const auto Reg3TsCur = p<4>(c, pre::Reg3TsCur);
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
  const F B = c.v(selector::B), INS = c.v(selector::INS), ISH = c.v(selector::ISH), R = c.v(selector::R),
      S = c.v(selector::S);
  const F ImmC = c.m(col::ImmC), IsAdd = c.m(col::IsAdd), IsOr = c.m(col::IsOr), IsAnd = c.m(col::IsAnd),
      IsXor = c.m(col::IsXor), IsSub = c.m(col::IsSub), IsSltu = c.m(col::IsSltu), IsSlt = c.m(col::IsSlt),
      IsBne = c.m(col::IsBne), IsBeq = c.m(col::IsBeq), IsBltu = c.m(col::IsBltu), IsBlt = c.m(col::IsBlt),
      IsBgeu = c.m(col::IsBgeu), IsBge = c.m(col::IsBge), IsJal = c.m(col::IsJal), IsSb = c.m(col::IsSb),
      IsSh = c.m(col::IsSh), IsSw = c.m(col::IsSw), IsLb = c.m(col::IsLb), IsLh = c.m(col::IsLh),
      IsLbu = c.m(col::IsLbu), IsLhu = c.m(col::IsLhu), IsLw = c.m(col::IsLw), IsLui = c.m(col::IsLui),
      IsAuipc = c.m(col::IsAuipc), IsJalr = c.m(col::IsJalr), IsSll = c.m(col::IsSll), IsSrl = c.m(col::IsSrl),
      IsSra = c.m(col::IsSra), IsEcall = c.m(col::IsEcall), IsEbreak = c.m(col::IsEbreak),
      IsSysDebug = c.m(col::IsSysDebug), IsSysHalt = c.m(col::IsSysHalt), IsSysPrivInput = c.m(col::IsSysPrivInput),
      IsSysCycleCount = c.m(col::IsSysCycleCount), IsSysStackReset = c.m(col::IsSysStackReset),
      IsSysHeapReset = c.m(col::IsSysHeapReset), IsPadding = c.m(col::IsPadding), SgnA = c.m(col::SgnA),
      SgnB = c.m(col::SgnB), SgnC = c.m(col::SgnC), LtFlag = c.m(col::LtFlag), RemAux = c.m(col::RemAux),
      ShiftBit1 = c.m(col::ShiftBit1), ShiftBit2 = c.m(col::ShiftBit2), ShiftBit3 = c.m(col::ShiftBit3),
      ShiftBit4 = c.m(col::ShiftBit4), ShiftBit5 = c.m(col::ShiftBit5),
      ValueAEffectiveFlag = c.m(col::ValueAEffectiveFlag), OpC11 = c.m(col::OpC11), OpC12 = c.m(col::OpC12),
      OpC20 = c.m(col::OpC20), OpC0 = c.m(col::OpC0), OpC4 = c.m(col::OpC4), OpA0 = c.m(col::OpA0),
      OpB0 = c.m(col::OpB0), OpB4 = c.m(col::OpB4);
  const auto CarryFlag = m<2>(c, col::CarryFlag);
  const auto BorrowFlag = m<2>(c, col::BorrowFlag);
  const auto ProgCtrCarry = m<2>(c, col::ProgCtrCarry);
  const auto CH1Minus = m<2>(c, col::CH1Minus);
  const auto CH2Minus = m<2>(c, col::CH2Minus);
  const auto CH3Minus = m<2>(c, col::CH3Minus);
  const auto PcCarry = m<2>(c, col::PcCarry);
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

}  // namespace pitboss::nexus::stark::air
