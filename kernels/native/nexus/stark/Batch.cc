#include "Batch.h"

#include <algorithm>

#include "simd/Kernels.h"

namespace pitboss::nexus::stark {

Batch::Batch(Arena& arena, const Twiddles& twiddles, TreeBuilder& builder, unsigned log, size_t columns,
             ParallelFor parallel, std::function<void(size_t)> flushed)
    : twiddles_(twiddles), builder_(builder), log_(log), half_(size_t{1} << (log - 1)), parallel_(std::move(parallel)),
      flushed_(std::move(flushed)), buffer_(arena.words(std::min<size_t>(16, columns) << log)) {}

Batch::Slot& Batch::take(uint32_t* edge, uint32_t* keep) {
  if (count_ == 16) flush();
  Slot& slot = slots_[count_];
  slot = Slot{};
  slot.lde = lde(count_++);
  slot.edge = edge;
  slot.keep = keep;
  return slot;
}

uint32_t* Batch::add(uint32_t* coefficients, uint32_t* edge, uint32_t* keep) {
  Slot& slot = take(edge, keep);
  slot.coefficients = coefficients;
  return slot.lde + half_;
}

void Batch::add_shifted(uint32_t added, uint32_t* edge, uint32_t* keep) {
  Slot& slot = take(edge, keep);
  const size_t index = count_ - 1;
  slot.source = index >= 4 ? lde(index - 4) : lde(12 + index);
  slot.added = added;
  if (index < 4) shift(slot);  // of a column of the batch before, which is still there
}

void Batch::shift(Slot& slot) {
  std::copy_n(slot.source, 2 * half_, slot.lde);
  if (slot.added != 0) kernels().add_constant(slot.lde, 2 * half_, slot.added);
  slot.ready = true;
}

void Batch::transform(const Slot& slot) {
  const unsigned n = log_ - 1;
  uint32_t* values = slot.lde + half_;
  if (slot.coefficients != nullptr) {
    std::copy_n(values, half_, slot.coefficients);
    values = slot.coefficients;
  }
  const Kernels& k = kernels();
  k.interpolate(values, n, twiddles_.inverse(n).layer);
  k.evaluate(values, slot.lde, n, twiddles_.forward(log_, n, 0).layer);
  k.evaluate(values, slot.lde + half_, n, twiddles_.forward(log_, n, 1).layer);
}

void Batch::flush() {
  if (count_ == 0) return;
  parallel_(count_, [&](size_t i) {
    if (slots_[i].source == nullptr) transform(slots_[i]);
  });
  parallel_(std::min<size_t>(4, count_), [&](size_t coordinate) {  // a shifted column needs the one four slots before it
    for (size_t i = coordinate; i < count_; i += 4) {
      Slot& slot = slots_[i];
      if (slot.source != nullptr && !slot.ready) shift(slot);
      if (slot.edge != nullptr) *slot.edge = slot.lde[half_];
      if (slot.keep != nullptr) std::copy_n(slot.lde, half_, slot.keep);
    }
  });
  const uint32_t* columns[16];
  for (size_t i = 0; i < count_; ++i) columns[i] = slots_[i].lde;
  builder_.absorb(columns, count_);
  flushed_(count_);
  count_ = 0;
}

}  // namespace pitboss::nexus::stark
