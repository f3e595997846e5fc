// Fuzzing of the machine with hostile bytes; built with sanitizers and run by kernels/native/sanitize.mjs.
//
// Mutates our guest and random programs, loads and runs what comes out, and checks what must hold for every accepted guest:
// both forms of the trace are the same, the layout ascends, the exit and output lists lie where it says, every fault has a
// sentence. Usage: fuzz SECONDS SEED. Prints the counts; a broken invariant or a sanitizer report ends it with a signal.
#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>

#include "../guest/FibElf.h"
#include "Elf.h"
#include "Machine.h"
#include "Rows.h"
#include "Sha256.h"

namespace {

using namespace pitboss::nexus;
using Bytes = std::vector<uint8_t>;
using Random = std::mt19937_64;

const std::atomic<bool> kNeverStop{false};

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "invariant broken: %s\n", what);
  std::abort();
}

uint32_t below(Random& random, uint64_t limit) { return static_cast<uint32_t>(random() % limit); }

uint32_t interesting(Random& random) {
  static constexpr uint32_t kValues[] = {0,      1,      4,          0x28,       0x80,       0x84,       0x88,      0x8c,
                                         0x1000, 0xffff, 0x7fffffff, 0x80000000, 0x80400000, 0xfffffffc, 0xffffffff};
  return random() % 2 == 0 ? kValues[below(random, std::size(kValues))] : static_cast<uint32_t>(random());
}

// A word that decodes to something, most of the time.
uint32_t instruction(Random& random) {
  static constexpr uint32_t kOpcodes[] = {0x03, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6f, 0x73, 0x2b, 0x5b};
  const uint32_t opcode = kOpcodes[below(random, std::size(kOpcodes))];
  auto word = static_cast<uint32_t>(random()) & ~0x7fu;
  if (random() % 2 == 0) word &= 0x01ffffff;                       // plain funct7
  if (random() % 4 != 0) word = (word & ~0x7000u) | 0x2000;        // words, mostly
  if (opcode == 0x2b || opcode == 0x5b) word &= ~0x7000u;
  if (opcode == 0x73) return random() % 4 == 0 ? word | opcode : 0x73;
  return word | opcode;
}

void put_word(Bytes& bytes, size_t at, uint32_t word) {
  for (unsigned i = 0; i < 4 && at + i < bytes.size(); ++i) bytes[at + i] = static_cast<uint8_t>(word >> (8 * i));
}

Bytes mutated(Random& random) {
  const auto original = fib_elf();
  Bytes bytes(original.begin(), original.end());
  for (uint32_t left = 1 + below(random, 6); left > 0; --left) {
    switch (below(random, 6)) {
      case 0: bytes[below(random, bytes.size())] ^= static_cast<uint8_t>(1u << below(random, 8)); break;
      case 1: put_word(bytes, below(random, 148) / 4 * 4, interesting(random)); break;                    // headers
      case 2: put_word(bytes, 0x254 + below(random, 200) / 4 * 4, interesting(random)); break;            // sections
      case 3: put_word(bytes, 0x94 + below(random, 0x16c) / 4 * 4, instruction(random)); break;           // code
      case 4: put_word(bytes, below(random, bytes.size()), interesting(random)); break;
      default:
        if (random() % 8 == 0) bytes.resize(1 + below(random, 2 * bytes.size()));
    }
  }
  return bytes;
}

// Our guest's file with all of its code replaced.
Bytes random_program(Random& random) {
  const auto original = fib_elf();
  Bytes bytes(original.begin(), original.end());
  for (size_t at = 0x94; at < 0x200; at += 4) put_word(bytes, at, instruction(random));
  // An ending that is reached when nothing else happens: exit code 0, halt.
  static constexpr uint32_t kEnd[] = {0x08402383, 0x0003805b, 0x20100893, 0x00000073};
  const size_t from = 0x94 + 4 * (4 + below(random, 60));
  for (size_t i = 0; i < 4; ++i) put_word(bytes, from + 4 * i, kEnd[i]);
  return bytes;
}

// Half of the time a tuple as our guest reads it: varints without a zero byte, which COBS leaves as one block.
Bytes input(Random& random) {
  if (random() % 2 == 0) {
    Bytes out(1);
    for (uint32_t value : {below(random, 200), interesting(random), interesting(random)}) {
      for (value = std::max(value, 1u); value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
      out.push_back(static_cast<uint8_t>(value));
    }
    out[0] = static_cast<uint8_t>(out.size());
    out.resize((out.size() + 4) / 4 * 4);
    return out;
  }
  Bytes out(below(random, 24));
  for (auto& byte : out) byte = static_cast<uint8_t>(random());
  return out;
}

std::string outcome_of(const Bytes& elf, Random& random) {
  Limits limits;
  limits.max_steps = 20000;
  limits.max_memory = 1u << 20;
  limits.max_output = 4096;
  const auto image = load_elf(elf);
  if (!image) return require(!describe(image.error()).empty(), "sentence"), name(image.error().fault);
  const auto found = plan(*image, input(random), input(random), limits, kNeverStop);
  if (!found) return require(!describe(found.error()).empty(), "sentence"), name(found.error().fault);
  Sha256 streamed, replayed;
  uint64_t rows = 0;
  const auto execution = run(*found, limits, kNeverStop, [&](std::span<const Row> some) {
    streamed.update(row_bytes(some));
    rows += some.size();
  });
  if (!execution) return require(!describe(execution.error()).empty(), "sentence"), name(execution.error().fault);
  const Layout& l = found->layout;
  require(rows == execution->steps, "one row per step");
  require(l.public_input < l.exit_code && l.exit_code + 4 == l.public_output && l.public_output <= l.heap &&
              l.heap <= l.stack_bottom && l.stack_bottom <= l.stack_top && l.stack_top == l.end,
          "layout ascends");
  require(execution->exit_memory.size() == 4 && execution->output_memory.size() == l.heap - l.public_output, "lists");
  for (size_t i = 1; i < found->initial_memory.size(); ++i) {
    require(found->initial_memory[i - 1].address < found->initial_memory[i].address, "initial memory ascends");
  }
  const auto trace = collect(*found, limits, kNeverStop);
  require(static_cast<bool>(trace), "the second run is like the first");
  replay(*found, *trace, [&](std::span<const Row> some) { replayed.update(row_bytes(some)); });
  require(streamed.finish() == replayed.finish(), "replay gives the rows");
  return "executed";
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  Random random(seed);
  std::map<std::string, uint64_t> counts;
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  uint64_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 20; ++i, ++runs) {
      ++counts[outcome_of(random() % 2 == 0 ? mutated(random) : random_program(random), random)];
    }
  }
  std::printf("%" PRIu64 " runs, seed %" PRIu64 "\n", runs, seed);
  for (const auto& [outcome, count] : counts) std::printf("%10" PRIu64 " %s\n", count, outcome.c_str());
}
