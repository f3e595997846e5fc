// Tip5, scalar: see tip5.h.
//
// The linear layer works on the low and high 32-bit halves as 64-bit integers modulo 2^64 (mds.h); the power map needs no
// Montgomery conversion because 2^(64*6) = 1 mod p.
#include "tip5.h"

#include <algorithm>
#include <cstring>

#include "mds.h"
#include "tip5_scalar.h"

namespace pitboss::nockpow {

void permute(u64 state[16]) { scalar::permute_one(state); }

namespace {

Digest plain(const u64 state[16]) {
  Digest d;
  for (size_t i = 0; i < 5; i++) d[i] = from_mont(state[i]);
  return d;
}

void absorb_into(u64 state[16], std::span<const u64> values) {
  size_t at = 0;
  for (;;) {
    const size_t left = values.size() - at;
    const size_t take = left < 10 ? left : 10;
    for (size_t j = 0; j < take; j++) state[j] = to_mont(values[at + j]);
    if (take < 10) {
      state[take] = kEpsilon;
      for (size_t j = take + 1; j < 10; j++) state[j] = 0;
    }
    permute(state);
    if (take < 10) return;
    at += 10;
  }
}

}  // namespace

Digest hash10(const Digest& left, const Digest& right) {
  u64 s[16];
  for (size_t i = 0; i < 5; i++) {
    s[i] = to_mont(left[i]);
    s[5 + i] = to_mont(right[i]);
  }
  for (size_t i = 10; i < 16; i++) s[i] = kEpsilon;
  permute(s);
  return plain(s);
}

Digest hash_varlen(std::span<const u64> values) {
  u64 s[16] = {};
  absorb_into(s, values);
  return plain(s);
}

Digest hash_leaf(u64 atom) {
  const u64 v[2] = {1, atom};
  return hash_varlen(v);
}

u64 text_atom(std::string_view text) {
  u64 a = 0;
  for (size_t i = std::min<size_t>(text.size(), 8); i-- > 0;) a = a << 8 | static_cast<unsigned char>(text[i]);
  return a;
}

Digest hash_text(std::string_view text) { return hash_leaf(text_atom(text)); }

Digest hash_mary(u64 step, std::span<const u64> words) {
  const u64 len = step == 0 ? 0 : words.size() / step;
  return hash10(hash_leaf(step), hash10(hash_leaf(len), hash_varlen(words)));
}

Digest hash_digest_list(std::span<const Digest> digests) {
  // leaves: five words per digest and the terminating 0; dyck of each [a [b [c [d e]]]] item: 0 (0 1 0 1 0 1 0 1) 1.
  std::vector<u64> v;
  v.reserve(2 + digests.size() * 15);
  v.push_back(5 * digests.size() + 1);
  for (const Digest& d : digests) v.insert(v.end(), d.begin(), d.end());
  v.push_back(0);
  static constexpr u64 kShape[10] = {0, 0, 1, 0, 1, 0, 1, 0, 1, 1};
  for (size_t i = 0; i < digests.size(); i++) v.insert(v.end(), std::begin(kShape), std::end(kShape));
  return hash_varlen(v);
}

void Sponge::absorb(std::span<const u64> values) { absorb_into(state_.data(), values); }

Digest Sponge::digest() const { return plain(state_.data()); }

std::vector<u64> Tog::belts(size_t n) {
  std::vector<u64> out;
  out.reserve(n);
  for (size_t q = 0; q <= n / 10; q++) {
    for (size_t j = 0; j < 10 && out.size() < n; j++) out.push_back(from_mont(state_[j]));
    permute(state_.data());
  }
  return out;
}

std::vector<F3> Tog::felts(size_t n) {
  const std::vector<u64> b = belts(3 * n);
  std::vector<F3> out(n);
  for (size_t i = 0; i < n; i++) out[i] = F3{{b[3 * i], b[3 * i + 1], b[3 * i + 2]}};
  return out;
}

F3 Tog::felt() { return felts(1)[0]; }

std::vector<u64> Tog::indices(size_t n, u64 size, u64 reduced) {
  std::vector<u64> out;
  std::vector<u64> taken;
  while (out.size() < n) {
    const u64 i = belts(1)[0] % size;
    if (std::find(taken.begin(), taken.end(), i % reduced) != taken.end()) continue;
    out.push_back(i);
    taken.push_back(i % reduced);
  }
  return out;
}

}  // namespace pitboss::nockpow
