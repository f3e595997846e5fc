// Peak memory from /proc/self/status or getrusage.
#include "PeakMemory.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#if !defined(_WIN32)
#include <sys/resource.h>
#endif

namespace pitboss::host {

void reset_peak_memory() {
#if defined(__linux__)
  if (std::FILE* file = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", file);
    std::fclose(file);
  }
#endif
}

uint64_t peak_memory_bytes() {
#if defined(__linux__)
  if (std::FILE* file = std::fopen("/proc/self/status", "r")) {
    char line[128];
    uint64_t kilobytes = 0;
    while (std::fgets(line, sizeof line, file) != nullptr) {
      if (std::strncmp(line, "VmHWM:", 6) == 0) kilobytes = std::strtoull(line + 6, nullptr, 10);
    }
    std::fclose(file);
    if (kilobytes != 0) return kilobytes * 1024;
  }
#endif
#if defined(_WIN32)
  return 0;
#else
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#if defined(__APPLE__)
  return static_cast<uint64_t>(usage.ru_maxrss);
#else
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
#endif
#endif
}

}  // namespace pitboss::host
