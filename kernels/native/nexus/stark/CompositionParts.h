// The parts of the composition polynomial; Composition.cc says why there are three.
#pragma once

#include <functional>
#include <vector>

#include "Session.h"

namespace pitboss::nexus::stark {

// 1 / V_n at a position of the canonic domain of log size `domain_log`; on a block of 2^n positions it is the same
// everywhere.
inline M31 inverse_vanishing(unsigned n, unsigned domain_log, uint32_t position) {
  return inverse(vanishing(n, position_point(domain_log, position)));
}
// 4 planes of 2^log values -> coefficients, in place (inverse layers of a whole domain, or of its first block).
void interpolate_secure(Session& s, SecureColumn& column, unsigned log, const Twiddles::Layers& layers);
void add_into(SecureColumn& into, const SecureColumn& from);
void add_at(SecureColumn& into, size_t i, QM31 value);

using Tick = std::function<void()>;
// Interaction columns that compose_lookups handles together, with one tick.
inline constexpr size_t kLookupGroup = 4;

// Each adds the coefficients of its weighted quotient to `into`; weights in order of its constraints.
void compose_constraints(Session& s, const std::vector<QM31>& weights, SecureColumn& into, const Tick& tick);
void compose_lookups(Session& s, const std::vector<QM31>& weights, SecureColumn& into, const Tick& tick);
void compose_extension(Session& s, unsigned component, const QM31* weights, SecureColumn& into);

}  // namespace pitboss::nexus::stark
