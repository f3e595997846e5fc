// Pass 1: runs the guest on separate memories to find out how large everything is (specs/nexus-prover.md 3.2 and 3.3).
#include <algorithm>

#include "Interpreter.h"
#include "Machine.h"
#include "PagedMemory.h"

namespace pitboss::nexus {

namespace {

constexpr uint32_t kMinusOne = 0xffffffff;
constexpr uint64_t kCheckEvery = 4096;

uint64_t align(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

// The memories and system calls of pass 1.
class SizingBus {
 public:
  SizingBus(const Image& image, std::span<const uint8_t> input, std::span<const uint8_t> tape, const Limits& limits)
      : rom_(image.rom), input_(input), tape_(tape), limits_(limits), memory_(limits.max_memory), output_(limits.max_memory) {
    const uint64_t rom_end = image.rom.end();
    const uint64_t ram_end = image.ram.end();
    const uint64_t most = std::max(rom_end, ram_end);
    data_end = image.rom.bytes.empty() ? ram_end : (most == 0 ? 0 : most + 4);
    heap_max = data_end;
  }

  MaybeError fill(const Segment& ram) {
    for (size_t i = 0; i < ram.bytes.size(); ++i) {
      const auto address = static_cast<uint32_t>(ram.base + i);
      if (!memory_.write(address, 1, ram.bytes[i])) return Error{Fault::kMemoryLimit, address, limits_.max_memory};
    }
    return std::nullopt;
  }

  MaybeError load(uint32_t address, unsigned size, uint32_t& value) const {
    value = 0;
    for (unsigned i = 0; i < size; ++i) value |= static_cast<uint32_t>(byte(address + i)) << (8 * i);
    return std::nullopt;
  }

  MaybeError store(uint32_t address, unsigned size, uint32_t value) {
    if (in_rom(address) || (address >= kLocationWords && address < kCodeBase)) return Error{Fault::kReadOnly, address};
    if (!memory_.write(address, size, value)) return Error{Fault::kMemoryLimit, address, limits_.max_memory};
    return std::nullopt;
  }

  // Input segment: the length word at 0, then the bytes.
  MaybeError read_input(uint32_t address, uint32_t& value) const {
    const uint64_t end = 4 + align(input_.size(), 4);
    if (static_cast<uint64_t>(address) + 4 > end) return Error{Fault::kOutsideMemory, address};
    value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const uint32_t at = address + i;
      const uint32_t length = static_cast<uint32_t>(input_.size());
      const uint32_t v = at < 4 ? (length >> (8 * at)) & 0xff : (at - 4 < length ? input_[at - 4] : 0u);
      value |= v << (8 * i);
    }
    return std::nullopt;
  }

  MaybeError write_output(uint32_t address, uint32_t value) {
    if (static_cast<uint64_t>(address) + 4 > limits_.max_output) {
      return Error{Fault::kOutputLimit, address, limits_.max_output};
    }
    if (!output_.write(address, 4, value)) return Error{Fault::kMemoryLimit, address, limits_.max_memory};
    output_low = std::min<uint64_t>(output_low, address);
    output_end = std::max<uint64_t>(output_end, static_cast<uint64_t>(address) + 4);
    return std::nullopt;
  }

  MaybeError syscall(State& state, Row& row) {
    auto& x = state.x;
    const auto set_x10 = [&](uint32_t v) {
      row.result = v;
      row.target = 10;
    };
    switch (x[17]) {
      case 0x200: {
        if (x[10] != 1) return set_x10(kMinusOne), std::nullopt;
        if (log.size() + static_cast<uint64_t>(x[12]) > limits_.max_output) {
          return Error{Fault::kOutputLimit, x[11], limits_.max_output};
        }
        if (static_cast<uint64_t>(x[11]) + x[12] > (1ull << 32)) return Error{Fault::kAddressWrap, state.pc};
        for (uint32_t i = 0; i < x[12]; ++i) log.push_back(byte(x[11] + i));
        return set_x10(x[12]), std::nullopt;
      }
      case 0x201: state.halted = true; return std::nullopt;
      case 0x400: return set_x10(tape_at_ < tape_.size() ? tape_[tape_at_++] : kMinusOne), std::nullopt;
      case 0x401: return std::nullopt;  // profiling labels are not matched up: x10 stays as for a matched one
      case 0x402: return set_x10(kMinusOne), std::nullopt;
      case 0x403: return set_x10(0), std::nullopt;
      case 0x405:
        heap_max = std::max(heap_max, static_cast<uint64_t>(x[10]) + x[11]);
        return set_x10(kMinusOne), std::nullopt;
      default: return Error{Fault::kSyscall, state.pc, x[17]};
    }
  }

  uint64_t data_end = 0;
  uint64_t heap_max = 0;
  uint64_t output_low = UINT64_MAX;
  uint64_t output_end = 0;
  std::vector<uint8_t> log;

 private:
  bool in_rom(uint32_t address) const { return address >= rom_.base && address < rom_.end(); }
  uint8_t byte(uint32_t address) const {
    if (in_rom(address)) return rom_.bytes[address - rom_.base];
    return memory_.get(address);  // 0x80..0x87 are never written: they read 0
  }

  const Segment& rom_;
  std::span<const uint8_t> input_;
  std::span<const uint8_t> tape_;
  const Limits& limits_;
  PagedMemory memory_;
  PagedMemory output_;
  size_t tape_at_ = 0;
};

MaybeError check_image(const Image& image) {
  if (image.base != kCodeBase) return Error{Fault::kCodeBase, image.base};
  if (image.entry != image.base) return Error{Fault::kCodeBase, image.entry};
  uint64_t end = image.base + 4ull * image.program.size();
  for (const Segment* segment : {&image.rom, &image.ram}) {
    if (segment->bytes.empty()) continue;
    if (segment->base < end) return Error{Fault::kImageOrder, segment->base};
    end = segment->end();
  }
  return std::nullopt;
}

Result<Layout> make_layout(const Image& image, uint64_t input_length, const SizingBus& bus, uint64_t lowest_stack) {
  const uint64_t program_size =
      4 * image.program.size() + 4 + image.rom.bytes.size() + 4 + image.ram.bytes.size() + 4;
  const uint64_t public_input = kCodeBase + program_size;
  const uint64_t exit_code = align(public_input + input_length + 4, 4);
  const uint64_t public_output = exit_code + 4;
  const uint64_t heap = align(public_output + (bus.output_end - bus.output_low) - 4, 4);
  const uint64_t stack_bottom = align(heap + bus.heap_max - bus.data_end, 4);
  const uint64_t stack_top = align(stack_bottom + kStackStart - lowest_stack, 16);
  if (stack_top > UINT32_MAX) return Error{Fault::kLayoutOverflow};
  const auto u32 = [](uint64_t v) { return static_cast<uint32_t>(v); };
  return Layout{u32(public_input), u32(exit_code), u32(public_output), u32(heap),
                u32(stack_bottom), u32(stack_top), u32(stack_top)};
}

void append(std::vector<MemoryByte>& list, uint32_t address, std::span<const uint8_t> bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) list.push_back({static_cast<uint32_t>(address + i), bytes[i]});
}

void append_word(std::vector<MemoryByte>& list, uint32_t address, uint32_t word) {
  for (unsigned i = 0; i < 4; ++i) list.push_back({address + i, static_cast<uint8_t>(word >> (8 * i))});
}

}  // namespace

Result<Plan> plan(const Image& image, std::span<const uint8_t> public_input, std::span<const uint8_t> private_input,
                  const Limits& limits, const std::atomic<bool>& stop, const StepProgress& progress) {
  if (const auto bad = check_image(image)) return *bad;
  if (public_input.size() > limits.max_input || private_input.size() > limits.max_input) {
    return Error{Fault::kInputLimit, 0, limits.max_input};
  }
  SizingBus bus(image, public_input, private_input, limits);
  if (const auto bad = bus.fill(image.ram)) return *bad;

  std::vector<Instruction> code;
  code.reserve(image.program.size());
  for (const uint32_t word : image.program) code.push_back(decode(word));

  State state;
  uint64_t steps = 0;
  uint64_t lowest_stack = kStackStart;
  while (!state.halted) {
    if (steps % kCheckEvery == 0) {
      if (stop.load(std::memory_order_relaxed)) return Error{Fault::kCancelled};
      if (progress) progress(steps);
    }
    if (steps == limits.max_steps) return Error{Fault::kStepLimit, state.pc, limits.max_steps};
    const int64_t index = code_index(state.pc, code.size());
    if (index < 0) return Error{Fault::kPcOutside, state.pc};
    Row row;
    row.word = image.program[static_cast<size_t>(index)];
    if (const auto bad = step(code[static_cast<size_t>(index)], state, row, bus)) return *bad;
    ++steps;
    if (!state.halted && state.x[2] != 0 && state.x[2] < lowest_stack) lowest_stack = state.x[2];
  }
  if (bus.output_low != 0) return Error{Fault::kOutputMissing, 0};

  Plan out;
  out.input_length = static_cast<uint32_t>(align(public_input.size(), 4));
  const auto layout = make_layout(image, out.input_length, bus, lowest_stack);
  if (!layout) return layout.error();
  out.layout = *layout;
  const uint64_t data_end = std::max(image.rom.end(), image.ram.end());
  if (data_end > out.layout.public_input) return Error{Fault::kImageGap, data_end, out.layout.public_input};

  out.program.reserve(image.program.size());
  for (const uint32_t word : image.program) out.program.push_back(traced_word(word));
  for (size_t i = 0; i < code.size(); ++i) {
    if (code[i].op == Op::kRin || code[i].op == Op::kWou) code[i] = decode(out.program[i]);
  }
  out.code = std::move(code);
  append_word(out.initial_memory, kLocationWords, out.layout.public_input);
  append_word(out.initial_memory, kLocationWords + 4, out.layout.exit_code);
  append(out.initial_memory, image.rom.base, image.rom.bytes);
  append(out.initial_memory, image.ram.base, image.ram.bytes);
  append_word(out.initial_memory, out.layout.public_input, out.input_length);
  std::vector<uint8_t> padded(public_input.begin(), public_input.end());
  padded.resize(out.input_length, 0);
  append(out.initial_memory, out.layout.public_input + 4, padded);
  out.private_input.assign(private_input.begin(), private_input.end());
  out.log = std::move(bus.log);
  out.steps = steps;
  out.rom_base = image.rom.base;
  out.rom_end = static_cast<uint32_t>(image.rom.end());
  out.ram_base = image.ram.base;
  out.ram_end = static_cast<uint32_t>(image.ram.end());
  return out;
}

}  // namespace pitboss::nexus
