// Hashes and digests of proof objects: see proof.h. The noun form is in proof_codec.cc.
#include "proof.h"

#include "puzzle.h"

namespace pitboss::nockpow {

const char* tag_text(ProofObject::Tag t) {
  using enum ProofObject::Tag;
  switch (t) {
    case puzzle: return "puzzle";
    case heights: return "heights";
    case m_root: return "m-root";
    case terms: return "terms";
    case poly: return "poly";
    case evals: return "evals";
    case codeword: return "codeword";
    case comp_m: return "comp-m";
    case m_path: return "m-path";
    case m_pathbf: return "m-pathbf";
  }
  return "";
}

u64 tag_step(ProofObject::Tag t) {
  using enum ProofObject::Tag;
  switch (t) {
    case terms:
    case poly:
    case m_pathbf: return 1;
    case evals:
    case codeword:
    case m_path: return 3;
    default: return 0;
  }
}

const char* refusal_text(Refusal r) {
  switch (r) {
    case Refusal::none: return "none";
    case Refusal::not_a_noun: return "not-a-noun";
    case Refusal::not_a_proof: return "not-a-proof";
    case Refusal::unknown_version: return "unknown-version";
    case Refusal::bad_object: return "bad-object";
    case Refusal::bad_array: return "bad-array";
    case Refusal::not_based: return "not-based";
    case Refusal::too_large: return "too-large";
    case Refusal::bad_length: return "bad-length";
    case Refusal::wrong_product: return "wrong-product";
    case Refusal::bad_heights: return "bad-heights";
    case Refusal::wrong_object_count: return "wrong-object-count";
    case Refusal::wrong_object: return "wrong-object";
    case Refusal::bad_terms: return "bad-terms";
    case Refusal::link_memory_start: return "link-memory-start";
    case Refusal::link_input_output: return "link-input-output";
    case Refusal::link_multisets: return "link-multisets";
    case Refusal::bad_poly: return "bad-poly";
    case Refusal::bad_evals: return "bad-evals";
    case Refusal::extra_mismatch: return "extra-mismatch";
    case Refusal::bad_pieces: return "bad-pieces";
    case Refusal::composition_mismatch: return "composition-mismatch";
    case Refusal::extra_mismatch_at_deep: return "extra-mismatch-at-deep";
    case Refusal::bad_codeword: return "bad-codeword";
    case Refusal::codeword_degree: return "codeword-degree";
    case Refusal::bad_coset: return "bad-coset";
    case Refusal::fold_mismatch: return "fold-mismatch";
    case Refusal::bad_opening: return "bad-opening";
    case Refusal::deep_mismatch: return "deep-mismatch";
    case Refusal::merkle_mismatch: return "merkle-mismatch";
    case Refusal::cancelled: return "cancelled";
  }
  return "unknown";
}

Digest hash_flat_noun(const FlatNoun& n) {
  std::vector<u64> v;
  v.reserve(1 + n.leaves.size() + n.dyck.size());
  v.push_back(n.leaves.size());
  v.insert(v.end(), n.leaves.begin(), n.leaves.end());
  v.insert(v.end(), n.dyck.begin(), n.dyck.end());
  return hash_varlen(v);
}

Digest hash_object(const ProofObject& o) {
  using enum ProofObject::Tag;
  const Digest tag = hash_text(tag_text(o.tag));
  switch (o.tag) {
    case puzzle:
      return hash10(tag, hash10(o.digest, hash10(o.nonce, hash10(hash_leaf(o.number), hash_flat_noun(o.product)))));
    case heights: {
      FlatNoun list;
      for (const u64 h : o.words) {
        list.leaves.push_back(h);
        list.dyck.insert(list.dyck.end(), {0, 1});
      }
      list.leaves.push_back(0);
      return hash10(tag, hash_flat_noun(list));
    }
    case m_root: return hash10(tag, o.digest);
    case comp_m: return hash10(tag, hash10(o.digest, hash_leaf(o.number)));
    case terms:
    case poly:
    case evals:
    case codeword: return hash10(tag, hash_mary(tag_step(o.tag), o.words));
    // The hash of an m-path object is under the text m-mpath: so it is in the protocol.
    case m_path: return hash10(hash_text("m-mpath"), hash10(hash_mary(3, o.words), hash_digest_list(o.path)));
    case m_pathbf: return hash10(tag, hash10(hash_mary(1, o.words), hash_digest_list(o.path)));
  }
  return {};
}

ProofObject puzzle_object(const Digest& commitment, const Digest& nonce, std::span<const u64> leaves) {
  ProofObject o{.tag = ProofObject::Tag::puzzle};
  o.digest = commitment;
  o.nonce = nonce;
  o.number = leaves.size();
  // The product is the null-terminated list of the leaves in reverse.
  o.product.leaves.assign(leaves.rbegin(), leaves.rend());
  o.product.leaves.push_back(0);
  for (size_t i = 0; i < leaves.size(); i++) o.product.dyck.insert(o.product.dyck.end(), {0, 1});
  return o;
}

Digest pow_digest(int version, std::span<const ProofObject> objects) {
  Transcript t;
  for (const ProofObject& o : objects.first(pow_objects(version))) t.push(o);
  if (version == 3) return hash10(hash_text("zkpow-v3"), t.digest());
  if (version == 5) return hash10(hash_text("zkpow-v5"), t.digest());
  return t.digest();
}

Digest pow_digest_v5(const Digest& commitment, const Digest& nonce, size_t length) {
  const ProofObject o = puzzle_object(commitment, nonce, puzzle_leaves(commitment, nonce, length));
  return pow_digest(5, {&o, 1});
}

std::optional<Digest> block_proof_digest(const Proof& proof) {
  if (proof.version == 5) return std::nullopt;
  Transcript t;
  for (const ProofObject& o : proof.objects) t.push(o);
  if (proof.version < 3) return t.digest();
  const Digest zero = hash_leaf(0);
  return hash10(hash_text("zkblk-v3"), hash10(hash_leaf(3), hash10(t.digest(), hash10(zero, zero))));
}

}  // namespace pitboss::nockpow
