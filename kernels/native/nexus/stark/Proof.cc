#include "Proof.h"

namespace pitboss::nexus::stark {

namespace {

class Writer {
 public:
  void varint(uint64_t v) {
    for (; v >= 0x80; v >>= 7) out.push_back(static_cast<uint8_t>(v | 0x80));
    out.push_back(static_cast<uint8_t>(v));
  }
  void put(M31 x) { varint(x.v); }
  void put(const QM31& x) {
    for (const uint32_t w : words(x)) varint(w);
  }
  void put(const Digest& d) { out.insert(out.end(), d.begin(), d.end()); }
  void put(uint32_t x) { varint(x); }
  void put(const Decommitment& d) {
    put(d.hash_witness);
    put(d.column_witness);
  }
  void put(const FriLayer& layer) {
    put(layer.witness);
    put(layer.decommitment);
    put(layer.commitment);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    varint(list.size());
    for (const T& item : list) put(item);
  }
  std::vector<uint8_t> out;
};

struct Malformed {
  const char* what;
};

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool done() const { return at_ == bytes_.size(); }

  uint64_t varint(uint64_t most) {
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (at_ == bytes_.size()) throw Malformed{"the bytes end inside a number"};
      const uint8_t byte = bytes_[at_++];
      if (shift == 63 && byte > 1) throw Malformed{"a number is longer than 64 bits"};
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) != 0) continue;
      if (byte == 0 && shift != 0) throw Malformed{"a number is not written in its shortest form"};
      if (value > most) throw Malformed{"a number is out of range"};
      return value;
    }
  }
  void get(M31& x) { x = M31(static_cast<uint32_t>(varint(kP - 1))); }
  void get(QM31& x) {
    get(x.a);
    get(x.b);
    get(x.c);
    get(x.d);
  }
  void get(uint32_t& x) { x = static_cast<uint32_t>(varint(UINT32_MAX)); }
  void get(Digest& d) {
    if (bytes_.size() - at_ < d.size()) throw Malformed{"the bytes end inside a hash"};
    for (uint8_t& byte : d) byte = bytes_[at_++];
  }
  void get(Decommitment& d) {
    get(d.hash_witness);
    get(d.column_witness);
  }
  void get(FriLayer& layer) {
    get(layer.witness);
    get(layer.decommitment);
    get(layer.commitment);
  }
  template <class T>
  void get(std::vector<T>& list) {
    // Every item takes at least this many bytes, which bounds the count before anything is allocated.
    const uint64_t least = std::is_same_v<T, Digest> ? 32 : std::is_same_v<T, FriLayer> ? 35 : std::is_same_v<T, QM31> ? 4
                           : std::is_same_v<T, Decommitment> ? 2 : 1;
    const uint64_t count = varint((bytes_.size() - at_) / least);
    list.reserve(count);
    for (uint64_t i = 0; i < count; ++i) get(list.emplace_back());
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

}  // namespace

std::vector<uint8_t> serialise(const Proof& proof) {
  Writer w;
  for (const uint32_t v : {kPowBits, kLogBlowup, 0u, kQueries}) w.varint(v);
  w.put(proof.commitments);
  w.put(proof.sampled);
  w.put(proof.decommitments);
  w.put(proof.queried);
  w.varint(proof.nonce);
  w.put(proof.first);
  w.put(proof.inner);
  w.put(proof.last_layer);
  w.put(proof.last_layer_log);
  w.put(proof.claimed_sums);
  w.put(proof.log_sizes);
  const Layout& l = proof.layout;
  for (const uint32_t v : {l.public_input, l.exit_code, l.public_output, l.heap, l.stack_bottom, l.stack_top, l.end}) {
    w.varint(v);
  }
  return std::move(w.out);
}

std::optional<Proof> parse(std::span<const uint8_t> bytes, ParseFailure& failure) {
  Reader r(bytes);
  try {
    Proof proof;
    bool config = true;
    for (const uint32_t wanted : {kPowBits, kLogBlowup, 0u, kQueries}) config &= r.varint(UINT64_MAX) == wanted;
    r.get(proof.commitments);
    r.get(proof.sampled);
    r.get(proof.decommitments);
    r.get(proof.queried);
    proof.nonce = r.varint(UINT64_MAX);
    r.get(proof.first);
    r.get(proof.inner);
    r.get(proof.last_layer);
    r.get(proof.last_layer_log);
    r.get(proof.claimed_sums);
    r.get(proof.log_sizes);
    Layout& l = proof.layout;
    for (uint32_t* field :
         {&l.public_input, &l.exit_code, &l.public_output, &l.heap, &l.stack_bottom, &l.stack_top, &l.end}) {
      r.get(*field);
    }
    if (!r.done()) throw Malformed{"there are bytes after the end of the proof"};
    if (!config) {
      failure = {true, "the proof states another configuration than (5, 1, 0, 3)"};
      return std::nullopt;
    }
    return proof;
  } catch (const Malformed& bad) {
    failure = {false, bad.what};
    return std::nullopt;
  }
}

}  // namespace pitboss::nexus::stark
