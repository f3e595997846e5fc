// The verifier: see verifier.h.
#include "verifier.h"

#include <algorithm>
#include <array>

#include "commit.h"
#include "fri.h"
#include "program.h"
#include "prover.h"
#include "puzzle.h"
#include "statement.h"

namespace pitboss::nockpow {
namespace {

using Tag = ProofObject::Tag;

F3 felt(const std::vector<u64>& words, size_t i) { return F3{{words[3 * i], words[3 * i + 1], words[3 * i + 2]}}; }
std::vector<F3> felts(const std::vector<u64>& words) {
  std::vector<F3> out(words.size() / 3);
  for (size_t i = 0; i < out.size(); i++) out[i] = felt(words, i);
  return out;
}

class Verifier {
 public:
  Verifier(const Proof& proof, const Kernels& k)
      : proof_(proof), k_(k), legacy_(is_legacy(proof.version)), hardened_(is_hardened(proof.version)) {}

  Verdict run() {
    if (statement() && commitments() && extra() && composition() && low_degree_test() && openings()) return {};
    return {refusal_, at_};
  }

 private:
  bool refuse(Refusal r) {
    refusal_ = r;
    return false;
  }
  // The next object, absorbed into the transcript, when its tag is right.
  const ProofObject* pull(Tag tag, bool absorb = true) {
    at_ = next_;
    if (next_ >= proof_.objects.size() || proof_.objects[next_].tag != tag) {
      refuse(Refusal::wrong_object);
      return nullptr;
    }
    const ProofObject& o = proof_.objects[next_++];
    if (absorb) transcript_.push(o);
    return &o;
  }
  [[nodiscard]] F3 challenge(const char* name) const {
    const size_t i = challenge_index(name);
    return F3{{challenges_[i], challenges_[i + 1], challenges_[i + 2]}};
  }
  [[nodiscard]] size_t width(size_t t) const { return table_system(legacy_, t).width(); }
  [[nodiscard]] size_t total_width() const { return width(0) + width(1); }

  bool statement() {
    if (!is_version(proof_.version)) return refuse(Refusal::unknown_version);
    const ProofObject* puzzle = pull(Tag::puzzle);
    if (puzzle == nullptr) return false;
    const u64 n = puzzle->number;
    if (n == 0 || n > kMaxVerifierLength || (n & (n - 1)) != 0) return refuse(Refusal::bad_length);
    if (puzzle->product.leaves.size() != n + 1) return refuse(Refusal::wrong_product);
    leaves_ = puzzle_leaves(puzzle->digest, puzzle->nonce, n);
    if (puzzle->product != puzzle_object(puzzle->digest, puzzle->nonce, leaves_).product) return refuse(Refusal::wrong_product);
    const ProofObject* heights = pull(Tag::heights);
    if (heights == nullptr) return false;
    if (heights->words.size() != 2) return refuse(Refusal::bad_heights);
    for (size_t t = 0; t < 2; t++) {
      const u64 h = heights->words[t];
      if (h < 2 || h > kMaxHeight || (h & (h - 1)) != 0) return refuse(Refusal::bad_heights);
      heights_[t] = h;
    }
    domain_ = 64 * std::max(heights_[0], heights_[1]);
    rounds_ = fri_rounds(domain_);
    if (proof_.objects.size() != 12 + rounds_ + 8 * rounds_ + 32) return refuse(Refusal::wrong_object_count);
    return true;
  }

  bool commitments() {
    const ProofObject* base = pull(Tag::m_root);
    if (base == nullptr) return false;
    roots_[0] = base->digest;
    challenges_ = transcript_.seed().belts(kFirstChallenges);
    const ProofObject* ext = pull(Tag::m_root);
    if (ext == nullptr) return false;
    roots_[1] = ext->digest;
    const auto rd2 = transcript_.seed().belts(kSecondChallenges);
    challenges_.insert(challenges_.end(), rd2.begin(), rd2.end());

    const Statement st{challenge("alf"), inverse3(challenge("alf"))};
    const TreeData s = st.subject(leaves_), f = st.formula(leaves_.size()), p = st.product(leaves_);
    const F3 input = challenge("a") * s.size + challenge("b") * s.dyck + challenge("c") * s.leaf;
    for (const F3& x : {st.alpha_inverse, input}) challenges_.insert(challenges_.end(), std::begin(x.c), std::end(x.c));

    const ProofObject* terms = pull(Tag::terms);
    if (terms == nullptr) return false;
    if (terms->words.size() != 45) return refuse(Refusal::bad_terms);
    terminals_[0].assign(terms->words.begin(), terms->words.begin() + 12);
    terminals_[1].assign(terms->words.begin() + 12, terms->words.end());
    const auto term = [&](size_t i) { return felt(terms->words, i); };
    const F3 z = challenge("z"), z2 = z * z;
    const auto ion = [&](const TreeData& t) { return challenge("j") * t.size + challenge("k") * t.dyck + challenge("l") * t.leaf; };
    const bool cell = leaves_.size() > 1;
    const F3 nc = cell ? z2 : z;
    const F3 kvs = cell ? z * (ion(s) + challenge("m")) + z2 * ion(f) : z * ion(f);
    if (term(0) != nc || term(1) != kvs) return refuse(Refusal::link_memory_start);
    const TreeData* three[3] = {&s, &f, &p};
    for (size_t i = 0; i < 3; i++) {
      if (term(4 + 3 * i) != three[i]->size || term(5 + 3 * i) != three[i]->leaf || term(6 + 3 * i) != three[i]->dyck) {
        return refuse(Refusal::link_input_output);
      }
    }
    if (term(13) != term(2) || term(14) != term(3)) return refuse(Refusal::link_multisets);
    for (size_t t = 0; t < 2; t++) fixed_[t] = fixed_values(table_system(legacy_, t), challenges_, terminals_[t]);
    return true;
  }

  // Node values of both tables at the row the evaluations claim.
  [[nodiscard]] std::array<std::vector<F3>, 2> nodes_at(const std::vector<F3>& evals) const {
    std::array<std::vector<F3>, 2> out;
    size_t at = 0;
    for (size_t t = 0; t < 2; t++) {
      out[t] = node_values(table_system(legacy_, t), fixed_[t], std::span(evals).subspan(at, 2 * width(t)));
      at += 2 * width(t);
    }
    return out;
  }

  // The composition at a point outside the trace domains.
  [[nodiscard]] F3 compose(const std::array<std::vector<F3>, 2>& nodes, const std::vector<u64>& weights, const F3& x,
                           bool with_extra) const {
    const u64 bound = composition_bound(legacy_, with_extra, heights_);
    F3 sum = kZero3;
    size_t used = 0;
    for (size_t t = 0; t < 2; t++) {
      const TableSystem& system = table_system(legacy_, t);
      const u64 h = heights_[t];
      const F3 last = x - lift(inverse(root_of_unity(h)));
      const F3 row = inverse3(power3(x, h) - kOne3);
      const F3 divisor[kKinds] = {inverse3(x - kOne3), row, last * row, inverse3(last), row};
      struct Power {
        Kind kind;
        int degree;
        F3 value;
      };
      std::vector<Power> powers;
      std::array<F3, kKinds> by_kind;
      by_kind.fill(kZero3);
      for (const Constraint& c : system.constraints) {
        if (c.kind == Kind::extra && !with_extra) continue;
        for (const Expr e : c.values) {
          const int degree = system.graph.nodes()[e.id].degree;
          auto p = std::find_if(powers.begin(), powers.end(), [&](const Power& q) { return q.kind == c.kind && q.degree == degree; });
          if (p == powers.end()) {
            powers.push_back({c.kind, degree, power3(x, bound - degree_bound(c.kind, degree, h))});
            p = powers.end() - 1;
          }
          const F3 w = scale(weights[2 * used], p->value) + lift(weights[2 * used + 1]);
          F3& k = by_kind[static_cast<size_t>(c.kind)];
          k = k + nodes[t][e.id] * w;
          used++;
        }
      }
      for (size_t k = 0; k < kKinds; k++) sum = sum + divisor[k] * by_kind[k];
    }
    return sum;
  }

  static F3 horner(const std::vector<u64>& coefficients, const F3& x) {
    F3 r = kZero3;
    for (size_t i = coefficients.size(); i-- > 0;) r = r * x + lift(coefficients[i]);
    return r;
  }

  bool extra() {
    extra_weights_ = transcript_.seed().belts(2 * weight_pairs(legacy_, true));
    const ProofObject* poly = pull(Tag::poly);
    if (poly == nullptr) return false;
    extra_poly_ = &poly->words;
    if (hardened_) {
      const auto& c = poly->words;
      if (c.empty() || (c.size() > 1 && c.back() == 0) || c.size() > composition_bound(legacy_, true, heights_) + 1) {
        return refuse(Refusal::bad_poly);
      }
    }
    extra_point_ = transcript_.seed().felt();
    const ProofObject* evals = pull(Tag::evals);
    if (evals == nullptr) return false;
    if (evals->words.size() != 6 * total_width()) return refuse(Refusal::bad_evals);
    extra_evals_ = felts(evals->words);
    if (compose(nodes_at(extra_evals_), extra_weights_, extra_point_, true) != horner(*extra_poly_, extra_point_)) {
      return refuse(Refusal::extra_mismatch);
    }
    return true;
  }

  bool composition() {
    const ProofObject* mega = pull(Tag::m_root);
    if (mega == nullptr) return false;
    roots_[2] = mega->digest;
    const auto weights = transcript_.seed().belts(2 * weight_pairs(legacy_, false));
    const ProofObject* comp = pull(Tag::comp_m);
    if (comp == nullptr) return false;
    roots_[3] = comp->digest;
    pieces_ = comp->number;
    if (pieces_ == 0 || pieces_ > 1024 || (hardened_ && pieces_ != 4)) return refuse(Refusal::bad_pieces);
    Tog tog = transcript_.seed();
    const F3 on_coset = lift(power(7, domain_));
    F3 yn;
    do {
      deep_point_ = tog.felt();
      yn = power3(deep_point_, domain_);
    } while (yn == kOne3 || yn == on_coset);
    const ProofObject* evals = pull(Tag::evals);
    if (evals == nullptr) return false;
    if (evals->words.size() != 6 * total_width()) return refuse(Refusal::bad_evals);
    deep_evals_ = felts(evals->words);
    const auto nodes = nodes_at(deep_evals_);
    if (hardened_ && compose(nodes, extra_weights_, deep_point_, true) != horner(*extra_poly_, deep_point_)) {
      return refuse(Refusal::extra_mismatch_at_deep);
    }
    const ProofObject* pieces = pull(Tag::evals);
    if (pieces == nullptr) return false;
    if (pieces->words.size() != 3 * pieces_) return refuse(Refusal::bad_pieces);
    piece_evals_ = felts(pieces->words);
    F3 claimed = kZero3;
    for (size_t i = pieces_; i-- > 0;) claimed = claimed * deep_point_ + piece_evals_[i];
    if (compose(nodes, weights, deep_point_, false) != claimed) return refuse(Refusal::composition_mismatch);
    deep_weights_ = transcript_.seed().felts(4 * total_width() + pieces_ + (hardened_ ? total_width() : 0));
    return true;
  }

  bool low_degree_test() {
    std::vector<F3> alphas;
    for (size_t r = 0; r < rounds_; r++) {
      const ProofObject* root = pull(Tag::m_root);
      if (root == nullptr) return false;
      layer_roots_.push_back(root->digest);
      alphas.push_back(transcript_.seed().felt());
    }
    const ProofObject* last = pull(Tag::codeword);
    if (last == nullptr) return false;
    const u64 last_len = domain_ >> (3 * rounds_);
    if (last->words.size() != 3 * last_len) return refuse(Refusal::bad_codeword);
    for (size_t k = 0; k < 3; k++) {
      std::vector<u64> values(last_len);
      for (size_t i = 0; i < last_len; i++) values[i] = last->words[3 * i + k];
      interpolate(values.data(), last_len);
      for (size_t i = domain_ / 64 >> (3 * rounds_); i < last_len; i++) {
        if (values[i] != 0) return refuse(Refusal::codeword_degree);
      }
    }
    queries_ = transcript_.seed().indices(8, domain_, last_len);

    // Cosets of every round, then the folds from each into the next.
    std::vector<std::array<const ProofObject*, 8>> cosets(rounds_);
    u64 len = domain_;
    for (size_t r = 0; r < rounds_; r++) {
      len /= 8;
      for (size_t q = 0; q < 8; q++) {
        const ProofObject* o = pull(Tag::m_path, false);
        if (o == nullptr) return false;
        if (o->words.size() != 24) return refuse(Refusal::bad_coset);
        cosets[r][q] = o;
      }
      if (!check_paths(cosets[r].data(), 3, len, layer_roots_[r], next_ - 8)) return false;
    }
    len = domain_;
    u64 omega = root_of_unity(domain_), offset = 7;
    for (size_t r = 0; r < rounds_; r++) {
      len /= 8;
      for (size_t q = 0; q < 8; q++) {
        const u64 c = queries_[q] % len;
        F3 values[8];
        for (size_t i = 0; i < 8; i++) values[i] = felt(cosets[r][q]->words, i);
        const F3 folded = fold_coset(values, scale(inverse(mul(offset, power(omega, c))), alphas[r]));
        const F3 want = r + 1 == rounds_ ? felt(last->words, c) : felt(cosets[r + 1][q]->words, c / (len / 8));
        if (folded != want) {
          at_ = 12 + rounds_ + 8 * r + q;
          return refuse(Refusal::fold_mismatch);
        }
      }
      omega = power(omega, 8);
      offset = power(offset, 8);
    }
    for (size_t q = 0; q < 8; q++) deep_values_[q] = felt(cosets[0][q]->words, queries_[q] / (domain_ / 8));
    return true;
  }

  // Eight openings against one root, one per lane. Leaf index = query mod leaves.
  bool check_paths(const ProofObject* const* objects, u64 step, u64 leaves, const Digest& root, size_t first_object) {
    const size_t width = objects[0]->words.size();
    const auto levels = static_cast<size_t>(__builtin_ctzll(leaves));
    for (size_t q = 0; q < 8; q++) {
      if (objects[q]->path.size() != levels) {
        at_ = first_object + q;
        return refuse(Refusal::merkle_mismatch);
      }
    }
    Buffer rows(8 * width);
    std::vector<const u64*> columns(width);
    for (size_t c = 0; c < width; c++) {
      for (size_t q = 0; q < 8; q++) rows.data()[8 * c + q] = to_mont(objects[q]->words[c]);
      columns[c] = rows.data() + 8 * c;
    }
    alignas(64) u64 node[5][8];
    u64* const out[5] = {node[0], node[1], node[2], node[3], node[4]};
    k_.hash_rows(columns.data(), width, mary_prefix(step, width / step).data(), 1, out, 8);
    for (size_t level = 0; level < levels; level++) {
      alignas(64) u64 s[128];
      for (size_t q = 0; q < 8; q++) {
        const bool right = (queries_[q] % leaves >> level & 1) != 0;
        for (size_t w = 0; w < 5; w++) {
          const u64 sibling = to_mont(objects[q]->path[level][w]);
          s[8 * w + q] = right ? sibling : node[w][q];
          s[8 * (5 + w) + q] = right ? node[w][q] : sibling;
        }
        for (size_t w = 10; w < 16; w++) s[8 * w + q] = kEpsilon;
      }
      k_.permute8(s);
      for (size_t w = 0; w < 5; w++) {
        for (size_t q = 0; q < 8; q++) node[w][q] = s[8 * w + q];
      }
    }
    for (size_t q = 0; q < 8; q++) {
      for (size_t w = 0; w < 5; w++) {
        if (from_mont(node[w][q]) != root[w]) {
          at_ = first_object + q;
          return refuse(Refusal::merkle_mismatch);
        }
      }
    }
    return true;
  }

  bool openings() {
    const std::array<size_t, 4> widths = {table_system(legacy_, 0).base + table_system(legacy_, 1).base,
                                          table_system(legacy_, 0).ext + table_system(legacy_, 1).ext,
                                          table_system(legacy_, 0).mega + table_system(legacy_, 1).mega, pieces_};
    std::array<std::array<const ProofObject*, 8>, 4> opened{};
    const size_t first = next_;
    for (size_t q = 0; q < 8; q++) {
      for (size_t phase = 0; phase < 4; phase++) {
        const ProofObject* o = pull(Tag::m_pathbf, false);
        if (o == nullptr) return false;
        if (o->words.size() != widths[phase]) return refuse(Refusal::bad_opening);
        opened[phase][q] = o;
      }
    }
    for (size_t phase = 0; phase < 4; phase++) {
      if (!check_paths(opened[phase].data(), 1, domain_, roots_[phase], 0)) {
        at_ = first + 4 * at_ + phase;
        return false;
      }
    }
    for (size_t q = 0; q < 8; q++) {
      at_ = first + 4 * q;
      std::array<std::vector<u64>, 2> row;
      for (size_t phase = 0; phase < 3; phase++) {
        const auto& words = opened[phase][q]->words;
        const TableSystem& m = table_system(legacy_, 0);
        const auto split = words.begin() + static_cast<std::ptrdiff_t>(phase == 0 ? m.base : phase == 1 ? m.ext : m.mega);
        row[0].insert(row[0].end(), words.begin(), split);
        row[1].insert(row[1].end(), split, words.end());
      }
      if (deep_at(mul(7, power(root_of_unity(domain_), queries_[q])), row, opened[3][q]->words) != deep_values_[q]) {
        return refuse(Refusal::deep_mismatch);
      }
    }
    return true;
  }

  // The DEEP polynomial at a point of the domain from opened rows.
  [[nodiscard]] F3 deep_at(u64 x, const std::array<std::vector<u64>, 2>& row, const std::vector<u64>& pieces) const {
    F3 sum = kZero3;
    size_t n = 0;
    const std::pair<F3, const std::vector<F3>*> points[2] = {{deep_point_, &deep_evals_}, {extra_point_, &extra_evals_}};
    for (const auto& [point, evals] : points) {
      size_t at = 0;
      for (size_t t = 0; t < 2; t++) {
        for (const u64 g : {u64{1}, root_of_unity(heights_[t])}) {
          F3 part = kZero3;
          for (const u64 v : row[t]) part = part + deep_weights_[n++] * (lift(v) - (*evals)[at++]);
          sum = sum + part * inverse3(lift(x) - scale(g, point));
        }
      }
    }
    F3 part = kZero3;
    for (size_t i = 0; i < pieces_; i++) part = part + deep_weights_[n++] * (lift(pieces[i]) - piece_evals_[i]);
    sum = sum + part * inverse3(lift(x) - power3(deep_point_, pieces_));
    if (hardened_) {
      const u64 top = std::max(heights_[0], heights_[1]);
      for (size_t t = 0; t < 2; t++) {
        part = kZero3;
        for (const u64 v : row[t]) part = part + scale(v, deep_weights_[n++]);
        sum = sum + scale(power(x, top - heights_[t]), part);
      }
    }
    return sum;
  }

  const Proof& proof_;
  const Kernels& k_;
  const bool legacy_, hardened_;
  Refusal refusal_ = Refusal::none;
  size_t at_ = 0, next_ = 0;
  Transcript transcript_;
  std::vector<u64> leaves_;
  std::array<u64, 2> heights_{};
  u64 domain_ = 0;
  size_t rounds_ = 0;
  std::array<Digest, 4> roots_{};  // base, ext, mega, composition
  std::vector<u64> challenges_;
  std::array<std::vector<u64>, 2> terminals_, fixed_;
  std::vector<u64> extra_weights_;
  const std::vector<u64>* extra_poly_ = nullptr;
  F3 extra_point_ = kZero3, deep_point_ = kZero3;
  std::vector<F3> extra_evals_, deep_evals_, piece_evals_, deep_weights_;
  u64 pieces_ = 0;
  std::vector<Digest> layer_roots_;
  std::vector<u64> queries_;
  std::array<F3, 8> deep_values_{};
};

}  // namespace

Verdict verify(const Proof& proof, const Kernels* k) { return Verifier(proof, k != nullptr ? *k : kernels()).run(); }

}  // namespace pitboss::nockpow
