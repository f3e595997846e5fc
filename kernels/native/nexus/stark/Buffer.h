// Memory of a proof: every large buffer comes from one Arena that counts bytes and refuses to pass the announced limit.
//
// A proof announces its peak before it starts (Prover.h, memory_needed); the arena makes the announcement binding: an
// allocation beyond it throws MemoryExceeded, which the prover turns into a typed failure. Buffers are 64-byte aligned,
// filled with zeros only on request, and give their bytes back when destroyed: large ones straight to the system, so
// that a process which proves again and again does not grow by fragmentation.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#endif

namespace pitboss::nexus::stark {

struct MemoryExceeded {};

// Memory of `bytes` bytes, 64-byte aligned; null when there is none.
inline constexpr uint64_t kMappedFrom = 256u << 10;
inline void* system_take(uint64_t bytes) {
#if defined(__unix__) || defined(__APPLE__)
  if (bytes >= kMappedFrom) {
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? nullptr : p;
  }
#endif
  return std::aligned_alloc(64, bytes);
}
inline void system_give(void* p, uint64_t bytes) {
#if defined(__unix__) || defined(__APPLE__)
  if (bytes >= kMappedFrom) {
    munmap(p, bytes);
    return;
  }
#endif
  std::free(p);
}

class Arena;

template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Arena& arena, size_t count, bool zero = false);
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Buffer();

  T* data() { return data_; }
  const T* data() const { return data_; }
  size_t size() const { return count_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(arena_, other.arena_);
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
  }
  Arena* arena_ = nullptr;
  T* data_ = nullptr;
  size_t count_ = 0;
};

class Arena {
 public:
  explicit Arena(uint64_t limit) : limit_(limit) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  Buffer<uint32_t> words(size_t count, bool zero = false) { return {*this, count, zero}; }
  Buffer<uint8_t> bytes(size_t count, bool zero = false) { return {*this, count, zero}; }

  uint64_t used() const { return used_; }
  uint64_t peak() const { return peak_; }
  uint64_t limit() const { return limit_; }
  static constexpr uint64_t rounded(uint64_t bytes) { return (bytes + 63) / 64 * 64; }

 private:
  template <class T>
  friend class Buffer;
  void take(uint64_t bytes) {
    if (bytes > limit_ - used_) throw MemoryExceeded{};
    used_ += bytes;
    peak_ = std::max(peak_, used_);
  }
  void give(uint64_t bytes) { used_ -= bytes; }

  uint64_t limit_;
  uint64_t used_ = 0;
  uint64_t peak_ = 0;
};

template <class T>
Buffer<T>::Buffer(Arena& arena, size_t count, bool zero) {
  if (count == 0) return;
  const uint64_t bytes = Arena::rounded(count * sizeof(T));
  arena.take(bytes);
  data_ = static_cast<T*>(system_take(bytes));
  if (data_ == nullptr) {
    arena.give(bytes);
    throw std::bad_alloc();
  }
  arena_ = &arena;
  count_ = count;
  if (zero && bytes < kMappedFrom) std::fill_n(data_, count, T{});  // mapped memory is zero
}

template <class T>
Buffer<T>::~Buffer() {
  if (data_ == nullptr) return;
  const uint64_t bytes = Arena::rounded(count_ * sizeof(T));
  system_give(data_, bytes);
  arena_->give(bytes);
}

}  // namespace pitboss::nexus::stark
