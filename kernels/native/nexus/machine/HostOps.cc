// Handler of the machine's host op.
#include "HostOps.h"

#include "../../common/Bytes.h"
#include "Elf.h"
#include "Machine.h"
#include "Rows.h"
#include "Sha256.h"

namespace pitboss::nexus {

namespace {

using host::JobContext;
using host::Outcome;

Outcome failed(const Error& error) {
  if (error.fault == Fault::kCancelled) return Outcome::cancelled();
  return Outcome::error(static_cast<uint16_t>(32 + static_cast<uint16_t>(error.fault)),
                        std::string(name(error.fault)) + ": " + describe(error));
}

Outcome bad_params() { return Outcome::error(host::kBadParams, "the parameters of the job cannot be read"); }

Outcome execute(std::span<const uint8_t> params, JobContext& context) {
  ByteReader in(params);
  Limits limits;
  limits.max_steps = in.u64();
  const bool wants_rows = in.u8() != 0;
  const auto elf = in.blob();
  const auto public_input = in.blob();
  const auto private_input = in.blob();
  if (!in.done()) return bad_params();
  const auto image = load_elf(elf);
  if (!image) return failed(image.error());
  const auto progress = [&](uint32_t stage) {
    return [&context, stage](uint64_t steps) { context.progress(stage, steps, 0); };
  };
  const auto found = plan(*image, public_input, private_input, limits, context.stop(), progress(0));
  if (!found) return failed(found.error());
  Sha256 trace;
  const auto sink = [&](std::span<const Row> rows) {
    const auto bytes = row_bytes(rows);
    trace.update(bytes);
    if (wants_rows) context.emit(bytes);
  };
  const auto execution = run(*found, limits, context.stop(), sink, progress(1));
  if (!execution) return failed(execution.error());
  ByteWriter out;
  const auto& l = found->layout;
  out.u64(found->steps).u64(execution->steps);
  for (const uint32_t word :
       {l.public_input, l.exit_code, l.public_output, l.heap, l.stack_bottom, l.stack_top, l.end}) {
    out.u32(word);
  }
  out.u32(execution->exit_code).u32(static_cast<uint32_t>(execution->output_memory.size()));
  for (const auto& byte : execution->output_memory) out.u8(byte.value);
  out.blob(found->log).bytes(trace.finish());
  out.u32(static_cast<uint32_t>(found->program.size())).u32(static_cast<uint32_t>(found->initial_memory.size()));
  return Outcome::result(out.take());
}

}  // namespace

void register_machine(host::Registry& registry) {
  registry.add(1, "nexus.execute", execute);
}

}  // namespace pitboss::nexus
