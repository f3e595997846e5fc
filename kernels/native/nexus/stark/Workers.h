// A few threads for loops inside one proof.
//
// run(count, body) calls body(i) for every i once, on the calling thread and the workers, and returns when all are
// done. No result depends on the order, so the number of threads never changes a byte of a proof. Bodies must not
// throw.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pitboss::nexus::stark {

class Workers {
 public:
  explicit Workers(unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  unsigned threads() const { return static_cast<unsigned>(threads_.size()) + 1; }
  void run(size_t count, const std::function<void(size_t)>& body);
  // Splits [0, count) into one range per thread, each a multiple of `grain` (a power of two) long.
  void ranges(size_t count, size_t grain, const std::function<void(size_t from, size_t to)>& body);

 private:
  void loop();
  void work();
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(size_t)>* body_ = nullptr;
  size_t count_ = 0;
  std::atomic<size_t> next_{0};
  size_t busy_ = 0;
  uint64_t round_ = 0;
  bool stop_ = false;
};

}  // namespace pitboss::nexus::stark
