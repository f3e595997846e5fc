// Frames in, one job at a time on a worker thread, frames out.
#include "Server.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#if defined(_WIN32)
#include <io.h>
#else
#include <cerrno>
#include <unistd.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "../common/Bytes.h"
#include "../common/Cpu.h"
#include "PeakMemory.h"
#include "Protocol.h"

namespace pitboss::host {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kProgressInterval = std::chrono::milliseconds(20);
constexpr int kFramingLost = 65;

long read_some(int fd, uint8_t* at, size_t count) {
#if defined(_WIN32)
  return _read(fd, at, static_cast<unsigned>(count));
#else
  long got = 0;
  do got = ::read(fd, at, count);
  while (got < 0 && errno == EINTR);
  return got;
#endif
}

long write_some(int fd, const uint8_t* at, size_t count) {
#if defined(_WIN32)
  return _write(fd, at, static_cast<unsigned>(count));
#else
  long put = 0;
  do put = ::write(fd, at, count);
  while (put < 0 && errno == EINTR);
  return put;
#endif
}

bool read_exactly(int fd, uint8_t* at, size_t count) {
  while (count > 0) {
    const long got = read_some(fd, at, count);
    if (got <= 0) return false;
    at += got;
    count -= static_cast<size_t>(got);
  }
  return true;
}

class Sender {
 public:
  explicit Sender(int fd) : fd_(fd) {}

  void send(Kind kind, uint32_t job, std::span<const uint8_t> head, std::span<const uint8_t> body = {}) {
    ByteWriter frame;
    frame.u32(static_cast<uint32_t>(5 + head.size() + body.size())).u8(static_cast<uint8_t>(kind)).u32(job).bytes(head);
    const std::lock_guard lock(mutex_);
    if (put(frame.view())) put(body);
  }

 private:
  bool put(std::span<const uint8_t> bytes) {
    while (!bytes.empty() && open_) {
      const long done = write_some(fd_, bytes.data(), bytes.size());
      if (done <= 0) {
        open_ = false;  // the client is gone; stdin ends as well
      } else {
        bytes = bytes.subspan(static_cast<size_t>(done));
      }
    }
    return open_;
  }

  int fd_;
  bool open_ = true;
  std::mutex mutex_;
};

class RunningJob final : public JobContext {
 public:
  RunningJob(Sender& sender, uint32_t id, std::atomic<bool>& stop) : sender_(sender), id_(id), stop_(stop) {}

  const std::atomic<bool>& stop() const override { return stop_; }

  void progress(uint32_t stage, uint64_t done, uint64_t total) override {
    {
      const std::lock_guard lock(mutex_);
      const auto now = Clock::now();
      const bool last = done == total;
      if (stage == stage_ && !last && now - sent_ < kProgressInterval) return;
      stage_ = stage;
      sent_ = now;
    }
    sender_.send(Kind::kProgress, id_, ByteWriter().u32(stage).u64(done).u64(total).view());
  }

  void emit(std::span<const uint8_t> bytes) override {
    if (bytes.size() + 5 <= kMaxFrame) sender_.send(Kind::kPartial, id_, bytes);
  }

 private:
  Sender& sender_;
  uint32_t id_;
  std::atomic<bool>& stop_;
  std::mutex mutex_;
  uint32_t stage_ = UINT32_MAX;
  Clock::time_point sent_{};
};

struct Request {
  uint32_t id;
  uint8_t op;
  std::vector<uint8_t> frame;  // params start at byte 1
};

class Worker {
 public:
  Worker(const Registry& registry, Sender& sender) : registry_(registry), sender_(sender), thread_([this] { loop(); }) {}

  bool start(Request request) {
    const std::lock_guard lock(mutex_);
    if (busy_) return false;
    busy_ = true;
    id_ = request.id;
    stop_.store(false);
    next_ = std::move(request);
    ready_.notify_one();
    return true;
  }

  void cancel(uint32_t id) {
    const std::lock_guard lock(mutex_);
    if (busy_ && id_ == id) stop_.store(true);
  }

  // The process ends next: leave the thread where it is.
  void abandon() {
    stop_.store(true);
    thread_.detach();
  }

 private:
  [[noreturn]] void loop() {
    for (;;) {
      std::optional<Request> request;
      {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return next_.has_value(); });
        request.swap(next_);
      }
      work(*request);
    }
  }

  Outcome call(const Request& request) {
    const auto& entry = registry_.find(request.op);
    if (entry.handler == nullptr) return Outcome::error(kUnknownOp, "this host has no op " + std::to_string(request.op));
    RunningJob context(sender_, request.id, stop_);
    try {
      return entry.handler(std::span(request.frame).subspan(1), context);
    } catch (const std::bad_alloc&) {
      return Outcome::error(kOutOfMemory, "the job ran out of memory");
    } catch (const std::exception& failure) {
      return Outcome::error(kInternal, std::string("defect in the kernel: ") + failure.what());
    } catch (...) {
      return Outcome::error(kInternal, "defect in the kernel: unknown exception");
    }
  }

  void work(Request& request) {
    reset_peak_memory();
    const auto begin = Clock::now();
    Outcome outcome = call(request);
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count();
    ByteWriter head;
    head.u64(peak_memory_bytes()).u64(static_cast<uint64_t>(spent));
    request.frame = {};
    if (outcome.kind == Outcome::Kind::kResult && outcome.payload.size() + 21 > kMaxFrame) {
      outcome = Outcome::error(kOversized, "the result is larger than a frame may be");
    }
    {
      // From here on the next RUN is accepted; its answer cannot overtake this one: this thread sends both.
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    switch (outcome.kind) {
      case Outcome::Kind::kResult: sender_.send(Kind::kResult, request.id, head.view(), outcome.payload); break;
      case Outcome::Kind::kCancelled: sender_.send(Kind::kCancelled, request.id, head.view()); break;
      case Outcome::Kind::kError:
        head.u16(outcome.code).text(std::string_view(outcome.message).substr(0, 4096));
        sender_.send(Kind::kError, request.id, head.view());
        break;
    }
    outcome = {};
#if defined(__GLIBC__)
    malloc_trim(0);  // an idle host is small again
#endif
  }

  const Registry& registry_;
  Sender& sender_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<Request> next_;
  std::atomic<bool> stop_{false};
  bool busy_ = false;
  uint32_t id_ = 0;
  std::thread thread_;
};

void send_hello(Sender& sender, const Registry& registry) {
  ByteWriter ops;
  uint16_t count = 0;
  for (const auto& entry : registry) {
    if (entry.handler == nullptr) continue;
    ++count;
    ops.u8(static_cast<uint8_t>(&entry - registry.begin())).u8(static_cast<uint8_t>(entry.name.size())).text(entry.name);
  }
  ByteWriter head;
  head.u16(kProtocolVersion).u8(static_cast<uint8_t>(simd_level())).u16(count);
  sender.send(Kind::kHello, 0, head.view(), ops.view());
}

int read_frames(Worker& worker, Sender& sender, int in) {
  for (;;) {
    uint8_t header[9];
    if (!read_exactly(in, header, 4)) return 0;
    const uint32_t length = ByteReader({header, 4}).u32();
    if (length < 5 || length > kMaxFrame) {
      std::fprintf(stderr, "pitboss-host: frame of %u bytes refused (5 to %u allowed)\n", length, kMaxFrame);
      return kFramingLost;
    }
    if (!read_exactly(in, header + 4, 5)) return 0;
    const auto kind = static_cast<Kind>(header[4]);
    const uint32_t job = ByteReader({header + 5, 4}).u32();
    std::vector<uint8_t> body(length - 5);
    if (!read_exactly(in, body.data(), body.size())) return 0;
    if (kind == Kind::kRun && !body.empty()) {
      const uint8_t op = body[0];
      if (!worker.start({job, op, std::move(body)})) {
        sender.send(Kind::kError, job, ByteWriter().u64(0).u64(0).u16(kBusy).text("another job is running on this host").view());
      }
    } else if (kind == Kind::kCancel) {
      worker.cancel(job);
    } else if (kind == Kind::kPing) {
      sender.send(Kind::kPong, job, {});
    } else {
      std::fprintf(stderr, "pitboss-host: frame of unknown kind %u refused\n", header[4]);
      return kFramingLost;
    }
  }
}

}  // namespace

int serve(const Registry& registry, int in, int out) {
  Sender sender(out);
  send_hello(sender, registry);
  // Never destroyed: its thread may be in the middle of a job when the process ends.
  auto* worker = new Worker(registry, sender);
  const int code = read_frames(*worker, sender, in);
  worker->abandon();
  return code;
}

}  // namespace pitboss::host
