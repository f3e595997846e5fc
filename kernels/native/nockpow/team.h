// A fixed team of threads for one job: splits index ranges, joins, stops early.
//
// The calling thread works too, so a team of one starts no thread. Chunks are handed out in ascending order. A set stop flag
// makes the remaining chunks be skipped; callers look at stopped() afterwards.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pitboss::nockpow {

class Team {
 public:
  Team(unsigned threads, const std::atomic<bool>& stop) : stop_(stop) {
    for (unsigned i = 1; i < threads; i++) workers_.emplace_back([this, i] { work(i); });
  }
  ~Team() {
    {
      const std::lock_guard lock(mutex_);
      quit_ = true;
    }
    start_.notify_all();
    for (auto& w : workers_) w.join();
  }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  [[nodiscard]] unsigned size() const { return static_cast<unsigned>(workers_.size()) + 1; }
  [[nodiscard]] bool stopped() const { return stop_.load(std::memory_order_relaxed); }

  // Calls body(begin, end, worker) over [0, count) in pieces of at most `grain`; returns when all are done or skipped.
  void run(size_t count, size_t grain, const std::function<void(size_t, size_t, unsigned)>& body) {
    if (count == 0) return;
    {
      const std::lock_guard lock(mutex_);
      body_ = &body;
      count_ = count;
      grain_ = grain == 0 ? 1 : grain;
      next_ = 0;
      busy_ = workers_.size();
      round_++;
    }
    start_.notify_all();
    chunks(0);
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

  // Called from a body: pieces not yet handed out are dropped.
  void skip_rest() { next_.store(count_); }

 private:
  void chunks(unsigned worker) {
    for (;;) {
      if (stopped()) return;
      const size_t begin = next_.fetch_add(grain_);
      if (begin >= count_) return;
      const size_t end = begin + grain_ < count_ ? begin + grain_ : count_;
      (*body_)(begin, end, worker);
    }
  }
  void work(unsigned worker) {
    size_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        start_.wait(lock, [&] { return quit_ || round_ != seen; });
        if (quit_) return;
        seen = round_;
      }
      chunks(worker);
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  const std::atomic<bool>& stop_;
  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable start_, done_;
  const std::function<void(size_t, size_t, unsigned)>* body_ = nullptr;
  size_t count_ = 0, grain_ = 1, busy_ = 0, round_ = 0;
  std::atomic<size_t> next_{0};
  bool quit_ = false;
};

}  // namespace pitboss::nockpow
