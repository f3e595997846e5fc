// Noun form of proofs, both ways: see proof.h.
#include <algorithm>

#include "proof.h"

namespace pitboss::nockpow {
namespace {

constexpr size_t kMaxObjects = 4096;
constexpr size_t kMaxPath = 64;
constexpr size_t kMaxFlatLeaves = 1u << 17;

struct Reader {
  const Nouns& nouns;
  Refusal refusal = Refusal::none;
  const char* detail = "";

  bool fail(Refusal r, const char* why) {
    if (refusal == Refusal::none) {
      refusal = r;
      detail = why;
    }
    return false;
  }

  bool number(Noun n, u64& out) {
    const auto v = nouns.small(n);
    if (!v) return fail(Refusal::bad_object, "a number is expected");
    out = *v;
    return true;
  }
  bool based(Noun n, u64& out) {
    if (!number(n, out)) return false;
    return out < kP || fail(Refusal::not_based, "a field element is p or more");
  }
  bool digest(Noun n, Digest& out) {
    for (size_t i = 0; i < 5; i++) {
      if (i < 4) {
        if (!Nouns::is_cell(n)) return fail(Refusal::bad_object, "a digest of five limbs is expected");
        if (!based(nouns.head(n), out[i])) return false;
        n = nouns.tail(n);
      } else if (!based(n, out[i])) {
        return false;
      }
    }
    return true;
  }
  // [len dat]: exactly step * len words and a terminating 1.
  bool array(Noun n, u64 step, std::vector<u64>& out) {
    if (!Nouns::is_cell(n)) return fail(Refusal::bad_array, "an array [length data] is expected");
    u64 len = 0;
    if (!number(nouns.head(n), len)) return false;
    if (Nouns::is_cell(nouns.tail(n))) return fail(Refusal::bad_array, "array data must be an atom");
    const auto words = nouns.words(nouns.tail(n));
    // The atom is in memory already, so its size bounds what follows.
    if (words.empty() || len > words.size() || words.size() != step * len + 1 || words.back() != 1) {
      return fail(Refusal::bad_array, "array data does not hold exactly its length and the terminating 1");
    }
    for (const u64 w : words) {
      if (w >= kP) return fail(Refusal::not_based, "an array element is p or more");
    }
    out.assign(words.begin(), words.end() - 1);
    return true;
  }
  bool flat(Noun n, FlatNoun& out) {
    constexpr Noun kTail = 0xffffffffu;
    std::vector<Noun> stack{n};
    while (!stack.empty()) {
      const Noun x = stack.back();
      stack.pop_back();
      if (x == kTail) {
        out.dyck.push_back(1);
      } else if (Nouns::is_cell(x)) {
        // Shared sub-nouns can make a small encoding stand for a huge tree.
        if (out.leaves.size() + stack.size() > 2 * kMaxFlatLeaves || out.dyck.size() > 2 * kMaxFlatLeaves) {
          return fail(Refusal::too_large, "the product noun is too large");
        }
        out.dyck.push_back(0);
        stack.push_back(nouns.tail(x));
        stack.push_back(kTail);
        stack.push_back(nouns.head(x));
      } else {
        u64 v = 0;
        if (!based(x, v)) return false;
        out.leaves.push_back(v);
        if (out.leaves.size() > kMaxFlatLeaves) return fail(Refusal::too_large, "the product noun is too large");
      }
    }
    return true;
  }
  bool path(Noun n, std::vector<Digest>& out) {
    while (Nouns::is_cell(n)) {
      if (out.size() == kMaxPath) return fail(Refusal::too_large, "a Merkle path is too long");
      out.emplace_back();
      if (!digest(nouns.head(n), out.back())) return false;
      n = nouns.tail(n);
    }
    return nouns.small(n) == 0 || fail(Refusal::bad_object, "a list does not end in 0");
  }

  bool object(Noun n, ProofObject& o) {
    using enum ProofObject::Tag;
    if (!Nouns::is_cell(n)) return fail(Refusal::bad_object, "a proof object must be a cell");
    bool known = false;
    for (const auto t : {puzzle, heights, m_root, terms, poly, evals, codeword, comp_m, m_path, m_pathbf}) {
      if (!nouns.is_text(nouns.head(n), tag_text(t))) continue;
      o.tag = t;
      known = true;
      break;
    }
    if (!known) return fail(Refusal::bad_object, "unknown proof object");
    const Noun v = nouns.tail(n);
    const bool cell = Nouns::is_cell(v);
    switch (o.tag) {
      case m_root: return digest(v, o.digest);
      case terms:
      case poly:
      case evals:
      case codeword: return array(v, tag_step(o.tag), o.words);
      case m_path:
      case m_pathbf:
        if (!cell) break;
        return array(nouns.head(v), tag_step(o.tag), o.words) && path(nouns.tail(v), o.path);
      case comp_m:
        if (!cell) break;
        return digest(nouns.head(v), o.digest) && based(nouns.tail(v), o.number);
      case heights: {
        Noun rest = v;
        for (; Nouns::is_cell(rest); rest = nouns.tail(rest)) {
          if (o.words.size() == 8) return fail(Refusal::too_large, "too many table heights");
          u64 h = 0;
          if (!based(nouns.head(rest), h)) return false;
          o.words.push_back(h);
        }
        return nouns.small(rest) == 0 || fail(Refusal::bad_object, "a list does not end in 0");
      }
      case puzzle: {
        if (!cell || !Nouns::is_cell(nouns.tail(v)) || !Nouns::is_cell(nouns.tail(nouns.tail(v)))) break;
        const Noun rest = nouns.tail(nouns.tail(v));
        return digest(nouns.head(v), o.digest) && digest(nouns.head(nouns.tail(v)), o.nonce) &&
               based(nouns.head(rest), o.number) && flat(nouns.tail(rest), o.product);
      }
    }
    return fail(Refusal::bad_object, "a proof object has the wrong shape");
  }

  bool proof(Noun n, Proof& out) {
    const auto cell = [&](Noun x) { return Nouns::is_cell(x); };
    if (!cell(n) || !cell(nouns.tail(n)) || !cell(nouns.tail(nouns.tail(n)))) {
      return fail(Refusal::not_a_proof, "a proof is [version objects hashes read-index]");
    }
    const auto version = nouns.small(nouns.head(n));
    if (!version) return fail(Refusal::not_a_proof, "the version is not a number");
    if (*version > 5 || !is_version(static_cast<int>(*version))) {
      return fail(Refusal::unknown_version, "proof versions are 0, 1, 2, 3 and 5");
    }
    out.version = static_cast<int>(*version);
    const Noun rest = nouns.tail(nouns.tail(n));
    if (nouns.small(nouns.head(rest)) != 0) return fail(Refusal::not_a_proof, "hashes must be empty");
    if (nouns.small(nouns.tail(rest)) != 0) return fail(Refusal::not_a_proof, "read-index must be 0");
    // Budget on what all objects together may hold: shared nouns must not multiply a small input.
    size_t held = 0;
    Noun list = nouns.head(nouns.tail(n));
    for (; cell(list); list = nouns.tail(list)) {
      if (out.objects.size() == kMaxObjects) return fail(Refusal::too_large, "too many proof objects");
      out.objects.emplace_back();
      ProofObject& o = out.objects.back();
      if (!object(nouns.head(list), o)) return false;
      held += o.words.size() + 5 * o.path.size() + o.product.leaves.size() + o.product.dyck.size();
      if (held > 4 * kMaxProofBytes / sizeof(u64)) return fail(Refusal::too_large, "the proof expands to more than its limit");
    }
    return nouns.small(list) == 0 || fail(Refusal::not_a_proof, "the object list does not end in 0");
  }
};

}  // namespace

std::optional<FlatNoun> flatten_noun(const Nouns& nouns, Noun n) {
  Reader r{nouns};
  FlatNoun out;
  if (!r.flat(n, out)) return std::nullopt;
  return out;
}

std::optional<Digest> hash_noun(const Nouns& nouns, Noun n) {
  const auto flat = flatten_noun(nouns, n);
  if (!flat) return std::nullopt;
  return hash_flat_noun(*flat);
}

DecodeResult decode_proof_noun(const Nouns& nouns, Noun root) {
  Reader r{nouns};
  DecodeResult out;
  r.proof(root, out.proof);
  out.refusal = r.refusal;
  out.detail = r.detail;
  return out;
}

DecodeResult decode_proof(std::span<const uint8_t> bytes, bool page_ok) {
  Nouns nouns;
  DecodeResult out;
  const CueResult c = cue(nouns, bytes, {.max_bytes = kMaxProofBytes, .max_nouns = 1u << 18, .max_atom_bits = 8 * kMaxProofBytes});
  if (c.error != CueError::ok) {
    out.refusal = c.error == CueError::too_large ? Refusal::too_large : Refusal::not_a_noun;
    out.detail = cue_error_text(c.error);
    return out;
  }
  Noun root = c.noun;
  if (page_ok && Nouns::is_cell(root) && Nouns::is_cell(nouns.head(root)) && Nouns::is_cell(nouns.tail(root))) {
    const Noun pow = nouns.head(nouns.tail(root));
    if (!Nouns::is_cell(pow)) {
      out.refusal = Refusal::not_a_proof;
      out.detail = "the page carries no proof";
      return out;
    }
    root = nouns.tail(pow);
  }
  return decode_proof_noun(nouns, root);
}

namespace {

struct Writer {
  Nouns& n;

  Noun digest(const Digest& d) {
    Noun r = n.atom(d[4]);
    for (size_t i = 4; i-- > 0;) r = n.cell(n.atom(d[i]), r);
    return r;
  }
  Noun array(u64 step, const std::vector<u64>& words) {
    std::vector<u64> w = words;
    w.push_back(1);
    const Noun len = n.atom(words.size() / step);
    return n.cell(len, n.atom_words(w));
  }
  Noun path(const std::vector<Digest>& p) {
    Noun r = n.atom(0);
    for (size_t i = p.size(); i-- > 0;) r = n.cell(digest(p[i]), r);
    return r;
  }
  Noun flat(const FlatNoun& f) {
    // At a place where a noun starts, a 0 opens a cell and anything else means an atom; a 1 stands between head and tail.
    constexpr Noun kNone = 0xffffffffu;
    std::vector<Noun> heads;
    size_t leaf = 0, at = 0;
    for (;;) {
      if (at < f.dyck.size() && f.dyck[at] == 0) {
        heads.push_back(kNone);
        at++;
        continue;
      }
      Noun value = n.atom(leaf < f.leaves.size() ? f.leaves[leaf] : 0);
      leaf++;
      while (!heads.empty() && heads.back() != kNone) {
        value = n.cell(heads.back(), value);
        heads.pop_back();
      }
      if (heads.empty()) return value;
      heads.back() = value;
      at++;
    }
  }
  Noun object(const ProofObject& o) {
    using enum ProofObject::Tag;
    const Noun tag = n.text(tag_text(o.tag));
    switch (o.tag) {
      case m_root: return n.cell(tag, digest(o.digest));
      case comp_m: return n.cell(tag, n.cell(digest(o.digest), n.atom(o.number)));
      case terms:
      case poly:
      case evals:
      case codeword: return n.cell(tag, array(tag_step(o.tag), o.words));
      case m_path:
      case m_pathbf: {
        const Noun leaf = array(tag_step(o.tag), o.words);
        return n.cell(tag, n.cell(leaf, path(o.path)));
      }
      case heights: {
        Noun r = n.atom(0);
        for (size_t i = o.words.size(); i-- > 0;) r = n.cell(n.atom(o.words[i]), r);
        return n.cell(tag, r);
      }
      case puzzle: break;
    }
    const Noun product = flat(o.product);
    const Noun nonce = digest(o.nonce);
    return n.cell(tag, n.cell(digest(o.digest), n.cell(nonce, n.cell(n.atom(o.number), product))));
  }
};

}  // namespace

Noun proof_noun(Nouns& nouns, const Proof& proof) {
  Writer w{nouns};
  Noun list = nouns.atom(0);
  for (size_t i = proof.objects.size(); i-- > 0;) list = nouns.cell(w.object(proof.objects[i]), list);
  const Noun rest = nouns.cell(nouns.atom(0), nouns.atom(0));
  return nouns.cell(nouns.atom(static_cast<u64>(proof.version)), nouns.cell(list, rest));
}

std::vector<uint8_t> encode_proof(const Proof& proof) {
  Nouns nouns;
  const Noun root = proof_noun(nouns, proof);
  return jam(nouns, root);
}

}  // namespace pitboss::nockpow
