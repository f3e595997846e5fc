// Which samples belong together in the quotients (specs/nexus-prover.md 11); used by prover and verifier.
#pragma once

#include <array>
#include <vector>

#include "Circle.h"
#include "Tables.h"
#include "simd/Kernels.h"

namespace pitboss::nexus::stark {

// A committed column: tree 0..3 and its index in the tree.
struct ColumnRef {
  unsigned tree;
  size_t index;
};

// The samples of one size at one point.
struct SampleGroup {
  SecurePoint point;
  std::vector<ColumnRef> columns;
  std::vector<QM31> values;
};

struct SizeClass {
  unsigned log = 0;                  // of the extended columns
  std::vector<ColumnRef> columns;    // in order of trees 0..3
  std::vector<SampleGroup> groups;   // ascending by point
};

// Descending by size. `sampled` must have the shape of section 10.
std::vector<SizeClass> size_classes(const LogSizes& sizes, SecurePoint oods,
                                    const std::vector<std::vector<std::vector<QM31>>>& sampled);

// Constants of a group for random coefficient qc, as the kernel takes them.
QuotientGroup quotient_group(const SampleGroup& group, QM31 random);

}  // namespace pitboss::nexus::stark
