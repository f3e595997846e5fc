// Decoding of RV32I words and of the two custom ones (rin, wou).
//
// Operand conventions are those of specs/nexus-prover.md 3.1, which the trace columns use: R (a=rd,b=rs1,c=rs2), I, loads and
// JALR (rd,rs1,imm), shift-immediate (rd,rs1,shamt), S and B (a=rs1,b=rs2,imm), U (rd,0,imm20), J (rd,0,imm), ECALL type I with
// zeros. Immediates are sign-extended to 32 bits except imm20 and shamt; of rin and wou the 12 bits are NOT sign-extended.
#pragma once

#include <cstdint>

namespace pitboss::nexus {

enum class Op : uint8_t {
  kInvalid, kAdd, kSub, kSll, kSlt, kSltu, kXor, kSrl, kSra, kOr, kAnd,  // R and I forms share an op
  kLui, kAuipc, kJal, kJalr,
  kBeq, kBne, kBlt, kBge, kBltu, kBgeu,
  kLb, kLh, kLw, kLbu, kLhu, kSb, kSh, kSw,
  kEcall,
  kRin, kWou  // pass 1 only: pass 2 has them as kLw and kSw
};

enum class Format : uint8_t { kR, kI, kShift, kS, kB, kU, kJ };

struct Instruction {
  Op op = Op::kInvalid;
  Format format = Format::kI;
  uint8_t a = 0;
  uint8_t b = 0;
  uint32_t c = 0;  // register number for R, immediate otherwise
};

// Never fails: a word that is no RV32I instruction (FENCE, EBREAK, CSR and the M extension included) decodes to kInvalid.
Instruction decode(uint32_t word);

// The word that pass 2 runs and proves: rin -> lw, wou -> sw, any other word unchanged.
uint32_t traced_word(uint32_t word);

}  // namespace pitboss::nexus
