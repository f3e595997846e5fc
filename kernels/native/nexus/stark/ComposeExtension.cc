// The constraints of one extension component on 2^(L+1) points.
#include "CompositionParts.h"

namespace pitboss::nexus::stark {

namespace {
constexpr size_t kGrain = 128;  // rows
}  // namespace

void compose_extension(Session& s, unsigned c, const QM31* weights, SecureColumn& into) {
  const unsigned log = s.sizes[c], domain = log + 1;
  const size_t size = size_t{1} << log;
  std::vector<Buffer<uint32_t>> values;  // pre, main, then 4 per interaction column, then 4 of the last one's previous row
  const size_t pre_count = pre_columns(c), table_count = pre_count + main_columns(c), sums = interaction_columns(c);
  const size_t count = table_count + 4 * sums + 4;
  for (size_t i = 0; i < count; ++i) values.push_back(s.arena.words(2 * size));
  s.parallel(count, [&](size_t i) {
    uint32_t* v = values[i].data() + size;
    if (i < pre_count) {
      std::copy_n(s.small[c].pre[i].data(), size, v);
    } else if (i < table_count) {
      std::copy_n(s.small[c].main[i - pre_count].data(), size, v);
    } else if (i < table_count + 4 * sums) {
      std::copy_n(s.small_column(2, c, i - table_count), size, v);
    } else {
      const uint32_t* last = s.small_sums[c].back().view().p[i - table_count - 4 * sums];
      for (uint32_t row = 0; row < size; ++row) {
        v[row_position(log, row)] = last[row_position(log, static_cast<uint32_t>((row + size - 1) % size))];
      }
    }
    s.k.interpolate(v, log, s.twiddles.inverse(log).layer);
    s.k.evaluate(v, values[i].data(), log, s.twiddles.forward(domain, log, 0).layer);
    s.k.evaluate(v, v, log, s.twiddles.forward(domain, log, 1).layer);
  });
  Buffer<uint32_t> product;
  if (c == kRam) {
    product = s.arena.words(2 * size);
    for (size_t i = 0; i < 2 * size; ++i) product[i] = (M31(values[4][i]) * M31(values[5][i])).v;
  }
  const auto column = [&](Cell cell) {
    const uint32_t* data = cell == kInitialValueCell ? product.data() : values[cell < 64 ? cell : pre_count + cell - 64].data();
    return Column{data, false};
  };
  const auto sum_planes = [&](size_t k) {
    ConstPlanes out;
    for (size_t d = 0; d < 4; ++d) out.p[d] = values[table_count + 4 * k + d].data();
    return out;
  };
  SecureColumn out(s.arena, 2 * size, true);
  const QM31 shift = s.proof.claimed_sums[c] * M31(1u << (31 - log));
  const auto& lookups = component_lookups(c);
  for (uint32_t block = 0; block < 2; ++block) {
    const M31 scale = inverse_vanishing(log, domain, static_cast<uint32_t>(block * size));
    const size_t from = block * size, to = from + size;
    const QM31* weight = weights;
    if (c == kRam) {  // 7.3: addresses agree, final values agree, the flag is boolean
      const auto v = [&](size_t k, size_t i) { return M31(values[k][i]); };
      for (size_t i = from; i < to; ++i) {
        QM31 sum{};
        for (size_t k = 0; k < 4; ++k) {
          sum = sum + weight[k] * ((v(4, i) + v(6, i)) * (v(pre_count + k, i) - v(k, i)));
        }
        const M31 flag = v(pre_count + 4, i);
        sum = sum + weight[4] * (v(6, i) * (v(pre_count + 5, i) - v(7, i))) + weight[5] * (flag * (flag - M31(1)));
        add_at(out, i, sum * scale);
      }
      weight += 6;
    }
    if (c == kFinalReg) {
      const Denominator a = denominator(lookups[0], s.randomness), b = denominator(lookups[1], s.randomness);
      const auto at = [&](const Denominator& d, size_t i) {
        QM31 value = d.constant;
        for (const auto& term : d.terms) value = value + term.factor * M31(static_cast<const uint32_t*>(column(term.cell).data)[i]);
        return value;
      };
      for (size_t i = from; i < to; ++i) {
        const auto secure = [&](size_t k) {
          const ConstPlanes p = sum_planes(k);
          return qm31(p.p[0][i], p.p[1][i], p.p[2][i], p.p[3][i]);
        };
        const QM31 da = at(a, i), db = at(b, i);
        const QM31 value = (secure(0) - secure(1) + shift) * (da * db) - (db - da);
        add_at(out, i, value * weight[0] * scale);
      }
      continue;
    }
    for (size_t k = 0; k < sums; ++k) {
      const Lookup& lookup = lookups[k];
      const bool last = k + 1 == sums;
      const BoundDenominator bound(denominator(lookup, s.randomness), column);
      const uint32_t* selector =
          lookup.selector == kOne ? nullptr : static_cast<const uint32_t*>(column(lookup.selector).data);
      const auto w = words(weight[k] * scale);
      const auto shift_words = words(shift);
      const ConstPlanes none{};
      s.workers.ranges(size, kGrain, [&](size_t a, size_t b) {
        s.k.lookup_constraint(out.planes(), sum_planes(k), k == 0 ? none : sum_planes(k - 1), last ? sum_planes(sums) : none,
                              last ? shift_words.data() : nullptr, bound.form, selector, lookup.negative, w.data(),
                              from + a, from + b);
      });
      s.check();
    }
  }
  interpolate_secure(s, out, domain, s.twiddles.inverse(domain));
  add_into(into, out);
}

}  // namespace pitboss::nexus::stark
