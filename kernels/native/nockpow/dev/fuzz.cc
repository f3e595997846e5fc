// Fuzzer of every decoder of the nockpow kernel, with a mutating main of its own.
//
// usage: fuzz [INPUTS PER DECODER = 1000000] [SEED = 1]. Runs under g++ with ASan and UBSan (dev/build.sh) and, with
// -DNOCKPOW_LIBFUZZER under clang, as a libFuzzer target over all decoders. Decoders: cue (then jam and cue again), the
// proof decoder (then the verifier when it decodes), base58, numbers, and the parameters of the host ops. A defect is a
// sanitizer report or a failed check here; both end the process.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "../host_ops.h"
#include "../number.h"
#include "../prover.h"
#include "../verifier.h"

using namespace pitboss::nockpow;

namespace {

using Bytes = std::vector<uint8_t>;
using Random = std::mt19937_64;

void require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "fuzz: failed: %s\n", what);
  std::abort();
}

size_t below(Random& r, size_t n) { return n == 0 ? 0 : r() % n; }

// Bit flips, interesting bytes, cuts, copies, insertions.
void mutate(Bytes& b, Random& r) {
  for (size_t n = 1 + below(r, 4); n-- > 0 && !b.empty();) {
    const size_t at = below(r, b.size());
    switch (below(r, 6)) {
      case 0: b[at] = static_cast<uint8_t>(b[at] ^ 1u << below(r, 8)); break;
      case 1: b[at] = static_cast<uint8_t>(r() % 3 == 0 ? 0 : r() % 2 == 0 ? 255 : r()); break;
      case 2: b.resize(at + 1); break;
      case 3: b.insert(b.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(r, 9), static_cast<uint8_t>(r())); break;
      case 4: b.erase(b.begin() + static_cast<std::ptrdiff_t>(at), b.begin() + static_cast<std::ptrdiff_t>(at + 1 + below(r, std::min<size_t>(8, b.size() - at)))); break;
      default: {
        const size_t from = below(r, b.size()), n = std::min<size_t>(1 + below(r, 16), b.size() - std::max(at, from));
        for (size_t i = 0; i < n; i++) b[at + i] = b[from + i];
      }
    }
  }
}

struct Quiet final : pitboss::host::JobContext {
  std::atomic<bool> flag{false};
  const std::atomic<bool>& stop() const override { return flag; }
  void progress(uint32_t, uint64_t, uint64_t) override {}
  void emit(std::span<const uint8_t>) override {}
};

// A noun of random shape with shared parts.
Noun random_noun(Nouns& n, Random& r) {
  std::vector<Noun> made;
  const size_t count = 1 + below(r, 24);
  for (size_t i = 0; i < count; i++) {
    if (made.size() < 2 || r() % 3 == 0) {
      std::vector<u64> words(below(r, 3));
      for (u64& w : words) w = r() >> below(r, 64);
      made.push_back(n.atom_words(words));
    } else {
      const Noun h = made[below(r, made.size())];
      made.push_back(n.cell(h, made[below(r, made.size())]));
    }
  }
  return made.back();
}

// A proof with one small object of every kind: decodes, does not verify.
Proof small_proof(Random& r) {
  static constexpr int kVersions[5] = {0, 1, 2, 3, 5};
  Proof p;
  p.version = kVersions[below(r, 5)];
  p.objects.push_back(puzzle_object({1, 2, 3, 4, 5}, {6, 7, 8, 9, r() % kP}, std::vector<u64>{r() % kP, 2}));
  using enum ProofObject::Tag;
  for (const auto tag : {heights, m_root, terms, poly, evals, codeword, comp_m, m_path, m_pathbf}) {
    ProofObject o{.tag = tag};
    if (tag == heights) o.words = {16, 8};
    if (tag == comp_m) o.number = 4;
    for (size_t i = below(r, 3) * tag_step(tag); i-- > 0;) o.words.push_back(r() % kP);
    if (tag == m_path || tag == m_pathbf) o.path.resize(below(r, 3), Digest{r() % kP, 0, kP - 1, 3, 4});
    p.objects.push_back(std::move(o));
  }
  return p;
}

void check_cue(const Bytes& b) {
  Nouns n;
  const CueResult c = cue(n, b, {.max_bytes = 1u << 16, .max_nouns = 4096, .max_atom_bits = 1u << 14});
  if (c.error != CueError::ok) return;
  const Bytes again = jam(n, c.noun);
  Nouns m;
  const CueResult d = cue(m, again);
  require(d.error == CueError::ok && jam(m, d.noun) == again, "jam of a decoded noun decodes to the same noun");
}

bool check_proof(const Bytes& b, bool page) {
  const DecodeResult d = decode_proof(b, page);
  if (d.refusal != Refusal::none) return false;
  const Bytes again = encode_proof(d.proof);
  const DecodeResult e = decode_proof(again, false);
  require(e.refusal == Refusal::none && e.proof == d.proof, "a decoded proof encodes to itself");
  return true;
}

void check_ops(const Bytes& b) {
  Quiet context;
  op_verify(b, context);
  // What the parameters may start ends at once, except for some digests.
  context.flag = b.empty() || b[0] % 64 != 0;
  op_digest(b, context);
  context.flag = true;
  op_search(b, context);
  op_prove(b, context);
}

// Parameters of an op, with small numbers where work depends on them.
Bytes op_params(Random& r) {
  Bytes b;
  const auto put = [&](u64 v, size_t n) {
    for (size_t i = 0; i < n; i++) b.push_back(static_cast<uint8_t>(v >> (8 * i)));
  };
  put(r() % 4, 1);
  put(r() % 64 == 0 ? r() % 7 : 5, 1);
  put(1ULL << below(r, 3), 4);
  for (size_t i = 0; i < 5; i++) put(r() % 8 == 0 ? kP : r() % kP, 8);
  const size_t n = below(r, 3);
  put(n, 4);
  for (size_t i = 0; i < 5 * n; i++) put(r() % kP, 8);
  return b;
}

[[maybe_unused]] void one_of_each(const Bytes& b) {
  check_cue(b);
  check_proof(b, true);
  check_ops(b);
  const std::string text(b.begin(), b.end());
  if (const auto d = parse_base58(text)) require(parse_base58(digest_base58(*d)).has_value() || *d == Digest{}, "base58 round trip");
  if (const auto w = parse_number(text)) require(parse_number(number_text(*w)) == w, "number round trip");
}

}  // namespace

#ifdef NOCKPOW_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  one_of_each({data, data + size});
  return 0;
}
#else
int main(int argc, char** argv) {
  const u64 inputs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000000;
  Random r(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  const std::atomic<bool> stop{false};
  std::vector<Bytes> whole;  // complete valid proofs
  for (const int version : {0, 1, 2, 3, 5}) {
    const ProveResult p = prove(version, {1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, version == 1 ? 2 : 1, {}, stop);
    require(verify(p.proof).refusal == Refusal::none, "an own proof is valid");
    whole.push_back(encode_proof(p.proof));
  }
  std::vector<Bytes> small(64);  // one object of every kind each; renewed as the run goes on
  for (Bytes& b : small) b = encode_proof(small_proof(r));
  u64 decoded = 0, verified = 0;
  std::clock_t begin = std::clock();
  const auto say = [&](const char* what) {
    const std::clock_t end = std::clock();
    std::printf("%llu inputs to %s, %.1f s\n", static_cast<unsigned long long>(inputs), what, static_cast<double>(end - begin) / CLOCKS_PER_SEC);
    std::fflush(stdout);
    begin = end;
  };
  for (u64 i = 0; i < inputs; i++) {
    Nouns n;
    Bytes b = i % 5 == 4 ? Bytes(below(r, 64), 0) : jam(n, random_noun(n, r));
    for (uint8_t& x : b) x = i % 5 == 4 ? static_cast<uint8_t>(r()) : x;
    mutate(b, r);
    check_cue(b);
  }
  say("cue and jam");
  for (u64 i = 0; i < inputs; i++) {
    const bool large = i % 2000 == 0;
    if (i % 100 == 0) small[below(r, small.size())] = encode_proof(small_proof(r));
    Bytes b = large ? whole[below(r, whole.size())] : small[below(r, small.size())];
    mutate(b, r);
    if (!check_proof(b, r() % 2 == 0)) continue;
    decoded++;
    const DecodeResult d = decode_proof(b, true);
    if (d.refusal != Refusal::none) continue;
    const bool same = std::find(whole.begin(), whole.end(), encode_proof(d.proof)) != whole.end();
    require((verify(d.proof).refusal == Refusal::none) == same, "a changed proof is refused");
    verified++;
  }
  say("the proof decoder");
  std::printf("  of which %llu decoded and %llu went through the verifier\n", static_cast<unsigned long long>(decoded),
              static_cast<unsigned long long>(verified));
  static constexpr char kCharacters[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0xlIO ";
  for (u64 i = 0; i < inputs; i++) {
    std::string text;
    for (size_t k = below(r, 64); k-- > 0;) text.push_back(kCharacters[below(r, sizeof kCharacters - 1)]);
    if (i % 3 == 0) text = digest_base58({r() % kP, r() % kP, r() % kP, r() % kP, r() % kP});
    if (const auto d = parse_base58(text)) require(*d == Digest{} || *parse_base58(digest_base58(*d)) == *d, "base58 round trip");
    std::string digits = i % 2 == 0 ? "0x" : "";
    for (size_t k = below(r, 90); k-- > 0;) digits.push_back(kCharacters[below(r, i % 4 == 0 ? 60 : 9)]);
    if (const auto w = parse_number(digits)) {
      require(*parse_number(number_text(*w)) == *w, "number round trip");
      target_limbs(*w);
      Nouns n;
      require(*parse_bignum(n, bignum_noun(n, *w)) == *w, "bignum round trip");
    }
  }
  say("base58 and numbers");
  for (u64 i = 0; i < inputs; i++) {
    Bytes b = op_params(r);
    mutate(b, r);
    check_ops(b);
  }
  say("the parameters of the host ops");
  return 0;
}
#endif
