#include "Blake2s.h"

#include <bit>
#include <cstring>

namespace pitboss::nexus::stark {

namespace {
uint32_t load32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8 | static_cast<uint32_t>(p[2]) << 16 |
         static_cast<uint32_t>(p[3]) << 24;
}
}  // namespace

void blake_compress(DigestWords& h, const std::array<uint32_t, 16>& m, uint64_t bytes, bool last) {
  uint32_t v[16];
  for (int i = 0; i < 8; ++i) v[i] = h[i], v[i + 8] = kBlakeIv[i];
  v[12] ^= static_cast<uint32_t>(bytes);
  v[13] ^= static_cast<uint32_t>(bytes >> 32);
  if (last) v[14] = ~v[14];
  const auto mix = [&v](int a, int b, int c, int d, uint32_t x, uint32_t y) {
    v[a] += v[b] + x;
    v[d] = std::rotr(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = std::rotr(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = std::rotr(v[b] ^ v[c], 7);
  };
  for (const auto& s : kBlakeSigma) {
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  for (int i = 0; i < 8; ++i) h[i] ^= v[i] ^ v[i + 8];
}

Digest blake2s(std::span<const uint8_t> data) {
  DigestWords h = kBlakeIv;
  h[0] ^= kBlakeParameter;
  size_t at = 0;
  do {
    uint8_t block[64] = {};
    const size_t take = data.size() - at < 64 ? data.size() - at : 64;
    if (take != 0) std::memcpy(block, data.data() + at, take);
    at += take;
    std::array<uint32_t, 16> m;
    for (int i = 0; i < 16; ++i) m[i] = load32(block + 4 * i);
    blake_compress(h, m, at, at == data.size());
  } while (at < data.size());
  return to_bytes(h);
}

DigestWords to_words(const Digest& d) {
  DigestWords w;
  for (int i = 0; i < 8; ++i) w[i] = load32(d.data() + 4 * i);
  return w;
}

Digest to_bytes(const DigestWords& w) {
  Digest d;
  for (int i = 0; i < 32; ++i) d[i] = static_cast<uint8_t>(w[i / 4] >> (8 * (i % 4)));
  return d;
}

}  // namespace pitboss::nexus::stark
