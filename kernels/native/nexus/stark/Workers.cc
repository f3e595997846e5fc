#include "Workers.h"

#include <algorithm>

namespace pitboss::nexus::stark {

Workers::Workers(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Workers::work() {
  for (size_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) (*body_)(i);
}

void Workers::loop() {
  uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || round_ != seen; });
    if (stop_) return;
    seen = round_;
    lock.unlock();
    work();
    lock.lock();
    if (--busy_ == 0) done_.notify_one();
  }
}

void Workers::run(size_t count, const std::function<void(size_t)>& body) {
  if (threads_.empty() || count <= 1) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    body_ = &body;
    count_ = count;
    next_ = 0;
    busy_ = threads_.size();
    ++round_;
  }
  wake_.notify_all();
  work();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return busy_ == 0; });
}

void Workers::ranges(size_t count, size_t grain, const std::function<void(size_t, size_t)>& body) {
  const size_t parts = std::min<size_t>(threads(), std::max<size_t>(1, count / std::max<size_t>(grain, 1)));
  if (parts <= 1) return body(0, count);
  const size_t units = count / grain;
  run(parts, [&](size_t i) { body(units * i / parts * grain, i + 1 == parts ? count : units * (i + 1) / parts * grain); });
}

}  // namespace pitboss::nexus::stark
