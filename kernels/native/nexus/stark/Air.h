// All chips of the main component in order (specs/nexus-prover.md 5).
#pragma once

#include "AirCompute.h"
#include "AirControl.h"
#include "AirMemory.h"

namespace pitboss::nexus::stark::air {

// Calls visit(chip, number of its first constraint) for every chip in order.
template <class Visitor>
void for_each_chip(Visitor&& visit) {
  visit([](auto& c) { chip_cpu(c); }, 0u);
  visit([](auto& c) { chip_type_r(c); }, 24u);
  visit([](auto& c) { chip_type_i_no_shift(c); }, 49u);
  visit([](auto& c) { chip_type_i_shift(c); }, 73u);
  visit([](auto& c) { chip_type_s(c); }, 88u);
  visit([](auto& c) { chip_type_b(c); }, 101u);
  visit([](auto& c) { chip_type_u(c); }, 117u);
  visit([](auto& c) { chip_type_j(c); }, 133u);
  visit([](auto& c) { chip_type_sys(c); }, 148u);
  visit([](auto& c) { chip_add(c); }, 159u);
  visit([](auto& c) { chip_sub(c); }, 161u);
  visit([](auto& c) { chip_sltu(c); }, 163u);
  visit([](auto& c) { chip_slt(c); }, 169u);
  visit([](auto& c) { chip_bne(c); }, 177u);
  visit([](auto& c) { chip_beq(c); }, 186u);
  visit([](auto& c) { chip_bltu(c); }, 195u);
  visit([](auto& c) { chip_blt(c); }, 199u);
  visit([](auto& c) { chip_bgeu(c); }, 206u);
  visit([](auto& c) { chip_bge(c); }, 210u);
  visit([](auto& c) { chip_jal(c); }, 217u);
  visit([](auto& c) { chip_lui(c); }, 221u);
  visit([](auto& c) { chip_auipc(c); }, 225u);
  visit([](auto& c) { chip_jalr(c); }, 227u);
  visit([](auto& c) { chip_sll(c); }, 236u);
  visit([](auto& c) { chip_srl(c); }, 246u);
  visit([](auto& c) { chip_sra(c); }, 260u);
  visit([](auto& c) { chip_load_store(c); }, 281u);
  visit([](auto& c) { chip_syscall(c); }, 315u);
  visit([](auto& c) { chip_custom_instruction(c); }, 337u);
  visit([](auto& c) { chip_program_mem_check(c); }, 338u);
  visit([](auto& c) { chip_register_mem_check(c); }, 345u);
  visit([](auto& c) { chip_timestamp(c); }, 357u);
  visit([](auto& c) { chip_range_bool(c); }, 366u);
}

}  // namespace pitboss::nexus::stark::air
