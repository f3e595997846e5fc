// The loop of pitboss-host: frames in, one job at a time, frames out.
//
// The calling thread reads `in`; one worker thread runs the jobs. Nothing here allocates more than one incoming frame, one
// outgoing frame and what the job itself uses.
#pragma once

#include "Job.h"

namespace pitboss::host {

// Runs until `in` ends (returns 0), framing is lost (returns 65) or `out` is gone (returns 0). The caller ends the process
// right after, running job or not.
int serve(const Registry& registry, int in, int out);

}  // namespace pitboss::host
