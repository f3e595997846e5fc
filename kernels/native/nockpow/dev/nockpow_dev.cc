// Development driver: small commands over the kernel library, for work without Node.
#include <cstdio>
#include <cstring>
#include <ctime>
#include <random>

#include "../kernels.h"
#include "../tip5.h"

using namespace pitboss::nockpow;

namespace {

// Processor time, so that other work on the machine does not show.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int speed() {
  for (const char* name : {"scalar", "avx2", "avx512"}) {
    const Kernels* k = kernels_by_name(name);
    if (k == nullptr) continue;
    alignas(64) u64 s[128];
    std::mt19937_64 rng(1);
    bool equal = true;
    for (int round = 0; round < 2000; round++) {
      for (u64& x : s) x = round % 3 == 0 ? ~(rng() & 0xff) : round % 3 == 1 ? rng() & 0xff : rng();
      u64 ref[8][16];
      for (int l = 0; l < 8; l++) {
        for (int i = 0; i < 16; i++) ref[l][i] = s[8 * i + l];
        permute(ref[l]);
      }
      k->permute8(s);
      for (int l = 0; l < 8; l++) {
        for (int i = 0; i < 16; i++) equal = equal && ref[l][i] == s[8 * i + l];
      }
    }
    const double t0 = now();
    u64 n = 0;
    while (now() - t0 < 1) {
      for (int i = 0; i < 1000; i++) k->permute8(s);
      n += 8000;
    }
    std::printf("%s equal=%d %.3f M permutations/s\n", name, equal, static_cast<double>(n) / (now() - t0) / 1e6);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "speed") == 0) return speed();
  std::fprintf(stderr, "usage: nockpow_dev speed\n");
  return 2;
}
