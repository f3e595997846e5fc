// Decoding of instruction words; see Instruction.h for the conventions.
#include "Instruction.h"

namespace pitboss::nexus {

namespace {

constexpr uint32_t kOpcodeRin = 0x2b;
constexpr uint32_t kOpcodeWou = 0x5b;

uint32_t bits(uint32_t word, unsigned low, unsigned count) { return (word >> low) & ((1u << count) - 1); }

uint32_t sign_extend(uint32_t value, unsigned width) {
  const uint32_t sign = 1u << (width - 1);
  return (value ^ sign) - sign;
}

Instruction i_type(Op op, uint32_t word) {
  return {op, Format::kI, static_cast<uint8_t>(bits(word, 7, 5)), static_cast<uint8_t>(bits(word, 15, 5)),
          sign_extend(word >> 20, 12)};
}

Instruction s_type(Op op, uint32_t word) {
  return {op, Format::kS, static_cast<uint8_t>(bits(word, 15, 5)), static_cast<uint8_t>(bits(word, 20, 5)),
          sign_extend(bits(word, 25, 7) << 5 | bits(word, 7, 5), 12)};
}

Instruction shift_type(Op op, uint32_t word) {
  return {op, Format::kShift, static_cast<uint8_t>(bits(word, 7, 5)), static_cast<uint8_t>(bits(word, 15, 5)),
          bits(word, 20, 5)};
}

Instruction decode_immediate(uint32_t word) {
  const uint32_t funct7 = word >> 25;
  switch (bits(word, 12, 3)) {
    case 0: return i_type(Op::kAdd, word);
    case 1: return funct7 == 0 ? shift_type(Op::kSll, word) : Instruction{};
    case 2: return i_type(Op::kSlt, word);
    case 3: return i_type(Op::kSltu, word);
    case 4: return i_type(Op::kXor, word);
    case 5:
      if (funct7 == 0) return shift_type(Op::kSrl, word);
      return funct7 == 0x20 ? shift_type(Op::kSra, word) : Instruction{};
    case 6: return i_type(Op::kOr, word);
    default: return i_type(Op::kAnd, word);
  }
}

Instruction decode_register(uint32_t word) {
  static constexpr Op kPlain[8] = {Op::kAdd, Op::kSll, Op::kSlt, Op::kSltu, Op::kXor, Op::kSrl, Op::kOr, Op::kAnd};
  const uint32_t funct3 = bits(word, 12, 3);
  const uint32_t funct7 = word >> 25;
  Op op = Op::kInvalid;
  if (funct7 == 0) op = kPlain[funct3];
  if (funct7 == 0x20 && funct3 == 0) op = Op::kSub;
  if (funct7 == 0x20 && funct3 == 5) op = Op::kSra;
  if (op == Op::kInvalid) return {};
  return {op, Format::kR, static_cast<uint8_t>(bits(word, 7, 5)), static_cast<uint8_t>(bits(word, 15, 5)),
          bits(word, 20, 5)};
}

Instruction decode_branch(uint32_t word) {
  static constexpr Op kOps[8] = {Op::kBeq,  Op::kBne, Op::kInvalid, Op::kInvalid,
                                 Op::kBlt,  Op::kBge, Op::kBltu,    Op::kBgeu};
  const Op op = kOps[bits(word, 12, 3)];
  if (op == Op::kInvalid) return {};
  const uint32_t offset =
      bits(word, 31, 1) << 12 | bits(word, 7, 1) << 11 | bits(word, 25, 6) << 5 | bits(word, 8, 4) << 1;
  return {op, Format::kB, static_cast<uint8_t>(bits(word, 15, 5)), static_cast<uint8_t>(bits(word, 20, 5)),
          sign_extend(offset, 13)};
}

}  // namespace

Instruction decode(uint32_t word) {
  const uint32_t funct3 = bits(word, 12, 3);
  const auto rd = static_cast<uint8_t>(bits(word, 7, 5));
  switch (word & 0x7f) {
    case 0x13: return decode_immediate(word);
    case 0x33: return decode_register(word);
    case 0x63: return decode_branch(word);
    case 0x37: return {Op::kLui, Format::kU, rd, 0, word >> 12};
    case 0x17: return {Op::kAuipc, Format::kU, rd, 0, word >> 12};
    case 0x6f: {
      const uint32_t offset =
          bits(word, 31, 1) << 20 | bits(word, 12, 8) << 12 | bits(word, 20, 1) << 11 | bits(word, 21, 10) << 1;
      return {Op::kJal, Format::kJ, rd, 0, sign_extend(offset, 21)};
    }
    case 0x67: return funct3 == 0 ? i_type(Op::kJalr, word) : Instruction{};
    case 0x03: {
      static constexpr Op kOps[8] = {Op::kLb,  Op::kLh,  Op::kLw,      Op::kInvalid,
                                     Op::kLbu, Op::kLhu, Op::kInvalid, Op::kInvalid};
      return kOps[funct3] == Op::kInvalid ? Instruction{} : i_type(kOps[funct3], word);
    }
    case 0x23: {
      static constexpr Op kOps[8] = {Op::kSb,      Op::kSh,      Op::kSw,      Op::kInvalid,
                                     Op::kInvalid, Op::kInvalid, Op::kInvalid, Op::kInvalid};
      return kOps[funct3] == Op::kInvalid ? Instruction{} : s_type(kOps[funct3], word);
    }
    case 0x73: return word == 0x73 ? Instruction{Op::kEcall, Format::kI, 0, 0, 0} : Instruction{};
    case kOpcodeRin: {
      if (funct3 != 0) return {};
      auto out = i_type(Op::kRin, word);
      out.c &= 0xfff;
      return out;
    }
    case kOpcodeWou: {
      if (funct3 != 0) return {};
      auto out = s_type(Op::kWou, word);
      out.c &= 0xfff;
      return out;
    }
    default: return {};
  }
}

uint32_t traced_word(uint32_t word) {
  const bool funct3_zero = bits(word, 12, 3) == 0;
  const uint32_t kept = word & ~0x707fu;
  if ((word & 0x7f) == kOpcodeRin && funct3_zero) return kept | 2u << 12 | 0x03;
  if ((word & 0x7f) == kOpcodeWou && funct3_zero) return kept | 2u << 12 | 0x23;
  return word;
}

}  // namespace pitboss::nexus
