// The composition polynomial (specs/nexus-prover.md 9), with less work than its definition asks for.
//
// It is a sum of quotients, one polynomial each, so every part may be interpolated from as many points as its degree
// needs:
// - The 449 constraints of the main component (degree up to 4) are evaluated on the whole domain of 4N points, half a block of
//   N/2 at a time, from the coefficients of the columns. V_N is constant on a block.
// - Its 208 lookup constraints have degree 2, so their quotient Q has N + 1 unknown coefficients: N values on the first half of
//   the doubled domain (where the commitment has just evaluated the columns), and one value at the first point of the other
//   half. With q the interpolant over the first half alone and T the top twiddle, Q = q + k (V_N - T) and
//   k = (q(p) - Q(p)) / 2T.
// - The extensions are small; they are evaluated on 2^(L+1) points as defined.
#include "AirContext.h"
#include "CompositionParts.h"

namespace pitboss::nexus::stark {

namespace {

// The weights rc^(682 - i).
std::vector<QM31> constraint_weights(QM31 random, size_t count) {
  std::vector<QM31> out(count);
  QM31 w = qm31(1);
  for (size_t i = count; i-- > 0; w = w * random) out[i] = w;
  return out;
}

}  // namespace

void interpolate_secure(Session& s, SecureColumn& column, unsigned log, const Twiddles::Layers& layers) {
  s.parallel(4, [&](size_t d) { s.k.interpolate(column.planes().p[d], log, layers.layer); });
}

void add_into(SecureColumn& into, const SecureColumn& from) {
  for (int d = 0; d < 4; ++d) {
    uint32_t* a = into.planes().p[d];
    const uint32_t* b = from.view().p[d];
    for (size_t i = 0; i < from.size; ++i) a[i] = (M31(a[i]) + M31(b[i])).v;
  }
}

void add_at(SecureColumn& into, size_t i, QM31 value) {
  const auto w = words(into.at(i) + value);
  for (int d = 0; d < 4; ++d) into.planes().p[d][i] = w[static_cast<size_t>(d)];
}

void Session::compose() {
  composition_random = channel.draw_felt();
  observe("composition_random", composition_random);
  size_t total = air::kConstraints;
  for (unsigned c = 0; c < kComponents; ++c) total += interaction_columns(c) + (c == kRam ? 6 : 0);
  const auto weights = constraint_weights(composition_random, total);  // 683
  const auto* first_lookup = weights.data() + air::kConstraints;

  // Next-row columns: rows shifted by one before they are interpolated.
  parallel(kNextColumns.size(), [&](size_t i) {
    std::vector<uint32_t> values(rows);
    main.expand(main_cell(kNextColumns[i]), values.data());
    uint32_t* out = polynomial(static_cast<unsigned>(kPreColumns + kMainColumns + i));
    for (uint32_t row = 0; row < rows; ++row) {
      out[row_position(n, row)] = values[row_position(n, static_cast<uint32_t>((row + 1) % rows))];
    }
    k.interpolate(out, n, twiddles.inverse(n).layer);
  });

  composition = SecureColumn(arena, size_t{1} << sizes.composition(), true);
  uint64_t done = 0;
  const uint64_t steps = 8 + interaction_columns(kMain) / kLookupGroup + kComponents;
  const auto tick = [&] { report(Stage::kComposition, ++done, steps); };
  compose_constraints(*this, weights, composition, tick);
  compose_lookups(*this, {first_lookup, first_lookup + interaction_columns(kMain)}, composition, tick);
  coefficients = {};
  kept.clear();
  const QM31* at = first_lookup + interaction_columns(kMain);
  for (unsigned c = 1; c < kComponents; ++c) {
    compose_extension(*this, c, at, composition);
    at += interaction_columns(c) + (c == kRam ? 6 : 0);
    tick();
  }
  for (int d = 0; d < 4; ++d) {
    observe("composition_coeffs" + std::to_string(d), composition.view().p[d], composition.size);
  }
}

void Session::commit_composition() {
  const unsigned log = sizes.composition();
  TreeBuilder builder(arena, workers, log + 1);
  builder.begin(log + 1, 4);
  {
    std::vector<Buffer<uint32_t>> lde;
    for (int d = 0; d < 4; ++d) lde.push_back(arena.words(size_t{2} << log));
    parallel(8, [&](size_t job) {
      const size_t d = job / 2, half = job % 2;
      k.evaluate(composition.view().p[d], lde[d].data() + (half << log), log, twiddles.forward(log + 1, log, half).layer);
    });
    const uint32_t* columns[4] = {lde[0].data(), lde[1].data(), lde[2].data(), lde[3].data()};
    builder.absorb(columns, 4);
  }
  trees[3] = builder.finish();
  proof.commitments.push_back(trees[3].root());
  channel.mix_root(trees[3].root());
}

}  // namespace pitboss::nexus::stark
