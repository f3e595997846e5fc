// Digest text, bignums and nonce counters: see number.h.
#include "number.h"

#include <algorithm>

namespace pitboss::nockpow {
namespace {

constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kMaxNumberWords = 2048;

void trim(std::vector<u64>& w) {
  while (!w.empty() && w.back() == 0) w.pop_back();
}
// w = w * factor + addend
void multiply_add(std::vector<u64>& w, u64 factor, u64 addend) {
  u128 carry = addend;
  for (u64& x : w) {
    carry += static_cast<u128>(x) * factor;
    x = static_cast<u64>(carry);
    carry >>= 64;
  }
  if (carry != 0) w.push_back(static_cast<u64>(carry));
}
// w = w / divisor, returns the remainder
u64 divide(std::vector<u64>& w, u64 divisor) {
  u128 r = 0;
  for (size_t i = w.size(); i-- > 0;) {
    r = r << 64 | w[i];
    w[i] = static_cast<u64>(r / divisor);
    r %= divisor;
  }
  trim(w);
  return static_cast<u64>(r);
}

}  // namespace

std::array<u64, 5> digest_atom(const Digest& d) {
  std::vector<u64> w;
  for (size_t i = 5; i-- > 0;) multiply_add(w, kP, d[i]);
  std::array<u64, 5> out{};
  std::copy(w.begin(), w.end(), out.begin());
  return out;
}

std::string digest_base58(const Digest& d) {
  const auto a = digest_atom(d);
  std::vector<u64> w(a.begin(), a.end());
  trim(w);
  std::string s;
  while (!w.empty()) s.push_back(kAlphabet[divide(w, 58)]);
  std::reverse(s.begin(), s.end());
  return s;
}

std::optional<Digest> parse_base58(std::string_view text) {
  if (text.empty() || text.size() > 56) return std::nullopt;
  std::vector<u64> w;
  for (const char ch : text) {
    const size_t v = kAlphabet.find(ch);
    if (v == std::string_view::npos) return std::nullopt;
    multiply_add(w, 58, v);
  }
  Digest d;
  for (u64& limb : d) limb = divide(w, kP);
  if (!w.empty()) return std::nullopt;
  return d;
}

Digest target_limbs(std::span<const u64> words) {
  std::vector<u64> w(words.begin(), words.end());
  trim(w);
  Digest d;
  d.fill(kP - 1);
  if (w.size() > 5) return d;
  Digest limbs;
  for (u64& limb : limbs) limb = divide(w, kP);
  return w.empty() ? limbs : d;
}

std::optional<std::vector<u64>> parse_bignum(const Nouns& nouns, Noun n) {
  if (!Nouns::is_cell(n) || !nouns.is_text(nouns.head(n), "bn")) return std::nullopt;
  std::vector<u64> w;
  size_t limbs = 0;
  for (Noun rest = nouns.tail(n); Nouns::is_cell(rest) || nouns.small(rest) != 0; rest = nouns.tail(rest)) {
    if (!Nouns::is_cell(rest) || ++limbs > 2 * kMaxNumberWords) return std::nullopt;
    const auto v = nouns.small(nouns.head(rest));
    if (!v || *v > 0xffffffffULL) return std::nullopt;
    if (limbs % 2 == 1) {
      w.push_back(*v);
    } else {
      w.back() |= *v << 32;
    }
  }
  trim(w);
  return w;
}

Noun bignum_noun(Nouns& nouns, std::span<const u64> words) {
  std::vector<uint32_t> limbs;
  for (const u64 w : words) {
    limbs.push_back(static_cast<uint32_t>(w));
    limbs.push_back(static_cast<uint32_t>(w >> 32));
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  Noun list = nouns.atom(0);
  for (size_t i = limbs.size(); i-- > 0;) list = nouns.cell(nouns.atom(limbs[i]), list);
  return nouns.cell(nouns.text("bn"), list);
}

std::optional<std::vector<u64>> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  if (text.empty() || text.size() > 1300) return std::nullopt;
  std::vector<u64> w;
  for (const char c : text) {
    u64 v;
    if (c >= '0' && c <= '9') {
      v = static_cast<u64>(c - '0');
    } else if (hex && c >= 'a' && c <= 'f') {
      v = static_cast<u64>(c - 'a') + 10;
    } else if (hex && c >= 'A' && c <= 'F') {
      v = static_cast<u64>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    multiply_add(w, hex ? 16 : 10, v);
  }
  trim(w);
  return w;
}

std::string number_text(std::span<const u64> words) {
  std::vector<u64> w(words.begin(), words.end());
  trim(w);
  std::string s;
  do s.push_back(static_cast<char>('0' + divide(w, 10)));
  while (!w.empty());
  std::reverse(s.begin(), s.end());
  return s;
}

Digest nonce_at(const Digest& nonce, u64 offset) {
  Digest d = nonce;
  u64 carry = offset;
  for (size_t i = 0; i < 5 && carry != 0; i++) {
    const u128 v = static_cast<u128>(d[i]) + carry;
    d[i] = static_cast<u64>(v % kP);
    carry = static_cast<u64>(v / kP);
  }
  return d;
}

}  // namespace pitboss::nockpow
