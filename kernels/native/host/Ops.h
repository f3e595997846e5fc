// Which ops this host offers.
#pragma once

#include "Job.h"

namespace pitboss::host {

void register_ops(Registry& registry);       // all kernels of this build
void register_selftest(Registry& registry);  // ops 250..253: jobs that misbehave on purpose, for the tests of the host

}  // namespace pitboss::host
