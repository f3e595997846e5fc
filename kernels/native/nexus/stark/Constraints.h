// The 683 constraints at the out-of-domain point, from sampled values (specs/nexus-prover.md 15.5).
#pragma once

#include <vector>

#include "Tables.h"

namespace pitboss::nexus::stark {

struct Samples {
  const std::vector<std::vector<std::vector<QM31>>>& values;  // by tree, column, sample; of the shape of section 10
  const std::vector<QM31>& claimed_sums;
  const LogSizes& sizes;
  const Randomness& randomness;
};

// Calls visit(component, value) for every constraint in order, before the division by V.
void for_each_constraint(const Samples& samples, const std::function<void(unsigned component, QM31 value)>& visit);

}  // namespace pitboss::nexus::stark
