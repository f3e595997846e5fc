// Wiring of the kernels into the host.
#include "Ops.h"

#include <chrono>
#include <new>
#include <thread>

#include "../nexus/machine/HostOps.h"
#include "../nexus/stark/host_ops.h"
#include "../nockpow/host_ops.h"

namespace pitboss::host {

namespace {

// Works until cancelled, like any kernel should.
Outcome spin(std::span<const uint8_t>, JobContext& context) {
  for (uint64_t turn = 0; !context.stopped(); ++turn) {
    context.progress(0, turn, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return Outcome::cancelled();
}

// Never looks at its stop flag.
Outcome deaf(std::span<const uint8_t>, JobContext&) {
  for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(100));
}

Outcome exhausted(std::span<const uint8_t>, JobContext&) { throw std::bad_alloc(); }

Outcome echo(std::span<const uint8_t> params, JobContext& context) {
  context.progress(1, params.size(), params.size());
  context.emit(params);
  return Outcome::result({params.begin(), params.end()});
}

}  // namespace

void register_ops(Registry& registry) {
  nexus::register_machine(registry);
  nexus::stark::register_stark(registry);
  nockpow::register_nockpow(registry);
}

void register_selftest(Registry& registry) {
  registry.add(250, "selftest.spin", spin);
  registry.add(251, "selftest.deaf", deaf);
  registry.add(252, "selftest.exhausted", exhausted);
  registry.add(253, "selftest.echo", echo);
}

}  // namespace pitboss::host
