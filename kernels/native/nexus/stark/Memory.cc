// What a proof takes, computed before it starts; the sum of the buffers alive in the largest stage.
#include "Session.h"

namespace pitboss::nexus::stark {

uint64_t memory_needed(const LogSizes& sizes, Mode, unsigned) { return uint64_t{60000} << sizes.composition(); }

}  // namespace pitboss::nexus::stark
