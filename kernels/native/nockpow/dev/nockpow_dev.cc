// Development driver: small commands over the kernel library, for work without Node.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>

#include "../constraints.h"
#include "../kernels.h"
#include "../number.h"
#include "../prover.h"
#include "../search.h"
#include "../verifier.h"

using namespace pitboss::nockpow;

namespace {

// Processor time, so that other work on the machine does not show.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int speed() {
  for (const char* name : {"scalar", "avx2", "avx512"}) {
    const Kernels* k = kernels_by_name(name);
    if (k == nullptr) continue;
    alignas(64) u64 s[128];
    std::mt19937_64 rng(1);
    bool equal = true;
    for (int round = 0; round < 2000; round++) {
      for (u64& x : s) x = round % 3 == 0 ? ~(rng() & 0xff) : round % 3 == 1 ? rng() & 0xff : rng();
      u64 ref[8][16];
      for (int l = 0; l < 8; l++) {
        for (int i = 0; i < 16; i++) ref[l][i] = s[8 * i + l];
        permute(ref[l]);
      }
      k->permute8(s);
      for (int l = 0; l < 8; l++) {
        for (int i = 0; i < 16; i++) equal = equal && ref[l][i] == s[8 * i + l];
      }
    }
    const double t0 = now();
    u64 n = 0;
    while (now() - t0 < 1) {
      for (int i = 0; i < 1000; i++) k->permute8(s);
      n += 8000;
    }
    std::printf("%s equal=%d %.3f M permutations/s\n", name, equal, static_cast<double>(n) / (now() - t0) / 1e6);
  }
  return 0;
}

// The constraint list in weight order, in the columns of specs/constraints_*.tsv.
int constraints(bool legacy) {
  std::printf("table\tkind\tidx_in_kind(weight index)\tlabel\tmug\tdegrees(per poly)\n");
  for (size_t t = 0; t < 2; t++) {
    const TableSystem& s = table_system(legacy, t);
    int index = 0;
    Kind kind = Kind::boundary;
    for (const Constraint& c : s.constraints) {
      if (c.kind != kind) index = 0;
      kind = c.kind;
      std::string degrees;
      for (const Expr e : c.values) {
        if (!degrees.empty()) degrees += ',';
        degrees += std::to_string(s.graph.nodes()[e.id].degree);
      }
      std::printf("%s\t%s\t%d\t%s\t%u\t%s\n", t == 0 ? "memory" : "compute", kind_name(kind), index, c.label.c_str(), c.mug,
                  degrees.c_str());
      index += static_cast<int>(c.values.size());
    }
    std::fprintf(stderr, "table %zu nodes %zu constraints %zu\n", t, s.graph.nodes().size(), s.constraints.size());
  }
  return 0;
}

std::vector<uint8_t> read_file(const char* path) {
  std::ifstream f(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(f), {}};
}

// Proves again what a proof file says and compares object by object.
int reproduce(const char* path) {
  const auto bytes = read_file(path);
  const DecodeResult d = decode_proof(bytes, true);
  std::printf("%s: decode %s %s, %zu objects\n", path, refusal_text(d.refusal), d.detail.c_str(), d.proof.objects.size());
  if (d.refusal != Refusal::none) return 3;
  const std::atomic<bool> stop{false};
  const ProofObject& o = d.proof.objects[0];
  const double t0 = now();
  double last = t0;
  ProveOptions options;
  options.progress = [&](Stage s, u64 done, u64 total) {
    std::printf("  %-12s %lu/%lu %.1f ms\n", stage_text(s), done, total, (now() - last) * 1e3);
    last = now();
  };
  const ProveResult r = prove(d.proof.version, o.digest, o.nonce, o.number, options, stop);
  std::printf("%s in %.3f s processor time\n", prove_status_text(r.status), now() - t0);
  size_t same = 0;
  for (size_t i = 0; i < r.proof.objects.size() && i < d.proof.objects.size(); i++) {
    if (r.proof.objects[i] == d.proof.objects[i]) same++;
    else std::printf("  object %zu (%s) differs\n", i, tag_text(d.proof.objects[i].tag));
  }
  std::printf("%zu of %zu objects equal, jam equal to own input: %d\n", same, d.proof.objects.size(), encode_proof(r.proof) == encode_proof(d.proof));
  return r.proof == d.proof ? 0 : 1;
}

int verify_files(int n, char** paths) {
  int bad = 0;
  for (int i = 0; i < n; i++) {
    const DecodeResult d = decode_proof(read_file(paths[i]), true);
    Verdict v{d.refusal, 0};
    const double t0 = now();
    if (d.refusal == Refusal::none) v = verify(d.proof);
    std::printf("%s: version %d %s (object %zu) %.2f ms\n", paths[i], d.proof.version, refusal_text(v.refusal), v.object, (now() - t0) * 1e3);
    bad += v.refusal != Refusal::none;
  }
  return bad == 0 ? 0 : 3;
}

// Changes every single field of a proof in turn (each word of each array, each limb, each number) and expects a refusal.
int mutate_file(const char* path) {
  const DecodeResult d = decode_proof(read_file(path), true);
  if (d.refusal != Refusal::none || verify(d.proof).refusal != Refusal::none) return 3;
  Proof p = d.proof;
  u64 tried = 0, accepted = 0;
  std::map<std::string, u64> reasons;
  const auto judge = [&](size_t object) {
    tried++;
    const Verdict v = verify(p);
    reasons[refusal_text(v.refusal)]++;
    if (v.refusal != Refusal::none) return;
    accepted++;
    std::printf("  accepted: object %zu (%s)\n", object, tag_text(p.objects[object].tag));
  };
  for (size_t i = 0; i < p.objects.size(); i++) {
    ProofObject& o = p.objects[i];
    using enum ProofObject::Tag;
    const auto change = [&](u64& field) {
      const u64 old = field;
      field = add(old, 1);
      judge(i);
      field = old;
    };
    const bool has_digest = o.tag == puzzle || o.tag == m_root || o.tag == comp_m;
    if (has_digest) for (u64& x : o.digest) change(x);
    if (o.tag == puzzle) for (u64& x : o.nonce) change(x);
    if (o.tag == puzzle || o.tag == comp_m) change(o.number);
    for (u64& x : o.words) change(x);
    for (Digest& step : o.path) for (u64& x : step) change(x);
    for (u64& x : o.product.leaves) change(x);
    if (!o.words.empty()) {
      const u64 last = o.words.back();
      o.words.pop_back();
      judge(i);
      o.words.push_back(last);
      o.words.push_back(0);
      judge(i);
      o.words.pop_back();
    }
    if (!o.path.empty()) {
      const Digest last = o.path.back();
      o.path.pop_back();
      judge(i);
      o.path.push_back(last);
      o.path.push_back(last);
      judge(i);
      o.path.pop_back();
    }
  }
  std::printf("%s: version %d, %llu single changes, %llu accepted;", path, p.version, static_cast<unsigned long long>(tried), static_cast<unsigned long long>(accepted));
  for (const auto& [reason, n] : reasons) std::printf(" %s %llu", reason.c_str(), static_cast<unsigned long long>(n));
  std::printf("\n");
  return accepted == 0 ? 0 : 1;
}

// Proofs and searches with several threads and early ends, for a build with ThreadSanitizer.
int with_threads() {
  std::atomic<bool> stop{false};
  const ProveResult one = prove(5, {1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, 2, {.threads = 1}, stop);
  const ProveResult four = prove(5, {1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, 2, {.threads = 4}, stop);
  ProveOptions cancelled{.threads = 4};
  cancelled.progress = [&](Stage s, u64 done, u64) { stop = s == Stage::ext && done == 2; };
  const ProveResult none = prove(5, {1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}, 2, cancelled, stop);
  stop = false;
  SearchJob job{.commitment = {1, 2, 3, 4, 5}, .start = {6, 7, 8, 9, 10}, .target = {0, 0, 0, 0, 1ULL << 52}, .count = 1ULL << 40, .length = 2, .threads = 4};
  const SearchResult hit = search(job, kernels(), [](u64) {}, stop);
  job.target = {};
  const SearchResult ended = search(job, kernels(), [&](u64 tried) { stop = tried > 20000; }, stop);
  std::printf("same proof %d, cancelled %d, found %d at %llu, cancelled %d\n", one.proof == four.proof, none.status == ProveStatus::cancelled,
              hit.status == SearchStatus::found, static_cast<unsigned long long>(hit.offset), ended.status == SearchStatus::cancelled);
  return 0;
}

int digest_rates() {
  const Digest c = {1, 2, 3, 4, 5}, n = {6, 7, 8, 9, 10};
  const std::atomic<bool> stop{false};
  for (const char* name : {"scalar", "avx2", "avx512"}) {
    const Kernels* k = kernels_by_name(name);
    if (k == nullptr) continue;
    bool equal = true;
    std::vector<Digest> nonces, out(100);
    for (u64 i = 0; i < 100; i++) nonces.push_back(nonce_at({kP - 3, kP - 1, 8, 9, 10}, i));
    for (const u64 length : {1, 2, 4, 16, 64, 128}) {
      equal = equal && digests(c, length, nonces, out, *k);
      for (size_t i = 0; i < 100; i++) equal = equal && out[i] == pow_digest_v5(c, nonces[i], length);
    }
    SearchJob job{.commitment = c, .start = n, .target = {}, .count = 40000};
    const double t0 = now();
    const SearchResult r = search(job, *k, {}, stop);
    std::printf("%s equal=%d %.2f k digests/s\n", name, equal, static_cast<double>(r.tried) / (now() - t0) / 1e3);
  }
  return 0;
}

bool limbs(const char* text, Digest& out) {
  for (size_t i = 0; i < 5; i++) {
    char* end = nullptr;
    out[i] = std::strtoull(text, &end, 10);
    if (*end != (i < 4 ? ',' : 0)) return false;
    text = end + 1;
  }
  return true;
}

// prove VERSION COMMITMENT NONCE LENGTH OUT
int prove_to_file(char** a) {
  Digest c, n;
  if (!limbs(a[1], c) || !limbs(a[2], n)) return 2;
  const std::atomic<bool> stop{false};
  const ProveResult r = prove(std::atoi(a[0]), c, n, std::strtoul(a[3], nullptr, 10), {}, stop);
  const auto bytes = encode_proof(r.proof);
  std::ofstream(a[4], std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  for (const u64 x : pow_digest(r.proof.version, r.proof.objects)) std::printf("%lu ", x);
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "speed") == 0) return speed();
  if (argc > 2 && std::strcmp(argv[1], "constraints") == 0) return constraints(std::strcmp(argv[2], "legacy") == 0);
  if (argc > 2 && std::strcmp(argv[1], "reproduce") == 0) return reproduce(argv[2]);
  if (argc > 6 && std::strcmp(argv[1], "prove") == 0) return prove_to_file(argv + 2);
  if (argc > 2 && std::strcmp(argv[1], "verify") == 0) return verify_files(argc - 2, argv + 2);
  if (argc > 1 && std::strcmp(argv[1], "digests") == 0) return digest_rates();
  if (argc > 2 && std::strcmp(argv[1], "mutate") == 0) return mutate_file(argv[2]);
  if (argc > 1 && std::strcmp(argv[1], "threads") == 0) return with_threads();
  std::fprintf(stderr, "usage: nockpow_dev speed | digests | threads | verify FILES | mutate FILE | reproduce FILE | constraints legacy|current\n");
  return 2;
}
