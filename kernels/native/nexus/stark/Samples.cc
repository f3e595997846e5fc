// The out-of-domain point and the values of all columns there (specs/nexus-prover.md 8 and 10).
//
// A column's value at a point is a fixed linear form of its trace values: the transposed interpolation applied to the
// basis at the point. So the weights are computed once per point and size, and a sample is a dot product with the
// trace: no transform.
#include "Session.h"

namespace pitboss::nexus::stark {

namespace {

constexpr size_t kGrain = 512;  // rows

QM31 dot(const Session& s, const SecureColumn& weights, Column column) {
  uint32_t out[4];
  s.k.dot(weights.view(), column, 0, weights.size, out);
  return qm31(out[0], out[1], out[2], out[3]);
}

Column words_of(const uint32_t* data) { return {data, false}; }

}  // namespace

SecureColumn secure_weights(Session& s, unsigned log, SecurePoint point) {
  const size_t size = size_t{1} << log;
  SecureColumn out(s.arena, size);
  {
    auto planes = out.planes();
    const auto factors = basis_factors(log, point);
    const auto put = [&](size_t i, QM31 value) {
      const auto w = words(value);
      for (size_t d = 0; d < 4; ++d) planes.p[d][i] = w[d];
    };
    put(0, qm31(log == 0 ? 1u : 1u << (31 - log)));  // 1 / 2^log
    for (unsigned bit = 0; bit < log; ++bit) {
      const size_t half = size_t{1} << bit;
      for (size_t i = 0; i < half; ++i) put(half + i, out.at(i) * factors[bit]);
    }
  }
  const auto layers = s.twiddles.inverse(log);
  s.parallel(4, [&](size_t d) { s.k.evaluate(out.planes().p[d], out.planes().p[d], log, layers.layer); });
  return out;
}

Buffer<uint32_t> base_weights(Session& s, unsigned log, BasePoint point) {
  const size_t size = size_t{1} << log;
  Buffer<uint32_t> out = s.arena.words(size);
  const auto factors = basis_factors(log, point);
  out[0] = 1u << (31 - log);
  for (unsigned bit = 0; bit < log; ++bit) {
    const size_t half = size_t{1} << bit;
    for (size_t i = 0; i < half; ++i) out[half + i] = (M31(out[i]) * factors[bit]).v;
  }
  s.k.evaluate(out.data(), out.data(), log, s.twiddles.inverse(log).layer);
  return out;
}

QM31 evaluate_at(const uint32_t* coefficients, unsigned log, SecurePoint point) {
  const unsigned low = std::min(log, 11u);
  const auto factors = basis_factors(log, point);
  const auto head = basis(low, point);
  std::vector<uint32_t> planes(4 * head.size());
  for (size_t i = 0; i < head.size(); ++i) {
    const auto w = words(head[i]);
    for (size_t d = 0; d < 4; ++d) planes[d * head.size() + i] = w[d];
  }
  const ConstPlanes view{{planes.data(), planes.data() + head.size(), planes.data() + 2 * head.size(),
                          planes.data() + 3 * head.size()}};
  std::vector<QM31> chunks(size_t{1} << (log - low));
  for (size_t c = 0; c < chunks.size(); ++c) {
    uint32_t out[4];
    kernels().dot(view, words_of(coefficients + (c << low)), 0, head.size(), out);
    chunks[c] = qm31(out[0], out[1], out[2], out[3]);
  }
  for (unsigned bit = low; bit < log; ++bit) {
    for (size_t c = 0; 2 * c < chunks.size(); ++c) chunks[c] = chunks[2 * c] + chunks[2 * c + 1] * factors[bit];
    chunks.resize(chunks.size() / 2);
  }
  return chunks[0];
}

void Session::sample() {
  const QM31 t = channel.draw_felt();
  const QM31 square = t * t, scale = inverse(qm31(1) + square);
  oods = {(qm31(1) - square) * scale, (t + t) * scale};
  observe("oods_t", t);
  proof.sampled.resize(kTrees);
  for (unsigned tree = 0; tree < 3; ++tree) {
    size_t count = 0;
    for (unsigned c = 0; c < kComponents; ++c) count += columns(tree, c);
    proof.sampled[tree].resize(count);
  }
  uint64_t done = 0;
  const uint64_t total = 3 + interaction_columns(kMain);
  const auto tick = [&] { report(Stage::kSamples, ++done, total); };

  {  // the main component
    const SecurePoint step = lift(point(step_exponent(n)));
    const SecureColumn here = secure_weights(*this, n, oods);
    for (unsigned tree = 0; tree < 2; ++tree) {
      parallel(columns(tree, kMain), [&](size_t i) {
        const Cell cell = tree == 0 ? pre_cell(static_cast<unsigned>(i)) : main_cell(static_cast<unsigned>(i));
        proof.sampled[tree][i] = {dot(*this, here, main.column(cell))};
      });
      tick();
    }
    {
      const SecureColumn next = secure_weights(*this, n, oods + step);
      for (const unsigned column : kNextColumns) {
        proof.sampled[1][column].push_back(dot(*this, next, main.column(main_cell(column))));
      }
    }
    interaction->restart();
    for (unsigned column = 0; column + 1 < interaction_columns(kMain); ++column) {
      interaction->advance();
      parallel(4, [&](size_t d) {
        proof.sampled[2][4 * column + d] = {dot(*this, here, words_of(interaction->sum().view().p[d]))};
      });
      tick();
    }
    const SecureColumn before = secure_weights(*this, n, oods + lift(-point(step_exponent(n))));
    for (size_t d = 0; d < 4; ++d) {
      const Column last = words_of(interaction->last().view().p[d]);
      proof.sampled[2][4 * (interaction_columns(kMain) - 1) + d] = {dot(*this, before, last), dot(*this, here, last)};
    }
    tick();
  }

  std::array<size_t, 3> at = {columns(0, kMain), columns(1, kMain), columns(2, kMain)};
  for (unsigned c = 1; c < kComponents; ++c) {
    const unsigned log = sizes[c];
    const SecureColumn here = secure_weights(*this, log, oods);
    const SecureColumn before = secure_weights(*this, log, oods + lift(-point(step_exponent(log))));
    for (unsigned tree = 0; tree < 3; ++tree) {
      const size_t count = columns(tree, c);
      for (size_t i = 0; i < count; ++i) {
        auto& out = proof.sampled[tree][at[tree] + i];
        const Column column = words_of(small_column(tree, c, i));
        if (tree == 2 && i + 4 >= count) out.push_back(dot(*this, before, column));
        out.push_back(dot(*this, here, column));
      }
      at[tree] += count;
    }
    check();
  }
  for (int d = 0; d < 4; ++d) {
    proof.sampled[3].push_back({evaluate_at(composition.view().p[d], sizes.composition(), oods)});
  }
  std::vector<QM31> flat;
  for (const auto& tree : proof.sampled) {
    for (const auto& column : tree) flat.insert(flat.end(), column.begin(), column.end());
  }
  channel.mix_felts(flat);
}

}  // namespace pitboss::nexus::stark
