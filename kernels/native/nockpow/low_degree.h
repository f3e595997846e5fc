// The prover's side of the low-degree test: layers, their trees, folds, openings (specs/nockpow.md 7.5).
#pragma once

#include <vector>

#include "commit.h"
#include "proof.h"

namespace pitboss::nockpow {

class LowDegreeTest {
 public:
  // code: values of the polynomial on 7 <w_N>, three component arrays.
  LowDegreeTest(const Kernels& k, Team& team, std::vector<u64> code);

  // Commits to the present layer; false when the team was stopped.
  bool commit(Digest& root);
  // Folds the committed layer into the next one.
  void fold(const F3& alpha);
  // Words of the layer that is not committed any more.
  [[nodiscard]] std::vector<u64> codeword() const;
  // The m-path objects of all layers, round by round.
  [[nodiscard]] std::vector<ProofObject> open(const std::vector<u64>& queries) const;

 private:
  struct Layer {
    std::vector<u64> code;  // three component arrays of 8 * cosets values
    size_t cosets;
    MerkleTree tree;
  };
  const Kernels& k_;
  Team& team_;
  std::vector<u64> code_;
  u64 omega_, offset_ = 7;
  std::vector<Layer> layers_;
};

}  // namespace pitboss::nockpow
