// Command line around prover and verifier for development and for the comparison with the test vectors.
//
//   stark-dev prove ELF PUBLIC_HEX PRIVATE_HEX lean|fast THREADS OUT [stages]
//   stark-dev air SEED       all 683 constraints at pseudo-random samples, for check_air.py
//   stark-dev unit < NUMBERS primitives on given numbers, for check_unit.py
//   stark-dev verify ELF PUBLIC_HEX EXIT_CODE OUTPUT_HEX PROOF...      (one verdict per line)
// Prints one line of figures; with `stages` also "stage NAME DIGEST FIRST_WORDS" for every observed intermediate result.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include "../Blake2s.h"
#include "../Channel.h"
#include "../Circle.h"
#include "../Constraints.h"
#include "../Keccak.h"
#include "../Merkle.h"
#include "../Prover.h"
#include "../Twiddles.h"
#include "../Verifier.h"

namespace {

using namespace pitboss::nexus;

std::vector<uint8_t> read_file(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<uint8_t> from_hex(const std::string& hex) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) out.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return out;
}

template <class Bytes>
std::string to_hex(const Bytes& bytes) {
  std::string out;
  char two[3];
  for (const uint8_t b : bytes) std::snprintf(two, sizeof two, "%02x", b), out += two;
  return out;
}

long peak_kb() {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stol(line.substr(6));
  }
  return 0;
}

int run_prove(char** argv, bool stages) {
  const std::atomic<bool> stop{false};
  const auto image = load_elf(read_file(argv[0]));
  if (!image) return std::fprintf(stderr, "%s\n", describe(image.error()).c_str()), 1;
  const auto planned = plan(*image, from_hex(argv[1]), from_hex(argv[2]), {}, stop);
  if (!planned) return std::fprintf(stderr, "%s\n", describe(planned.error()).c_str()), 1;
  const auto begin = std::chrono::steady_clock::now();
  const auto run = stark::witness(*planned, {}, stop);
  if (const auto* failure = std::get_if<stark::Failure>(&run)) return std::fprintf(stderr, "%s\n", failure->message.c_str()), 1;
  stark::ProverOptions options;
  options.mode = std::strcmp(argv[3], "fast") == 0 ? stark::Mode::kFast : stark::Mode::kLean;
  options.threads = static_cast<unsigned>(std::stoul(argv[4]));
  stark::Observer observer;
  if (stages) {
    observer = [](const std::string& what, std::span<const uint32_t> words) {
      std::vector<uint8_t> bytes;
      for (const uint32_t w : words) {
        for (int k = 0; k < 4; ++k) bytes.push_back(static_cast<uint8_t>(w >> (8 * k)));
      }
      std::printf("stage %s %s", what.c_str(), to_hex(stark::blake2s(bytes)).substr(0, 32).c_str());
      for (size_t i = 0; i < std::min<size_t>(8, words.size()); ++i) std::printf(" %u", words[i]);
      std::printf("\n");
    };
  }
  const auto cpu = [] {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  double last = cpu();
  stark::Stage seen = stark::Stage::kTrace;
  const bool timing = std::getenv("STARK_TIMING") != nullptr;
  const stark::Progress progress = [&](stark::Stage stage, uint64_t, uint64_t) {
    if (!timing || stage == seen) return;
    const double now = cpu();
    std::fprintf(stderr, "%-14s %.3f s of processor time\n", name(seen), now - last);
    seen = stage;
    last = now;
  };
  const auto result = stark::prove(std::get<stark::Witness>(run), options, stop, progress, observer);
  if (const auto* failure = std::get_if<stark::Failure>(&result)) {
    return std::fprintf(stderr, "%s\n", failure->message.c_str()), 1;
  }
  if (timing) {
    timespec own{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
    std::fprintf(stderr, "%-14s %.3f s of processor time\nall %.3f, of this thread %.3f\n", name(seen), cpu() - last, cpu(),
                 static_cast<double>(own.tv_sec) + 1e-9 * static_cast<double>(own.tv_nsec));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto& proved = std::get<stark::Proved>(result);
  std::ofstream(argv[5], std::ios::binary).write(reinterpret_cast<const char*>(proved.bytes.data()), static_cast<std::streamsize>(proved.bytes.size()));
  std::printf("keccak %s bytes %zu rows %llu seconds %.3f planned %llu peak %llu rss_kb %ld\n",
              to_hex(stark::keccak256(proved.bytes)).c_str(), proved.bytes.size(),
              static_cast<unsigned long long>(proved.rows), seconds, static_cast<unsigned long long>(proved.planned),
              static_cast<unsigned long long>(proved.peak), peak_kb());
  return 0;
}

int run_verify(int count, char** argv) {
  const std::atomic<bool> stop{false};
  const auto image = load_elf(read_file(argv[0]));
  if (!image) return std::fprintf(stderr, "%s\n", describe(image.error()).c_str()), 1;
  const auto input = from_hex(argv[1]), output = from_hex(argv[3]);
  const stark::Claim claim{*image, input, static_cast<uint32_t>(std::stoul(argv[2])), output};
  for (int i = 4; i < count; ++i) {
    const auto result = stark::verify(read_file(argv[i]), claim, {}, stop);
    std::printf("%s %u %s\n", name(result.verdict), result.index, result.message.c_str());
  }
  return 0;
}

// Samples, then z and alpha of each relation, then claimed sums, all from one multiplicative generator modulo p.
int run_air(uint32_t seed) {
  using namespace stark;
  M31 state(seed);
  const auto next = [&] { return state = state * M31(48271); };
  const auto next_secure = [&] {
    QM31 x;
    for (M31* part : {&x.a, &x.b, &x.c, &x.d}) *part = next();
    return x;
  };
  std::vector<std::vector<std::vector<QM31>>> sampled(3);
  for (unsigned tree = 0; tree < 3; ++tree) {
    for (unsigned c = 0; c < kComponents; ++c) {
      const size_t count = tree == 0 ? pre_columns(c) : tree == 1 ? main_columns(c) : 4 * interaction_columns(c);
      for (size_t i = 0; i < count; ++i) {
        const bool two = (tree == 1 && c == kMain && (i < 4 || i == col::IsPadding)) || (tree == 2 && i + 4 >= count);
        auto& column = sampled[tree].emplace_back();
        for (int k = 0; k < (two ? 2 : 1); ++k) column.push_back(next_secure());
      }
    }
  }
  Randomness randomness;
  for (auto& element : randomness.relation) element.z = next_secure(), element.alpha = next_secure();
  std::vector<QM31> claimed;
  for (unsigned c = 0; c < kComponents; ++c) claimed.push_back(next_secure());
  for_each_constraint({sampled, claimed, LogSizes{}, randomness}, [](unsigned, QM31 value) {
    const auto w = words(value);
    std::printf("%u %u %u %u\n", w[0], w[1], w[2], w[3]);
  });
  return 0;
}

// Input: n, 2^n values (br order). Output: coefficients; the extension to 2^(n+1); the root of a tree of the values (layer n),
// their first half (layer n-1) and their first quarter (layer n-2).
int run_unit() {
  using namespace stark;
  unsigned n = 0;
  if (std::scanf("%u", &n) != 1 || n < 3 || n > 20) return 2;
  Arena arena(1u << 30);
  Workers workers(1);
  Buffer<uint32_t> values = arena.words(size_t{1} << n), out = arena.words(size_t{2} << n);
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::scanf("%u", &values[i]) != 1) return 2;
  }
  TreeBuilder builder(arena, workers, n);
  const uint32_t* column = values.data();
  for (unsigned layer = n + 1; layer-- > n - 2;) builder.begin(layer, 1), builder.absorb(&column, 1);
  const std::string root = to_hex(builder.finish().root());
  const Twiddles twiddles(arena, n + 1, {n, n + 1});
  kernels().interpolate(values.data(), n, twiddles.inverse(n).layer);
  for (size_t i = 0; i < values.size(); ++i) std::printf("%u ", values[i]);
  std::printf("\n");
  for (size_t half = 0; half < 2; ++half) {
    kernels().evaluate(values.data(), out.data() + (half << n), n, twiddles.forward(n + 1, n, half).layer);
  }
  for (size_t i = 0; i < out.size(); ++i) std::printf("%u ", out[i]);
  std::printf("\n%s\n", root.c_str());
  Channel channel;
  channel.mix_u64(12);
  std::printf("%s\n", to_hex(channel.digest()).c_str());
  channel.mix_u64((uint64_t{1} << 40) + 5);
  std::printf("%s\n", to_hex(channel.digest()).c_str());
  Digest ramp;
  for (size_t i = 0; i < 32; ++i) ramp[i] = static_cast<uint8_t>(i);
  channel.mix_root(ramp);
  const auto w = words(channel.draw_felt());
  std::printf("%u %u %u %u\n%s\n", w[0], w[1], w[2], w[3], to_hex(keccak256({})).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 8 && std::strcmp(argv[1], "prove") == 0) return run_prove(argv + 2, argc > 8);
  if (argc >= 7 && std::strcmp(argv[1], "verify") == 0) return run_verify(argc - 2, argv + 2);
  if (argc == 3 && std::strcmp(argv[1], "air") == 0) return run_air(static_cast<uint32_t>(std::stoul(argv[2])));
  if (argc == 2 && std::strcmp(argv[1], "unit") == 0) return run_unit();
  std::fprintf(stderr, "usage: stark-dev prove ELF PUBLIC_HEX PRIVATE_HEX lean|fast THREADS OUT [stages]\n");
  return 2;
}
