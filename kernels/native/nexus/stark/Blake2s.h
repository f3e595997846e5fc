// BLAKE2s-256 (RFC 7693), unkeyed, one message at a time; the many-lane form lives in simd/.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace pitboss::nexus::stark {

using Digest = std::array<uint8_t, 32>;
using DigestWords = std::array<uint32_t, 8>;

inline constexpr DigestWords kBlakeIv = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
inline constexpr uint32_t kBlakeParameter = 0x01010020;  // 32-byte digest, no key, sequential
inline constexpr uint8_t kBlakeSigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

// The RFC's function F. `bytes` is the offset counter t, `last` the final-block flag.
void blake_compress(DigestWords& h, const std::array<uint32_t, 16>& m, uint64_t bytes, bool last);

Digest blake2s(std::span<const uint8_t> data);
DigestWords to_words(const Digest& d);
Digest to_bytes(const DigestWords& w);

}  // namespace pitboss::nexus::stark
