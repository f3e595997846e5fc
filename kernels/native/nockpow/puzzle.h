// The puzzle: subject tree, formula, its evaluation, and the facts the trace tables are built from.
//
// Rules: specs/nockpow.md section 4. Nouns of the trace live in a small hash-consed tree, so equal nouns have equal ids.
#pragma once

#include <map>
#include <vector>

#include "tip5.h"

namespace pitboss::nockpow {

// Largest puzzle length the prover takes (mainnet uses 64, fakenet 2). The verifier accepts more, see verifier.h.
static constexpr size_t kMaxProverLength = 256;

// Pseudo-random leaf values b_0..b_{n-1} of a puzzle.
std::vector<u64> puzzle_leaves(const Digest& commitment, const Digest& nonce, size_t length);

struct TraceTree {
  struct Node {
    bool cell;
    u64 value;       // atoms
    uint32_t l, r;   // cells; always smaller than the cell's own id
  };
  std::vector<Node> nodes;

  uint32_t atom(u64 value);
  uint32_t cell(uint32_t l, uint32_t r);

 private:
  std::map<u64, uint32_t> atoms_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> cells_;
};

// One evaluation step, in the order of the compute table.
struct Step {
  uint32_t formula, result;
  int op;  // 0, 1, 3, 6, or 9 for autocons
  uint32_t extra[3];  // autocons: left, right; 6: chosen formula, result, test; 3: argument
};

struct Execution {
  TraceTree tree;
  uint32_t subject = 0, formula = 0, product = 0;
  std::vector<Step> steps;
  std::map<u64, u64> reads;      // axis -> number of reads of the subject at that axis
  std::vector<bool> decoded;     // per tree node: a formula cell that was taken apart
};

Execution execute(const std::vector<u64>& leaves);

}  // namespace pitboss::nockpow
