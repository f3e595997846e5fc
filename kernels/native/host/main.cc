// pitboss-host: the process in which native jobs run, so that a crash or a runaway there cannot take the supervisor down.
//
// Started by kernels/KernelHost.ts with pipes on stdin and stdout (Protocol.h). Ends when stdin ends, whatever it is doing.
// Options: --max-memory-mb N (address-space limit; allocations beyond it become out_of_memory errors), --selftest (adds the
// ops the tests of the host need), --version. `pitboss-host --guard PROGRAM ARGS...` becomes that program instead, with one
// difference: it is killed when the process that started it dies (Linux), so a foreign prover is never left behind.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <process.h>
#else
#include <csignal>
#include <sys/resource.h>
#include <unistd.h>
#endif
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "Ops.h"
#include "Protocol.h"
#include "Server.h"

namespace {

constexpr int kUsage = 2;
constexpr int kCannotRun = 127;

void die_with_parent() {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

int guard(char** command) {
#if defined(_WIN32)
  (void)command;
  std::fprintf(stderr, "pitboss-host: --guard is not for this system\n");
#else
  die_with_parent();
  if (command[0] != nullptr) execv(command[0], command);
  std::perror("pitboss-host: cannot run the guarded program");
#endif
  return kCannotRun;
}

bool limit_memory(unsigned long long megabytes) {
#if defined(_WIN32)
  return megabytes == 0;
#else
  const rlimit limit{megabytes << 20, megabytes << 20};
  return setrlimit(RLIMIT_AS, &limit) == 0;
#endif
}

// The supervisor decides what Ctrl+C and a service manager's SIGTERM mean, which reach the whole group; a lost client
// shows as the end of stdin; a crash leaves no core file behind.
void settle_in() {
#if defined(_WIN32)
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
#else
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#endif
  die_with_parent();
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 2);  // few threads allocate; fewer arenas keep the resident set small
#endif
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--guard") return guard(argv + 2);
  pitboss::host::Registry registry;
  pitboss::host::register_ops(registry);
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option == "--version") {
      std::printf("pitboss-host protocol %u\n", pitboss::host::kProtocolVersion);
      return 0;
    }
    if (option == "--selftest") {
      pitboss::host::register_selftest(registry);
    } else if (option == "--max-memory-mb" && i + 1 < argc && limit_memory(std::strtoull(argv[i + 1], nullptr, 10))) {
      ++i;
    } else {
      std::fprintf(stderr, "pitboss-host: unknown or unusable option %s\n", argv[i]);
      return kUsage;
    }
  }
  settle_in();
  // No destructors, no atexit: a running job must not delay the end.
  std::_Exit(pitboss::host::serve(registry, 0, 1));
}
