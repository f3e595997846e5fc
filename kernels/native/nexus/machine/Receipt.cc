// Making, encoding and checking execution receipts.
#include "Receipt.h"

#include <algorithm>
#include <array>

#include "../../common/Bytes.h"
#include "../guest/FibElf.h"
#include "Input.h"

namespace pitboss::nexus {

namespace {

constexpr std::array<uint8_t, 4> kMagic = {'P', 'B', 'R', 'C'};
constexpr uint16_t kVersion = 1;
constexpr size_t kMaxInput = 32;
constexpr size_t kMaxOutput = 64;

std::vector<uint8_t> encoded(const FibInput& input) {
  const std::array<uint32_t, 3> tuple = {input.n, input.a, input.b};
  return encode_input(tuple);
}

std::array<uint32_t*, 7> words(Layout& l) {
  return {&l.public_input, &l.exit_code, &l.public_output, &l.heap, &l.stack_bottom, &l.stack_top, &l.end};
}

Digest read_digest(ByteReader& in) {
  Digest out{};
  const auto raw = in.bytes(out.size());
  std::copy(raw.begin(), raw.end(), out.begin());
  return out;
}

Verdict decode(std::span<const uint8_t> bytes, Receipt& out) {
  ByteReader in(bytes);
  const auto magic = in.bytes(kMagic.size());
  if (!in.ok()) return Verdict::kTruncated;
  if (!std::equal(magic.begin(), magic.end(), kMagic.begin())) return Verdict::kMagic;
  const uint16_t version = in.u16();
  if (!in.ok()) return Verdict::kTruncated;
  if (version != kVersion) return Verdict::kVersion;
  out.program = read_digest(in);
  const uint16_t input_length = in.u16();
  if (in.ok() && input_length > kMaxInput) return Verdict::kNotCanonical;
  const auto input = in.bytes(input_length);
  out.input.assign(input.begin(), input.end());
  out.exit_code = in.u32();
  out.steps = in.u64();
  for (uint32_t* word : words(out.layout)) *word = in.u32();
  const uint16_t output_length = in.u16();
  if (in.ok() && output_length > kMaxOutput) return Verdict::kNotCanonical;
  const auto output = in.bytes(output_length);
  out.output.assign(output.begin(), output.end());
  out.trace = read_digest(in);
  return in.done() ? Verdict::kValid : Verdict::kTruncated;
}

Verdict compare(const Receipt& claimed, const Receipt& actual) {
  if (claimed.exit_code != actual.exit_code) return Verdict::kExitCode;
  if (claimed.steps != actual.steps) return Verdict::kSteps;
  if (claimed.layout != actual.layout) return Verdict::kLayout;
  if (claimed.output != actual.output) return Verdict::kOutput;
  if (claimed.trace != actual.trace) return Verdict::kTrace;
  return Verdict::kValid;
}

}  // namespace

std::string describe(Verdict verdict) {
  switch (verdict) {
    case Verdict::kValid: return "valid";
    case Verdict::kTruncated: return "the receipt has the wrong length";
    case Verdict::kMagic: return "these bytes are not an execution receipt";
    case Verdict::kVersion: return "the receipt has an unknown version";
    case Verdict::kProgram: return "the receipt is about another program";
    case Verdict::kInput: return "the receipt is about another input";
    case Verdict::kExitCode: return "the exit code differs from the re-execution";
    case Verdict::kSteps: return "the number of steps differs from the re-execution";
    case Verdict::kLayout: return "the memory layout differs from the re-execution";
    case Verdict::kOutput: return "the output differs from the re-execution";
    case Verdict::kTrace: return "the trace digest differs from the re-execution";
    case Verdict::kNotCanonical: return "a field of the receipt is out of range";
  }
  return "unknown verdict";
}

std::vector<uint8_t> row_bytes(std::span<const Row> rows) {
  std::vector<uint8_t> out(rows.size() * 24);
  uint8_t* at = out.data();
  const auto put = [&](uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) *at++ = static_cast<uint8_t>(value >> (8 * i));
  };
  for (const Row& r : rows) {
    put(r.pc);
    put(r.word);
    put(r.result);
    put(r.address);
    put(r.value);
    put(r.size | static_cast<uint32_t>(r.target) << 8 | static_cast<uint32_t>(r.store) << 16);
  }
  return out;
}

std::vector<uint8_t> encode(const Receipt& receipt) {
  ByteWriter out;
  out.bytes(kMagic).u16(kVersion).bytes(receipt.program);
  out.u16(static_cast<uint16_t>(receipt.input.size())).bytes(receipt.input);
  out.u32(receipt.exit_code).u64(receipt.steps);
  Layout layout = receipt.layout;
  for (const uint32_t* word : words(layout)) out.u32(*word);
  out.u16(static_cast<uint16_t>(receipt.output.size())).bytes(receipt.output).bytes(receipt.trace);
  return out.take();
}

Result<Receipt> make_receipt(const FibInput& input, const std::atomic<bool>& stop, const ReceiptProgress& progress) {
  Limits limits;
  limits.max_steps = kReceiptSteps;
  limits.max_memory = 1u << 20;
  const auto image = load_elf(fib_elf());
  if (!image) return image.error();
  Receipt out;
  out.program = sha256(fib_elf());
  out.input = encoded(input);
  // Both passes run the same number of steps, up to the few that read sizes: half of the work each.
  const auto report = [&](uint64_t base, uint64_t total) {
    return [&, base, total](uint64_t steps) {
      if (progress) progress(base + steps, total);
    };
  };
  const uint64_t expected = 5 * (static_cast<uint64_t>(input.n) + 1);
  if (expected > kReceiptSteps) return Error{Fault::kStepLimit, 0, kReceiptSteps};
  const auto found = plan(*image, out.input, {}, limits, stop, report(0, 2 * expected));
  if (!found) return found.error();
  TraceDigest digest;
  const auto execution = run(*found, limits, stop, [&](std::span<const Row> rows) { digest.add(rows); },
                             report(found->steps, 2 * found->steps));
  if (!execution) return execution.error();
  out.exit_code = execution->exit_code;
  out.steps = execution->steps;
  out.layout = found->layout;
  for (const auto& byte : execution->output_memory) out.output.push_back(byte.value);
  out.trace = digest.finish();
  return out;
}

Result<Verdict> verify_receipt(std::span<const uint8_t> bytes, const FibInput& input, const std::atomic<bool>& stop,
                               const ReceiptProgress& progress) {
  Receipt claimed;
  const Verdict form = decode(bytes, claimed);
  if (form != Verdict::kValid) return form;
  if (claimed.program != sha256(fib_elf())) return Verdict::kProgram;
  if (claimed.input != encoded(input)) return Verdict::kInput;
  const auto actual = make_receipt(input, stop, progress);
  if (!actual) return actual.error();
  return compare(claimed, *actual);
}

}  // namespace pitboss::nexus
