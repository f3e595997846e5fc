// The 449 constraints of the main component on 4N points, half a block of N/2 at a time.
#include "Air.h"
#include "CompositionParts.h"

namespace pitboss::nexus::stark {

namespace {

// Which main and preprocessed columns the 449 constraints read.
struct UsedColumns {
  std::array<bool, kPreColumns + kMainColumns> used{};
  UsedColumns() {
    struct Probe {
      using Value [[maybe_unused]] = M31;
      std::array<bool, kPreColumns + kMainColumns>& used;
      M31 p(unsigned i) { return used[i] = true, M31(); }
      M31 m(unsigned i) { return used[kPreColumns + i] = true, M31(); }
      M31 n(unsigned) { return M31(); }
      M31 v(unsigned) { return M31(); }
      void operator()(M31) {}
    };
    Probe probe{used};
    air::for_each_chip([&](auto chip, unsigned) { chip(probe); });
    selectors<M31>([&](unsigned i) { return probe.m(i); }, [](unsigned, M31) {});
  }
};

const UsedColumns& used_columns() {
  static const UsedColumns instance;
  return instance;
}

class MainConstraints {
 public:
  explicit MainConstraints(Session& s) : s_(s) {
    for (unsigned i = 0; i < kMainPolynomials; ++i) {
      if (is_used(i)) wanted_.push_back(i);
    }
    values_ = s.arena.words(half() * wanted_.size());
    selector_values_ = s.arena.words(half() * selector::kCount);
    for (size_t i = 0; i < wanted_.size(); ++i) columns_[wanted_[i]] = values_.data() + i * half();
    for (unsigned i = 0; i < selector::kCount; ++i) selectors_[i] = selector_values_.data() + i * half();
    for (size_t i = 0; i < kNextColumns.size(); ++i) {
      next_[kNextColumns[i]] = columns_[kPreColumns + kMainColumns + i];
    }
  }

  static bool is_used(unsigned i) { return i >= kPreColumns + kMainColumns || used_columns().used[i]; }

  // Adds the weighted quotient at all 4N points to `out`.
  void run(const std::vector<QM31>& weights, SecureColumn& out, const std::function<void()>& tick) {
    const unsigned n = s_.n, domain = n + 2;
    for (uint32_t block = 0; block < 4; ++block) {
      const M31 scale = inverse_vanishing(n, domain, block << n);
      std::vector<uint32_t> w;
      for (unsigned i = 0; i < air::kConstraints; ++i) {
        for (const uint32_t x : words(weights[i] * scale)) w.push_back(x);
      }
      const uint32_t twice = s_.twiddles.layer(domain, n - 1, false)[block];
      for (uint32_t part = 0; part < 2; ++part) {
        const auto layers = s_.twiddles.forward(domain, n - 1, 2 * block + part);
        const uint32_t factor = part == 0 || twice == 0 ? twice : 2 * kP - twice;
        s_.parallel(wanted_.size(), [&](size_t i) {
          const uint32_t* c = s_.polynomial(wanted_[i]);
          uint32_t* v = values_.data() + i * half();
          s_.k.fold_top(c, c + half(), v, half(), factor);
          s_.k.evaluate(v, v, n - 1, layers.layer);
        });
        const auto planes = out.planes((static_cast<size_t>(block) << n) + part * half());
        const size_t chunks = std::max<size_t>(1, half() / 1024);  // the columns of a chunk stay in the cache between chips
        const size_t chunk = half() / chunks;
        s_.parallel(chunks, [&](size_t i) {
          const size_t from = i * chunk, to = from + chunk;
          s_.k.selectors(columns_ + kPreColumns, selectors_, from, to);
          s_.k.main_constraints(columns_, columns_ + kPreColumns, next_, selectors_, w.data(), planes, from, to);
        });
        tick();
      }
    }
  }

 private:
  size_t half() const { return s_.rows / 2; }
  Session& s_;
  Buffer<uint32_t> values_, selector_values_;
  std::vector<unsigned> wanted_;
  uint32_t* columns_[kMainPolynomials] = {};
  uint32_t* selectors_[selector::kCount];
  const uint32_t* next_[kMainColumns] = {};
};

}  // namespace

uint64_t constraint_work_bytes(uint64_t rows) {
  uint64_t columns = 0;
  for (unsigned i = 0; i < kMainPolynomials; ++i) columns += MainConstraints::is_used(i) ? 1 : 0;
  return Arena::rounded(2 * rows * columns) + Arena::rounded(2 * rows * selector::kCount);
}

void compose_constraints(Session& s, const std::vector<QM31>& weights, SecureColumn& into, const Tick& tick) {
  SecureColumn values(s.arena, s.rows * 4, true);
  {
    MainConstraints constraints(s);
    constraints.run(weights, values, tick);
  }
  interpolate_secure(s, values, s.n + 2, s.twiddles.inverse(s.n + 2));
  add_into(into, values);
}

}  // namespace pitboss::nexus::stark
