// Sixteen columns of one size on their way into a tree: extended to the doubled domain, absorbed, forgotten.
#pragma once

#include <functional>

#include "Merkle.h"
#include "Twiddles.h"

namespace pitboss::nexus::stark {

// Runs body(i) for every i < count, possibly on several threads; may throw between bodies.
using ParallelFor = std::function<void(size_t count, const std::function<void(size_t)>& body)>;

class Batch {
 public:
  // `columns` of 2^log extended values will come; `flushed` is told how many columns went into the tree each time.
  Batch(Arena& arena, const Twiddles& twiddles, TreeBuilder& builder, unsigned log, size_t columns, ParallelFor parallel,
        std::function<void(size_t)> flushed);

  // A slot whose 2^(log-1) trace values (br order) the caller writes to the returned place. Where not null:
  // `coefficients` gets the polynomial, `edge` the extended value at the first point of the second half, `keep` the
  // first half of the extension.
  uint32_t* add(uint32_t* coefficients = nullptr, uint32_t* edge = nullptr, uint32_t* keep = nullptr);
  // A column that is `added` more than the one four slots before it.
  void add_shifted(uint32_t added, uint32_t* edge, uint32_t* keep);
  void flush();

 private:
  struct Slot {
    uint32_t* lde = nullptr;
    uint32_t* coefficients = nullptr;
    uint32_t* edge = nullptr;
    uint32_t* keep = nullptr;
    const uint32_t* source = nullptr;  // this slot is a shifted copy of that column
    uint32_t added = 0;
    bool ready = false;
  };
  Slot& take(uint32_t* edge, uint32_t* keep);
  uint32_t* lde(size_t i) { return buffer_.data() + (i << log_); }
  void shift(Slot& slot);
  void transform(const Slot& slot);

  const Twiddles& twiddles_;
  TreeBuilder& builder_;
  unsigned log_;
  size_t half_;
  ParallelFor parallel_;
  std::function<void(size_t)> flushed_;
  Buffer<uint32_t> buffer_;
  Slot slots_[16];
  size_t count_ = 0;
};

}  // namespace pitboss::nexus::stark
