// Fuzzer of prover and verifier; built with sanitizers by kernels/native/sanitize.mjs.
//
//   stark-fuzz SECONDS SEED
// Random guests: both modes and two threads must give the same bytes within the announced memory, and the verifier must
// accept them. Mutated proofs (bits, bytes, cuts, repeats, splices of two proofs) and random bytes must be judged
// without a crash, and accepted only when nothing but the unproven tail of the layout differs.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "../Prover.h"
#include "../Verifier.h"

namespace {

using namespace pitboss::nexus;
using Bytes = std::vector<uint8_t>;

std::mt19937_64 random_bits;
uint32_t below(uint32_t n) { return static_cast<uint32_t>(random_bits() % n); }

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "stark-fuzz: %s\n", what);
  std::abort();
}

// A guest of random ALU, shift, memory and branch instructions, then the exit code and the exit.
Image random_guest() {
  Image image;
  image.entry = image.base = kCodeBase;
  const auto reg = [] { return below(31); };  // x31 holds the address of the data
  const uint32_t count = 1 + below(300);
  const uint32_t data = 0x88 + 4 * (count + 7);  // right after the code
  auto& p = image.program;
  p.push_back((data >> 12) << 12 | 31u << 7 | 0x37);                         // lui x31, data
  p.push_back((data & 0x7ff) << 20 | 31u << 15 | 31u << 7 | 0x13);           // addi x31, x31, low bits
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t funct = below(8), rd = reg(), a = below(32), b = below(32);
    switch (below(6)) {
      case 0: case 1: {
        const uint32_t top = (funct == 0 || funct == 5) && below(2) ? 0x40000000u : 0;
        p.push_back(top | b << 20 | a << 15 | funct << 12 | rd << 7 | 0x33);
        break;
      }
      case 2: {
        uint32_t imm = below(4096) << 20;
        if (funct == 1) imm = below(32) << 20;
        if (funct == 5) imm = below(32) << 20 | (below(2) ? 0x40000000u : 0);
        p.push_back(imm | a << 15 | funct << 12 | rd << 7 | 0x13);
        break;
      }
      case 3: p.push_back(below(1u << 20) << 12 | rd << 7 | (below(2) ? 0x37u : 0x17u)); break;
      case 4: {  // branch over nothing: to the next word either way
        static constexpr uint32_t kBranch[6] = {0, 1, 4, 5, 6, 7};
        p.push_back(b << 20 | a << 15 | kBranch[below(6)] << 12 | 4u << 7 | 0x63);
        break;
      }
      default: {  // memory of the data image
        static constexpr uint32_t kLoad[5] = {0, 1, 2, 4, 5};
        const uint32_t offset = 4 * below(16);
        if (below(2)) {
          p.push_back(offset << 20 | 31u << 15 | kLoad[below(5)] << 12 | rd << 7 | 0x03);
        } else {
          p.push_back((offset >> 5) << 25 | b << 20 | 31u << 15 | below(3) << 12 | (offset & 31) << 7 | 0x23);
        }
      }
    }
  }
  for (const uint32_t word : {0x00000513u, 0x08402283u, 0x00a2805bu, 0x20100893u, 0x00000073u}) p.push_back(word);
  image.ram.base = data;
  image.ram.bytes.resize(64);
  for (auto& byte : image.ram.bytes) byte = static_cast<uint8_t>(below(256));
  return image;
}

struct Made {
  Image image;
  Bytes proof;
  size_t fixed = 0;  // changes beyond this offset may be accepted
};

bool make(const std::atomic<bool>& stop, Made& out) {
  out.image = random_guest();
  const auto planned = plan(out.image, {}, {}, {}, stop);
  if (!planned) return false;  // x31 overwritten by chance, for example
  const auto run = stark::witness(*planned, {}, stop);
  if (std::holds_alternative<stark::Failure>(run)) return false;
  const auto& w = std::get<stark::Witness>(run);
  for (const auto mode : {stark::Mode::kLean, stark::Mode::kFast}) {
    const auto result = stark::prove(w, {mode, mode == stark::Mode::kLean ? 1u : 2u}, stop);
    const auto* proved = std::get_if<stark::Proved>(&result);
    if (proved == nullptr) fail(std::get<stark::Failure>(result).message.c_str());
    if (proved->peak > proved->planned) fail("more memory than announced");
    if (!out.proof.empty() && out.proof != proved->bytes) fail("the modes differ");
    out.proof = proved->bytes;
  }
  const auto verdict = stark::verify(out.proof, {out.image, {}, 0, {}}, {}, stop);
  if (verdict.verdict != stark::Verdict::kAccepted) fail(verdict.message.c_str());
  // public_output and the four values after it prove nothing here (there is no output): at most five varints of 5
  // bytes.
  out.fixed = out.proof.size() - 25;
  return true;
}

Bytes mutate(const Made& made, const Bytes& other) {
  Bytes out = made.proof;
  const uint32_t times = 1 + below(4);
  for (uint32_t i = 0; i < times; ++i) {
    const uint32_t at = below(static_cast<uint32_t>(out.size()));
    switch (below(7)) {
      case 0: out[at] ^= static_cast<uint8_t>(1u << below(8)); break;
      case 1: out[at] = static_cast<uint8_t>(below(256)); break;
      case 2: out.resize(std::max<size_t>(1, at)); break;
      case 3: out.insert(out.begin() + at, static_cast<uint8_t>(below(256))); break;
      case 4: out.erase(out.begin() + at); if (out.empty()) out.push_back(0); break;
      case 5: for (uint32_t k = at; k < out.size() && k < at + 6; ++k) out[k] = 0xff; break;
      default:  // a piece of another proof at the same place
        for (uint32_t k = at, end = at + below(2000); k < end && k < out.size() && k < other.size(); ++k) out[k] = other[k];
    }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 10;
  random_bits.seed(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  const std::atomic<bool> stop{false};
  const auto begin = std::chrono::steady_clock::now();
  const auto left = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < seconds;
  };
  uint64_t guests = 0, mutants = 0, accepted = 0;
  Bytes other(1, 0);
  while (left()) {
    Made made;
    if (!make(stop, made)) continue;
    ++guests;
    for (int i = 0; i < 100 && left(); ++i, ++mutants) {
      Bytes bytes = mutate(made, other);
      if (i % 10 == 0) {
        bytes.resize(below(5000));
        for (auto& b : bytes) b = static_cast<uint8_t>(below(256));
        if (i % 20 == 0 && bytes.size() > 4) bytes[0] = 5, bytes[1] = 1, bytes[2] = 0, bytes[3] = 3;
      }
      const auto verdict = stark::verify(bytes, {made.image, {}, 0, {}}, {}, stop);
      if (verdict.verdict != stark::Verdict::kAccepted) continue;
      ++accepted;
      const bool same_head = bytes.size() >= made.fixed &&
                             std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(made.fixed), made.proof.begin());
      if (!same_head) fail("a changed proof was accepted");
    }
    other = made.proof;
  }
  std::printf("stark-fuzz: %llu guests proven twice, %llu mutants judged, %llu accepted (unchanged or layout tail)\n",
              static_cast<unsigned long long>(guests), static_cast<unsigned long long>(mutants),
              static_cast<unsigned long long>(accepted));
  return 0;
}
