// Parts common to both tables: challenges, label order, construction. The tables are in constraints_memory.cc and
// constraints_compute.cc.
#include "constraints.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "constraint_writer.h"

namespace pitboss::nockpow {
namespace {

constexpr std::string_view kChallengeNames[28] = {"a", "b", "c", "d", "e", "f", "g", "p", "q", "r", "s", "t", "u", "alf",
                                                  "j", "k", "l", "m", "n", "o", "w", "x", "y", "z", "bet", "gam",
                                                  "inv-alf", "input"};

uint32_t murmur3(uint32_t seed, std::string_view data) {
  const auto rotl = [](uint32_t x, int r) { return x << r | x >> (32 - r); };
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(data[i])); };
  uint32_t h = seed;
  const size_t blocks = data.size() / 4;
  for (size_t i = 0; i < blocks; i++) {
    uint32_t k = byte(4 * i) | byte(4 * i + 1) << 8 | byte(4 * i + 2) << 16 | byte(4 * i + 3) << 24;
    k *= 0xcc9e2d51;
    k = rotl(k, 15);
    k *= 0x1b873593;
    h ^= k;
    h = rotl(h, 13);
    h = h * 5 + 0xe6546b64;
  }
  uint32_t k = 0;
  for (size_t i = data.size(); i-- > 4 * blocks;) k = k << 8 | byte(i);
  if (data.size() % 4 != 0) {
    k *= 0xcc9e2d51;
    k = rotl(k, 15);
    k *= 0x1b873593;
    h ^= k;
  }
  h ^= static_cast<uint32_t>(data.size());
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  h ^= h >> 16;
  return h;
}

}  // namespace

const char* kind_name(Kind k) {
  switch (k) {
    case Kind::boundary: return "boundary";
    case Kind::row: return "row";
    case Kind::transition: return "transition";
    case Kind::terminal: return "terminal";
    case Kind::extra: return "extra";
  }
  return "";
}

uint32_t mug(std::string_view label) {
  for (uint32_t t = 0; t < 8; t++) {
    const uint32_t x = murmur3(0xcafebabeu + t, label);
    const uint32_t h = x >> 31 ^ (x & 0x7fffffffu);
    if (h != 0) return h;
  }
  return 0x7fff;
}

size_t challenge_index(std::string_view name) {
  return static_cast<size_t>(std::find(std::begin(kChallengeNames), std::end(kChallengeNames), name) -
                             std::begin(kChallengeNames)) * 3;
}

void Writer::put(Kind kind, std::string label, std::vector<Expr> values) {
  // The maps of versions 0 and 1 kept the later of two entries with one label.
  auto& all = system_.constraints;
  const auto same = std::find_if(all.begin(), all.end(), [&](const Constraint& c) { return c.kind == kind && c.label == label; });
  if (same != all.end()) all.erase(same);
  const uint32_t m = mug(label);
  all.push_back({std::move(label), kind, m, created_++, std::move(values)});
}

void Writer::finish() {
  std::sort(system_.constraints.begin(), system_.constraints.end(), [](const Constraint& x, const Constraint& y) {
    return x.kind != y.kind ? x.kind < y.kind : x.mug > y.mug;
  });
}

const TableSystem& table_system(bool legacy, size_t table) {
  static std::once_flag once[2][2];
  static TableSystem systems[2][2];
  const size_t l = legacy ? 1 : 0;
  std::call_once(once[l][table], [&] {
    Writer w(systems[l][table]);
    if (table == 0) {
      write_memory(w, legacy);
    } else {
      write_compute(w, legacy);
    }
    w.finish();
  });
  return systems[l][table];
}

}  // namespace pitboss::nockpow
