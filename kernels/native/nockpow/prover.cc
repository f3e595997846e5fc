// The prover: see prover.h.
#include "prover.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "commit.h"
#include "composition.h"
#include "evaluate.h"
#include "low_degree.h"
#include "program.h"
#include "trace.h"

namespace pitboss::nockpow {
namespace {

using Tag = ProofObject::Tag;

void append(std::vector<u64>& words, const F3& f) { words.insert(words.end(), std::begin(f.c), std::end(f.c)); }
std::vector<u64> flatten(const std::vector<F3>& v) {
  std::vector<u64> out;
  out.reserve(3 * v.size());
  for (const F3& f : v) append(out, f);
  return out;
}

class Prover {
 public:
  Prover(int version, const Digest& commitment, const Digest& nonce, size_t length, const ProveOptions& options,
         const std::atomic<bool>& stop)
      : k_(options.kernels != nullptr ? *options.kernels : kernels()),
        options_(options),
        team_(std::max(1u, options.threads), stop),
        version_(version),
        legacy_(is_legacy(version)) {
    result_.proof.version = version;
    report(Stage::trace, 0, 1);
    trace_.emplace(commitment, nonce, length);
    push(puzzle_object(commitment, nonce, trace_->leaves()));
    report(Stage::trace, 1, 1);
  }

  // Objects 1 to 6.
  void prefix() {
    heights_ = {trace_->height(0), trace_->height(1)};
    top_height_ = std::max(heights_[0], heights_[1]);
    domain_ = 64 * top_height_;
    ProofObject heights{.tag = Tag::heights};
    heights.words = {heights_[0], heights_[1]};
    push(std::move(heights));

    if (!commit_phase(Stage::base, base_tree_, [this](size_t t) -> const Columns& { return trace_->base(t); })) return;
    trace_->extend(transcript_.seed().belts(kFirstChallenges), legacy_);
    if (!commit_phase(Stage::ext, ext_tree_, [this](size_t t) -> const Columns& { return trace_->ext(t); })) return;
    trace_->finish(transcript_.seed().belts(kSecondChallenges));
    const auto terminals = trace_->terminals();
    ProofObject terms{.tag = Tag::terms};
    for (const auto& t : terminals) terms.words.insert(terms.words.end(), t.begin(), t.end());
    push(std::move(terms));

    report(Stage::extra, 0, 3);
    add_phase([this](size_t t) -> const Columns& { return trace_->mega(t); });
    composer_.emplace(k_, team_, legacy_, polys_, heights_);
    if (cancelled()) return;
    report(Stage::extra, 1, 3);
    const auto weights = transcript_.seed().belts(2 * weight_pairs(legacy_, true));
    ProofObject extra{.tag = Tag::poly};
    extra.words = composer_->compose(true, trace_->challenges(), terminals, weights);
    while (extra.words.size() > 1 && extra.words.back() == 0) extra.words.pop_back();
    push(std::move(extra));
    if (cancelled()) return;
    report(Stage::extra, 2, 3);
    extra_point_ = transcript_.seed().felt();
    extra_evals_ = evaluate_trace(extra_point_);
    push_felts(Tag::evals, extra_evals_);
    report(Stage::extra, 3, 3);
  }

  void rest() {
    if (cancelled()) return;
    if (!commit_phase(Stage::mega, mega_tree_, nullptr)) return;
    report(Stage::composition, 0, 2);
    const auto weights = transcript_.seed().belts(2 * weight_pairs(legacy_, false));
    pieces(composer_->compose(false, trace_->challenges(), trace_->terminals(), weights));
    composer_.reset();
    if (cancelled()) return;
    report(Stage::composition, 1, 2);
    piece_tree_.emplace(domain_);
    commit_columns(k_, team_, piece_polys_, domain_, *piece_tree_, [](size_t, size_t) {});
    if (cancelled()) return;
    ProofObject comp{.tag = Tag::comp_m};
    comp.digest = piece_tree_->root();
    comp.number = 4;
    push(std::move(comp));
    report(Stage::composition, 2, 2);

    report(Stage::deep, 0, 2);
    Tog tog = transcript_.seed();
    const F3 on_coset = lift(power(7, domain_));
    F3 y, yn;
    do {
      y = tog.felt();
      yn = power3(y, domain_);
    } while (yn == kOne3 || yn == on_coset);
    const std::vector<F3> deep_evals = evaluate_trace(y);
    push_felts(Tag::evals, deep_evals);
    const F3 y4 = power3(y, 4);
    const Powers powers(y4, piece_polys_[0].length);
    std::vector<F3> piece_evals;
    for (const Poly& p : piece_polys_) piece_evals.push_back(powers.evaluate(p));
    push_felts(Tag::evals, piece_evals);
    const std::vector<u64> deep = deep_polynomial(y, deep_evals, y4, piece_evals);
    report(Stage::deep, 1, 2);
    if (cancelled()) return;
    codeword(deep);
    report(Stage::deep, 2, 2);
    if (cancelled()) return;
    low_degree_test();
    if (cancelled()) return;
    open();
  }

  ProveResult take() {
    if (cancelled()) return {ProveStatus::cancelled, {}};
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool cancelled() const { return team_.stopped(); }
  void report(Stage s, u64 done, u64 total) const {
    if (options_.progress) options_.progress(s, done, total);
  }
  void push(ProofObject o) {
    transcript_.push(o);
    result_.proof.objects.push_back(std::move(o));
  }
  void push_felts(Tag tag, const std::vector<F3>& v) {
    ProofObject o{.tag = tag};
    o.words = flatten(v);
    push(std::move(o));
  }

  // Interpolates the columns of a phase and appends them to the trace polynomials.
  template <class Phase>
  void add_phase(Phase phase) {
    phase_first_ = {polys_[0].size(), polys_[1].size()};
    for (size_t t = 0; t < 2; t++) {
      auto columns = std::make_unique<Columns>(phase(t));
      team_.run(columns->width, 4, [&](size_t begin, size_t end, unsigned) {
        for (size_t c = begin; c < end; c++) interpolate(columns->column(c), columns->height);
      });
      for (size_t c = 0; c < columns->width; c++) polys_[t].push_back({columns->column(c), columns->height});
      coefficients_.push_back(std::move(columns));
    }
  }
  // Commits to the newest phase (after adding it, unless it is there already).
  template <class Phase>
  bool commit_phase(Stage stage, std::optional<MerkleTree>& tree, Phase phase) {
    report(stage, 0, 8);
    if constexpr (!std::is_same_v<Phase, std::nullptr_t>) add_phase(phase);
    std::vector<Poly> columns;
    for (size_t t = 0; t < 2; t++) {
      columns.insert(columns.end(), polys_[t].begin() + static_cast<std::ptrdiff_t>(phase_first_[t]), polys_[t].end());
    }
    tree.emplace(domain_);
    commit_columns(k_, team_, columns, domain_, *tree, [&](size_t done, size_t total) { report(stage, done, total); });
    phase_columns_.push_back(std::move(columns));
    if (cancelled()) return false;
    ProofObject root{.tag = Tag::m_root};
    root.digest = tree->root();
    push(std::move(root));
    return true;
  }

  // f(x) of every column, then f(g x), table by table.
  std::vector<F3> evaluate_trace(const F3& x) {
    std::vector<F3> out(2 * (polys_[0].size() + polys_[1].size()));
    size_t at = 0;
    for (size_t t = 0; t < 2; t++) {
      for (const F3& point : {x, scale(root_of_unity(heights_[t]), x)}) {
        const Powers powers(point, heights_[t]);
        team_.run(polys_[t].size(), 8, [&](size_t begin, size_t end, unsigned) {
          for (size_t c = begin; c < end; c++) out[at + c] = powers.evaluate(polys_[t][c]);
        });
        at += polys_[t].size();
      }
    }
    return out;
  }

  // Splits the composition polynomial into four interleaved pieces.
  void pieces(const std::vector<u64>& composition) {
    const size_t n = composition.size() / 4;
    piece_data_.resize(composition.size());
    for (size_t i = 0; i < composition.size(); i++) piece_data_[i % 4 * n + i / 4] = composition[i];
    for (size_t i = 0; i < 4; i++) piece_polys_.push_back({piece_data_.data() + i * n, n});
  }

  // Coefficients of the DEEP polynomial, three component arrays of top_height_.
  std::vector<u64> deep_polynomial(const F3& y, const std::vector<F3>& deep_evals, const F3& y4, const std::vector<F3>& piece_evals) {
    const size_t n = top_height_;
    const size_t width = polys_[0].size() + polys_[1].size();
    const std::vector<F3> weights = transcript_.seed().felts(4 * width + 4 + (is_hardened(version_) ? width : 0));
    std::vector<u64> deep(3 * n, 0);
    size_t used = 0;
    // Adds sum w (f(X) - f(point)) / (X - point).
    const auto quotient = [&](const std::vector<Poly>& columns, size_t height, const F3& point, const F3* evals) {
      const std::vector<u64> comb = weighted_sum(columns, height, weights.data() + used);
      F3 constant = kZero3;
      for (size_t c = 0; c < columns.size(); c++) constant = constant + weights[used + c] * evals[c];
      used += columns.size();
      F3 b = kZero3;
      for (size_t i = height; i-- > 1;) {
        b = F3{{comb[i], comb[height + i], comb[2 * height + i]}} + b * point;
        for (size_t k = 0; k < 3; k++) deep[k * n + i - 1] = add(deep[k * n + i - 1], b.c[k]);
      }
    };
    const std::pair<const F3*, const std::vector<F3>*> points[2] = {{&y, &deep_evals}, {&extra_point_, &extra_evals_}};
    for (const auto& [point, evals] : points) {
      size_t at = 0;
      for (size_t t = 0; t < 2; t++) {
        for (const u64 g : {u64{1}, root_of_unity(heights_[t])}) {
          quotient(polys_[t], heights_[t], scale(g, *point), evals->data() + at);
          at += polys_[t].size();
        }
      }
    }
    quotient(piece_polys_, piece_polys_[0].length, y4, piece_evals.data());
    if (is_hardened(version_)) {
      // Binds the degree of each table: its columns once more, shifted up to the largest height.
      for (size_t t = 0; t < 2; t++) {
        const std::vector<u64> comb = weighted_sum(polys_[t], heights_[t], weights.data() + used);
        used += polys_[t].size();
        const size_t up = n - heights_[t];
        for (size_t k = 0; k < 3; k++) {
          for (size_t i = 0; i < heights_[t]; i++) deep[k * n + up + i] = add(deep[k * n + up + i], comb[k * heights_[t] + i]);
        }
      }
    }
    return deep;
  }

  std::vector<u64> weighted_sum(const std::vector<Poly>& columns, size_t height, const F3* weights) {
    std::vector<u64> out(3 * height, 0), words;
    std::vector<const u64*> pointers;
    for (size_t c = 0; c < columns.size(); c++) {
      append(words, weights[c]);
      pointers.push_back(columns[c].coefficients);
    }
    team_.run(height / 8, 16, [&](size_t begin, size_t end, unsigned) {
      std::vector<const u64*> at(pointers);
      for (const u64*& p : at) p += 8 * begin;
      k_.combine(at.data(), at.size(), words.data(), 8 * (end - begin), out.data() + 8 * begin,
                 out.data() + height + 8 * begin, out.data() + 2 * height + 8 * begin);
    });
    return out;
  }

  // Values of the DEEP polynomial on 7 <w_N>, three component arrays: the first layer of the low-degree test.
  void codeword(const std::vector<u64>& deep) {
    std::vector<u64> code(3 * domain_);
    const size_t m = domain_ / 64;
    const std::vector<u64> twiddles = twiddle_table(m);
    const u64 root = root_of_unity(domain_);
    Buffer powers(8 * top_height_), values(3 * 8 * m);
    u64 shift = 7;
    for (size_t first = 0; first < 64; first += 8) {
      coset_powers(shift, root, 1, top_height_, powers.data());
      team_.run(3, 1, [&](size_t begin, size_t, unsigned) {
        u64* v = values.data() + begin * 8 * m;
        k_.coset_eval(deep.data() + begin * top_height_, top_height_, powers.data(), twiddles.data(), m, v);
        for (size_t i = 0; i < m; i++) std::copy(v + 8 * i, v + 8 * i + 8, code.data() + begin * domain_ + 64 * i + first);
      });
      shift = mul(shift, power(root, 8));
    }
    low_degree_.emplace(k_, team_, std::move(code));
  }

  void low_degree_test() {
    const size_t rounds = fri_rounds(domain_);
    for (size_t r = 0; r < rounds; r++) {
      report(Stage::fri, r, rounds);
      ProofObject root{.tag = Tag::m_root};
      if (!low_degree_->commit(root.digest)) return;
      push(std::move(root));
      low_degree_->fold(transcript_.seed().felt());
    }
    ProofObject last{.tag = Tag::codeword};
    last.words = low_degree_->codeword();
    const size_t length = last.words.size() / 3;
    push(std::move(last));
    queries_ = transcript_.seed().indices(8, domain_, length);
    report(Stage::fri, rounds, rounds);
  }

  void open() {
    report(Stage::open, 0, 1);
    auto& objects = result_.proof.objects;  // past the last seed: no transcript any more
    for (ProofObject& o : low_degree_->open(queries_)) objects.push_back(std::move(o));
    phase_columns_.push_back(piece_polys_);
    const MerkleTree* trees[4] = {&*base_tree_, &*ext_tree_, &*mega_tree_, &*piece_tree_};
    for (const u64 i : queries_) {
      const u64 x = mul(7, power(root_of_unity(domain_), i));
      std::vector<u64> powers(top_height_, 1);
      for (size_t k = 1; k < powers.size(); k++) powers[k] = mul(powers[k - 1], x);
      for (size_t phase = 0; phase < 4; phase++) {
        ProofObject o{.tag = Tag::m_pathbf};
        for (const Poly& f : phase_columns_[phase]) {
          Accumulator a;
          for (size_t k = 0; k < f.length; k++) a.add(f.coefficients[k], powers[k]);
          o.words.push_back(a.value());
        }
        o.path = trees[phase]->path(i);
        objects.push_back(std::move(o));
      }
    }
    report(Stage::open, 1, 1);
  }

  const Kernels& k_;
  const ProveOptions& options_;
  Team team_;
  const int version_;
  const bool legacy_;
  ProveResult result_;
  Transcript transcript_;
  std::optional<Trace> trace_;
  std::array<u64, 2> heights_{};
  u64 top_height_ = 0, domain_ = 0;
  std::vector<std::unique_ptr<Columns>> coefficients_;
  std::array<std::vector<Poly>, 2> polys_;
  std::array<size_t, 2> phase_first_{};
  std::vector<std::vector<Poly>> phase_columns_;  // per commitment, memory then compute
  std::optional<MerkleTree> base_tree_, ext_tree_, mega_tree_, piece_tree_;
  std::optional<Composer> composer_;
  F3 extra_point_ = kZero3;
  std::vector<F3> extra_evals_;
  std::vector<u64> piece_data_;
  std::vector<Poly> piece_polys_;
  std::optional<LowDegreeTest> low_degree_;
  std::vector<u64> queries_;
};

std::optional<ProveStatus> check(int version, const Digest& commitment, const Digest& nonce, size_t length) {
  if (!is_version(version)) return ProveStatus::bad_version;
  if (length == 0 || length > kMaxProverLength || (length & (length - 1)) != 0) return ProveStatus::bad_length;
  for (const Digest* d : {&commitment, &nonce}) {
    for (const u64 limb : *d) {
      if (limb >= kP) return ProveStatus::not_based;
    }
  }
  return std::nullopt;
}

}  // namespace

const char* stage_text(Stage s) {
  static constexpr const char* kNames[kStages] = {"trace", "base", "ext", "extra", "mega", "composition", "deep", "fri", "open"};
  return kNames[static_cast<size_t>(s)];
}

const char* prove_status_text(ProveStatus s) {
  switch (s) {
    case ProveStatus::done: return "done";
    case ProveStatus::cancelled: return "cancelled";
    case ProveStatus::bad_version: return "proof versions are 0, 1, 2, 3 and 5";
    case ProveStatus::bad_length: return "the length must be a power of two from 1 to 256";
    case ProveStatus::not_based: return "a limb of the commitment or the nonce is p or more";
  }
  return "unknown";
}

size_t fri_rounds(u64 domain) {
  size_t n = 0;
  for (u64 len = domain; len > 64; len /= 8) n++;
  return n > 2 ? n - 1 : 1;
}

ProveResult prove(int version, const Digest& commitment, const Digest& nonce, size_t length, const ProveOptions& options,
                  const std::atomic<bool>& stop) {
  if (const auto bad = check(version, commitment, nonce, length)) return {*bad, {}};
  Prover p(version, commitment, nonce, length, options, stop);
  p.prefix();
  p.rest();
  return p.take();
}

ProveResult prove_prefix(int version, const Digest& commitment, const Digest& nonce, size_t length,
                         const ProveOptions& options, const std::atomic<bool>& stop) {
  if (const auto bad = check(version, commitment, nonce, length)) return {*bad, {}};
  Prover p(version, commitment, nonce, length, options, stop);
  if (pow_objects(version) > 1) p.prefix();
  return p.take();
}

}  // namespace pitboss::nockpow
