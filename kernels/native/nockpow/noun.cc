// Nouns, cue and jam: see noun.h.
#include "noun.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace pitboss::nockpow {

Noun Nouns::atom(uint64_t value) { return atom_words({&value, 1}); }

Noun Nouns::atom_words(std::span<const uint64_t> words) {
  size_t n = words.size();
  while (n > 0 && words[n - 1] == 0) n--;
  const Atom a{static_cast<uint32_t>(words_.size()), static_cast<uint32_t>(n)};
  words_.insert(words_.end(), words.begin(), words.begin() + static_cast<ptrdiff_t>(n));
  atoms_.push_back(a);
  return static_cast<Noun>(atoms_.size() - 1);
}

Noun Nouns::cell(Noun head, Noun tail) {
  cells_.push_back({head, tail});
  return static_cast<Noun>(cells_.size() - 1) | kCell;
}

Noun Nouns::text(std::string_view t) {
  std::vector<uint64_t> w((t.size() + 7) / 8, 0);
  for (size_t i = 0; i < t.size(); i++) w[i / 8] |= static_cast<uint64_t>(static_cast<unsigned char>(t[i])) << (8 * (i % 8));
  return atom_words(w);
}

std::span<const uint64_t> Nouns::words(Noun n) const {
  const Atom& a = atoms_[n];
  return {words_.data() + a.offset, a.length};
}

std::optional<uint64_t> Nouns::small(Noun n) const {
  if (is_cell(n)) return std::nullopt;
  const auto w = words(n);
  if (w.size() > 1) return std::nullopt;
  return w.empty() ? 0 : w[0];
}

bool Nouns::is_text(Noun n, std::string_view t) const {
  if (is_cell(n)) return false;
  const auto w = words(n);
  if (w.size() != (t.size() + 7) / 8) return false;
  for (size_t i = 0; i < w.size() * 8; i++) {
    const uint64_t want = i < t.size() ? static_cast<unsigned char>(t[i]) : 0;
    if ((w[i / 8] >> (8 * (i % 8)) & 255) != want) return false;
  }
  return true;
}

const char* cue_error_text(CueError e) {
  switch (e) {
    case CueError::ok: return "ok";
    case CueError::too_large: return "the encoding is larger than the limit";
    case CueError::truncated: return "the encoding ends inside a noun";
    case CueError::bad_reference: return "a reference does not point at an earlier noun";
    case CueError::too_many_nouns: return "the encoding holds more nouns than the limit";
    case CueError::atom_too_large: return "an atom is larger than the limit";
    case CueError::trailing_data: return "data follows the encoding";
  }
  return "unknown";
}

namespace {

class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> b) : bytes_(b), bits_(b.size() * 8) {}
  [[nodiscard]] size_t at() const { return at_; }
  [[nodiscard]] size_t left() const { return bits_ - at_; }
  bool bit(bool& out) {
    if (at_ >= bits_) return false;
    out = bytes_[at_ >> 3] >> (at_ & 7) & 1;
    at_++;
    return true;
  }
  // Reads n <= 64 bits that are known to be there.
  uint64_t take(size_t n) {
    uint64_t v = 0;
    for (size_t got = 0; got < n;) {
      const size_t in_byte = at_ & 7;
      const size_t k = std::min<size_t>(8 - in_byte, n - got);
      v |= static_cast<uint64_t>(bytes_[at_ >> 3] >> in_byte & ((1u << k) - 1)) << got;
      got += k;
      at_ += k;
    }
    return v;
  }
  // Length prefix of an atom: the number of value bits that follow.
  CueError length(size_t max_bits, size_t& out) {
    size_t zeros = 0;
    for (bool b = false;;) {
      if (!bit(b)) return CueError::truncated;
      if (b) break;
      if (++zeros > 40) return CueError::atom_too_large;
    }
    if (zeros == 0) {
      out = 0;
      return CueError::ok;
    }
    if (left() < zeros - 1) return CueError::truncated;
    const uint64_t n = 1ULL << (zeros - 1) | take(zeros - 1);
    if (n > max_bits) return CueError::atom_too_large;
    if (left() < n) return CueError::truncated;
    out = n;
    return CueError::ok;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t bits_;
  size_t at_ = 0;
};

constexpr Noun kPending = 0xffffffffu;

}  // namespace

CueResult cue(Nouns& nouns, std::span<const uint8_t> bytes, const CueLimits& limits) {
  if (bytes.size() > limits.max_bytes) return {CueError::too_large, 0, 0};
  BitReader in(bytes);
  // Nouns in order of their first bit, so that references are found by binary search.
  std::vector<std::pair<uint32_t, Noun>> seen;
  struct Open {
    uint32_t seen_index;
    Noun head;  // kPending until the head is read
  };
  std::vector<Open> open;
  std::vector<uint64_t> buffer;
  for (;;) {
    if (seen.size() >= limits.max_nouns) return {CueError::too_many_nouns, 0, in.at()};
    const auto start = static_cast<uint32_t>(in.at());
    bool b = false;
    if (!in.bit(b)) return {CueError::truncated, 0, in.at()};
    Noun value = kPending;
    if (!b) {
      size_t n = 0;
      if (const CueError e = in.length(limits.max_atom_bits, n); e != CueError::ok) return {e, 0, in.at()};
      buffer.assign((n + 63) / 64, 0);
      for (size_t i = 0; i < buffer.size(); i++) buffer[i] = in.take(std::min<size_t>(64, n - 64 * i));
      value = nouns.atom_words(buffer);
      seen.emplace_back(start, value);
    } else {
      if (!in.bit(b)) return {CueError::truncated, 0, in.at()};
      if (!b) {
        open.push_back({static_cast<uint32_t>(seen.size()), kPending});
        seen.emplace_back(start, kPending);
        continue;
      }
      size_t n = 0;
      if (const CueError e = in.length(64, n); e != CueError::ok) return {e, 0, in.at()};
      const uint64_t target = in.take(n);
      const auto it = std::lower_bound(seen.begin(), seen.end(), target,
                                       [](const auto& s, uint64_t t) { return s.first < t; });
      if (it == seen.end() || it->first != target || it->second == kPending) return {CueError::bad_reference, 0, in.at()};
      value = it->second;
    }
    // Close every cell that this noun completes.
    while (!open.empty() && open.back().head != kPending) {
      const Open top = open.back();
      open.pop_back();
      value = nouns.cell(top.head, value);
      seen[top.seen_index].second = value;
    }
    if (open.empty()) {
      const size_t used = in.at();
      const size_t whole = (used + 7) / 8;
      if (bytes.size() - whole >= 16) return {CueError::trailing_data, value, used};
      bool rest = (used & 7) != 0 && (bytes[used >> 3] >> (used & 7)) != 0;
      for (size_t i = whole; i < bytes.size(); i++) rest = rest || bytes[i] != 0;
      return {rest ? CueError::trailing_data : CueError::ok, value, used};
    }
    open.back().head = value;
  }
}

namespace {

class BitWriter {
 public:
  void put(uint64_t v, size_t n) {
    for (size_t done = 0; done < n;) {
      if ((bits_ & 7) == 0) out_.push_back(0);
      const size_t in_byte = bits_ & 7;
      const size_t k = std::min<size_t>(8 - in_byte, n - done);
      out_.back() = static_cast<uint8_t>(out_.back() | ((v >> done & ((1u << k) - 1)) << in_byte));
      done += k;
      bits_ += k;
    }
  }
  void mat(std::span<const uint64_t> w) {
    if (w.empty()) {
      put(1, 1);
      return;
    }
    const size_t b = bit_length(w);
    const size_t c = static_cast<size_t>(64 - __builtin_clzll(b));
    put(0, c);
    put(1, 1);
    put(b & ((1ULL << (c - 1)) - 1), c - 1);
    for (size_t i = 0; i < w.size(); i++) put(w[i], std::min<size_t>(64, b - 64 * i));
  }
  [[nodiscard]] size_t bits() const { return bits_; }
  std::vector<uint8_t> take() { return std::move(out_); }
  static size_t bit_length(std::span<const uint64_t> w) {
    return w.empty() ? 0 : 64 * w.size() - static_cast<size_t>(__builtin_clzll(w.back()));
  }

 private:
  std::vector<uint8_t> out_;
  size_t bits_ = 0;
};

// Structural identity of every noun reachable from a root: equal nouns get equal ids.
class Identity {
 public:
  Identity(const Nouns& nouns, Noun root) : nouns_(nouns), ids_(nouns.count(), kNone) {
    std::vector<Noun> stack{root};
    while (!stack.empty()) {
      const Noun n = stack.back();
      uint32_t& id = ids_[nouns_.index(n)];
      if (id != kNone) {
        stack.pop_back();
      } else if (!Nouns::is_cell(n)) {
        stack.pop_back();
        id = atom_id(n);
      } else {
        const uint32_t h = of(nouns_.head(n)), t = of(nouns_.tail(n));
        if (h == kNone || t == kNone) {
          if (t == kNone) stack.push_back(nouns_.tail(n));
          if (h == kNone) stack.push_back(nouns_.head(n));
          continue;
        }
        stack.pop_back();
        const auto [it, fresh] = cells_.try_emplace(static_cast<uint64_t>(h) << 32 | t, next_);
        if (fresh) next_++;
        id = it->second;
      }
    }
  }
  [[nodiscard]] uint32_t of(Noun n) const { return ids_[nouns_.index(n)]; }
  [[nodiscard]] uint32_t size() const { return next_; }

 private:
  static constexpr uint32_t kNone = 0xffffffffu;

  uint32_t atom_id(Noun n) {
    const auto w = nouns_.words(n);
    if (w.size() <= 1) {
      const auto [it, fresh] = small_.try_emplace(w.empty() ? 0 : w[0], next_);
      if (fresh) next_++;
      return it->second;
    }
    const auto [it, fresh] = large_.try_emplace(std::string(reinterpret_cast<const char*>(w.data()), w.size_bytes()), next_);
    if (fresh) next_++;
    return it->second;
  }
  const Nouns& nouns_;
  std::vector<uint32_t> ids_;
  std::unordered_map<uint64_t, uint32_t> cells_, small_;
  std::unordered_map<std::string, uint32_t> large_;
  uint32_t next_ = 0;
};

}  // namespace

std::vector<uint8_t> jam(const Nouns& nouns, Noun root) {
  const Identity identity(nouns, root);
  std::vector<uint64_t> first(identity.size(), ~0ULL);  // bit offset of the first occurrence
  BitWriter out;
  std::vector<Noun> stack{root};
  while (!stack.empty()) {
    const Noun n = stack.back();
    stack.pop_back();
    const uint32_t id = identity.of(n);
    const uint64_t at = first[id];
    const bool repeated = at != ~0ULL;
    const auto reference = [&] {
      out.put(3, 2);
      out.mat(at == 0 ? std::span<const uint64_t>{} : std::span<const uint64_t>{&at, 1});
    };
    if (Nouns::is_cell(n)) {
      if (repeated) {
        reference();
      } else {
        first[id] = out.bits();
        out.put(1, 2);
        stack.push_back(nouns.tail(n));
        stack.push_back(nouns.head(n));
      }
    } else {
      const auto w = nouns.words(n);
      const size_t offset_bits = repeated && at != 0 ? static_cast<size_t>(64 - __builtin_clzll(at)) : 0;
      if (repeated && BitWriter::bit_length(w) > offset_bits) {
        reference();
      } else {
        if (!repeated) first[id] = out.bits();
        out.put(0, 1);
        out.mat(w);
      }
    }
  }
  return out.take();
}

}  // namespace pitboss::nockpow
