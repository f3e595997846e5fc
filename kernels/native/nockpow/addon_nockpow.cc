// Node functions of the nockpow kernel (plain node_api.h).
//
// Pure calls that return within microseconds to a few milliseconds: digests of nonces, base58, targets, jam, cue, hashes of
// nouns. Nouns are bigints (atoms) and two-element arrays (cells) in JavaScript. In addition start() runs a host op
// (host_ops.h) on a thread of Node's pool, for programs without a host process; a crash there takes the process along.
//
//   digests(commitment[5], length, nonces[5n]) -> BigUint64Array(5n), null when refused
//   base58(limbs[5]) -> string                    parseBase58(text) -> BigUint64Array(5) or null
//   targetLimbs(words) -> BigUint64Array(5)       from a little-endian number
//   cue(bytes, maxNouns) -> noun, or a string saying why not      jam(noun) -> Uint8Array or null
//   hashNoun(noun) -> BigUint64Array(5) or null   hashPair(a[5], b[5]) -> BigUint64Array(5)
//   start(op, params, (kind, code, message, bytes) => void) -> handle; kind 0 result, 1 error, 2 cancelled
//   stop(handle)                                  progress(handle) -> [stage, done, total]
#include "addon_nockpow.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "addon_noun.h"
#include "host_ops.h"
#include "kernels.h"
#include "number.h"
#include "proof.h"
#include "search.h"

namespace pitboss::nockpow {
namespace {

constexpr size_t kMaxNouns = 1u << 22;

napi_value null_of(napi_env env) {
  napi_value v = nullptr;
  napi_get_null(env, &v);
  return v;
}
napi_value text_of(napi_env env, std::string_view s) {
  napi_value v = nullptr;
  napi_create_string_utf8(env, s.data(), s.size(), &v);
  return v;
}
napi_value words_of(napi_env env, const u64* words, size_t n) {
  void* data = nullptr;
  napi_value buffer = nullptr, array = nullptr;
  if (napi_create_arraybuffer(env, 8 * n, &data, &buffer) != napi_ok) return nullptr;
  if (n > 0) std::memcpy(data, words, 8 * n);
  napi_create_typedarray(env, napi_biguint64_array, n, buffer, 0, &array);
  return array;
}
napi_value digest_of(napi_env env, const Digest& d) { return words_of(env, d.data(), d.size()); }
napi_value bytes_of(napi_env env, std::span<const uint8_t> bytes) {
  void* data = nullptr;
  napi_value buffer = nullptr, array = nullptr;
  if (napi_create_arraybuffer(env, bytes.size(), &data, &buffer) != napi_ok) return nullptr;
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  napi_create_typedarray(env, napi_uint8_array, bytes.size(), buffer, 0, &array);
  return array;
}

// Arguments of a call; a wrong type turns ok false.
struct Args {
  napi_env env;
  napi_value v[4] = {};
  size_t n = 4;
  bool ok = true;

  Args(napi_env e, napi_callback_info info) : env(e) { napi_get_cb_info(env, info, &n, v, nullptr, nullptr); }
  std::vector<u64> words(size_t i) {
    napi_typedarray_type type{};
    size_t length = 0;
    void* data = nullptr;
    if (i >= n || napi_get_typedarray_info(env, v[i], &type, &length, &data, nullptr, nullptr) != napi_ok ||
        type != napi_biguint64_array) {
      ok = false;
      return {};
    }
    std::vector<u64> out(length);
    if (length > 0) std::memcpy(out.data(), data, 8 * length);
    return out;
  }
  Digest digest(size_t i) {
    const auto w = words(i);
    Digest d{};
    ok = ok && w.size() == 5 && std::all_of(w.begin(), w.end(), [](u64 x) { return x < kP; });
    if (ok) std::copy(w.begin(), w.end(), d.begin());
    return d;
  }
  std::span<const uint8_t> bytes(size_t i) {
    napi_typedarray_type type{};
    size_t length = 0;
    void* data = nullptr;
    if (i >= n || napi_get_typedarray_info(env, v[i], &type, &length, &data, nullptr, nullptr) != napi_ok ||
        type != napi_uint8_array) {
      ok = false;
      return {};
    }
    return {static_cast<const uint8_t*>(data), length};
  }
  uint32_t number(size_t i) {
    uint32_t x = 0;
    ok = ok && i < n && napi_get_value_uint32(env, v[i], &x) == napi_ok;
    return x;
  }
  std::string text(size_t i) {
    size_t length = 0;
    char buffer[128] = {};
    ok = ok && i < n && napi_get_value_string_utf8(env, v[i], buffer, sizeof buffer, &length) == napi_ok;
    return {buffer, ok ? length : 0};
  }
  napi_value wrong() {
    napi_throw_type_error(env, nullptr, "nockpow: wrong arguments");
    return nullptr;
  }
};

// No C++ exception may reach Node.
template <napi_value (*Body)(napi_env, napi_callback_info)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return Body(env, info);
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, "nockpow: out of memory");
  } catch (...) {
    napi_throw_error(env, nullptr, "nockpow: internal error");
  }
  return nullptr;
}

napi_value js_digests(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const Digest commitment = a.digest(0);
  const uint32_t length = a.number(1);
  const auto flat = a.words(2);
  if (!a.ok || flat.size() % 5 != 0) return a.wrong();
  std::vector<Digest> nonces(flat.size() / 5), out(nonces.size());
  for (size_t i = 0; i < flat.size(); i++) nonces[i / 5][i % 5] = flat[i];
  if (!digests(commitment, length, nonces, out, kernels())) return null_of(env);
  return words_of(env, out.empty() ? nullptr : out[0].data(), flat.size());
}
napi_value js_base58(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const Digest d = a.digest(0);
  return a.ok ? text_of(env, digest_base58(d)) : a.wrong();
}
napi_value js_parse_base58(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const std::string s = a.text(0);
  if (!a.ok) return a.wrong();
  const auto d = parse_base58(s);
  return d ? digest_of(env, *d) : null_of(env);
}
napi_value js_target_limbs(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const auto words = a.words(0);
  return a.ok ? digest_of(env, target_limbs(words)) : a.wrong();
}
napi_value js_hash_pair(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const Digest l = a.digest(0), r = a.digest(1);
  return a.ok ? digest_of(env, hash10(l, r)) : a.wrong();
}

napi_value js_cue(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const auto bytes = a.bytes(0);
  const uint32_t max_nouns = a.number(1);
  if (!a.ok) return a.wrong();
  Nouns nouns;
  const CueResult r = cue(nouns, bytes, {.max_bytes = 1u << 26, .max_nouns = std::min<size_t>(max_nouns, kMaxNouns), .max_atom_bits = 1u << 28});
  if (r.error != CueError::ok) return text_of(env, cue_error_text(r.error));
  // Post-order over the graph; shared nouns become shared arrays.
  std::vector<napi_value> made_cells(nouns.count(), nullptr), made_atoms(nouns.count(), nullptr);
  const auto slot = [&](Noun n) -> napi_value& { return Nouns::is_cell(n) ? made_cells[n & 0x7fffffffu] : made_atoms[n]; };
  std::vector<Noun> stack{r.noun};
  while (!stack.empty()) {
    const Noun n = stack.back();
    if (slot(n) != nullptr) {
      stack.pop_back();
    } else if (!Nouns::is_cell(n)) {
      const auto w = nouns.words(n);
      const uint64_t zero = 0;  // an empty arena has no words to point at
      if (napi_create_bigint_words(env, 0, w.size(), w.empty() ? &zero : w.data(), &slot(n)) != napi_ok) return nullptr;
      stack.pop_back();
    } else {
      const Noun h = nouns.head(n), t = nouns.tail(n);
      if (slot(h) == nullptr || slot(t) == nullptr) {
        if (slot(t) == nullptr) stack.push_back(t);
        if (slot(h) == nullptr) stack.push_back(h);
        continue;
      }
      if (napi_create_array_with_length(env, 2, &slot(n)) != napi_ok) return nullptr;
      napi_set_element(env, slot(n), 0, slot(h));
      napi_set_element(env, slot(n), 1, slot(t));
      stack.pop_back();
    }
  }
  return slot(r.noun);
}

// A JavaScript noun as one of the arena; false when it is not a noun or too large.
bool read_noun(napi_env env, napi_value root, Nouns& nouns, Noun& out) {
  struct Open {
    napi_value cell;
    int state;  // 0 nothing read, 1 head read
    Noun head;
  };
  std::vector<Open> open;
  napi_value at = root;
  for (;;) {
    if (nouns.count() + open.size() > kMaxNouns) return false;
    napi_valuetype type{};
    Noun value = 0;
    if (napi_typeof(env, at, &type) != napi_ok) return false;
    if (type == napi_object) {
      bool array = false;
      uint32_t length = 0;
      if (napi_is_array(env, at, &array) != napi_ok || !array || napi_get_array_length(env, at, &length) != napi_ok || length != 2) return false;
      open.push_back({at, 0, 0});
      napi_value head = nullptr;
      if (napi_get_element(env, at, 0, &head) != napi_ok) return false;
      at = head;
      continue;
    }
    if (type != napi_bigint) return false;
    int sign = 0;
    size_t n = 0;
    if (napi_get_value_bigint_words(env, at, nullptr, &n, nullptr) != napi_ok || n > (1u << 22)) return false;
    std::vector<u64> words(n);
    if (n > 0 && napi_get_value_bigint_words(env, at, &sign, &n, words.data()) != napi_ok) return false;
    if (sign != 0) return false;
    value = nouns.atom_words(words);
    while (!open.empty() && open.back().state == 1) {
      value = nouns.cell(open.back().head, value);
      open.pop_back();
    }
    if (open.empty()) {
      out = value;
      return true;
    }
    open.back().state = 1;
    open.back().head = value;
    napi_value tail = nullptr;
    if (napi_get_element(env, open.back().cell, 1, &tail) != napi_ok) return false;
    at = tail;
  }
}

napi_value js_jam(napi_env env, napi_callback_info info) {
  Args a(env, info);
  Nouns nouns;
  Noun root = 0;
  if (a.n < 1 || !read_noun(env, a.v[0], nouns, root)) return null_of(env);
  return bytes_of(env, jam(nouns, root));
}
napi_value js_hash_noun(napi_env env, napi_callback_info info) {
  Args a(env, info);
  Nouns nouns;
  Noun root = 0;
  if (a.n < 1 || !read_noun(env, a.v[0], nouns, root)) return null_of(env);
  const auto d = hash_noun(nouns, root);
  return d ? digest_of(env, *d) : null_of(env);
}

// ------------------------------------------------------------------------------------------------ ops on Node's thread pool

class Job final : public host::JobContext {
 public:
  const std::atomic<bool>& stop() const override { return stop_; }
  void progress(uint32_t stage, uint64_t done, uint64_t total) override {
    const std::lock_guard lock(mutex_);
    numbers_ = {stage, done, total};
  }
  void emit(std::span<const uint8_t>) override {}
  std::array<uint64_t, 3> numbers() {
    const std::lock_guard lock(mutex_);
    return numbers_;
  }
  void cancel() { stop_.store(true); }

  host::Handler handler = nullptr;
  std::vector<uint8_t> params;
  host::Outcome outcome;
  napi_async_work work = nullptr;
  napi_ref callback = nullptr;

 private:
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::array<uint64_t, 3> numbers_{};
};
using Shared = std::shared_ptr<Job>;

void execute_job(napi_env, void* data) {
  Job& job = **static_cast<Shared*>(data);
  try {
    job.outcome = job.handler(job.params, job);
  } catch (const std::bad_alloc&) {
    job.outcome = host::Outcome::error(host::kOutOfMemory, "out of memory");
  } catch (...) {
    job.outcome = host::Outcome::error(host::kInternal, "internal error");
  }
}
void cancel_at_exit(void* data) { (*static_cast<Shared*>(data))->cancel(); }

void complete_job(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Shared> held(static_cast<Shared*>(data));
  Job& job = **held;
  napi_remove_env_cleanup_hook(env, cancel_at_exit, data);
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env, &scope);
  napi_value args[4] = {}, callback = nullptr, global = nullptr;
  napi_create_uint32(env, static_cast<uint32_t>(job.outcome.kind), &args[0]);
  napi_create_uint32(env, job.outcome.code, &args[1]);
  args[2] = text_of(env, job.outcome.message);
  args[3] = bytes_of(env, job.outcome.payload);
  napi_get_reference_value(env, job.callback, &callback);
  napi_get_global(env, &global);
  napi_call_function(env, global, callback, 4, args, nullptr);
  napi_delete_reference(env, job.callback);
  napi_delete_async_work(env, job.work);
  napi_close_handle_scope(env, scope);
}

napi_value js_start(napi_env env, napi_callback_info info) {
  Args a(env, info);
  const uint32_t op = a.number(0);
  const auto params = a.bytes(1);
  napi_valuetype type{};
  if (!a.ok || a.n < 3 || napi_typeof(env, a.v[2], &type) != napi_ok || type != napi_function) return a.wrong();
  host::Registry registry;
  register_nockpow(registry);
  const auto job = std::make_shared<Job>();
  job->handler = op < 256 ? registry.find(static_cast<uint8_t>(op)).handler : nullptr;
  if (job->handler == nullptr) return a.wrong();
  job->params.assign(params.begin(), params.end());
  auto held = std::make_unique<Shared>(job);
  if (napi_create_reference(env, a.v[2], 1, &job->callback) != napi_ok) return a.wrong();
  if (napi_create_async_work(env, nullptr, text_of(env, "nockpow"), execute_job, complete_job, held.get(), &job->work) != napi_ok ||
      napi_queue_async_work(env, job->work) != napi_ok) {
    napi_delete_reference(env, job->callback);
    napi_throw_error(env, nullptr, "nockpow: cannot start a job");
    return nullptr;
  }
  napi_add_env_cleanup_hook(env, cancel_at_exit, held.get());
  held.release();  // complete_job takes it
  napi_value handle = nullptr;
  auto handle_data = std::make_unique<Shared>(job);
  const auto free_handle = [](napi_env, void* data, void*) { delete static_cast<Shared*>(data); };
  if (napi_create_external(env, handle_data.get(), free_handle, nullptr, &handle) == napi_ok) handle_data.release();
  return handle;
}
Job* job_of(napi_env env, napi_value v) {
  void* data = nullptr;
  napi_valuetype type{};
  if (v == nullptr || napi_typeof(env, v, &type) != napi_ok || type != napi_external) return nullptr;
  return napi_get_value_external(env, v, &data) == napi_ok ? static_cast<Shared*>(data)->get() : nullptr;
}
napi_value js_stop(napi_env env, napi_callback_info info) {
  Args a(env, info);
  Job* job = job_of(env, a.v[0]);
  if (job == nullptr) return a.wrong();
  job->cancel();
  return null_of(env);
}
napi_value js_progress(napi_env env, napi_callback_info info) {
  Args a(env, info);
  Job* job = job_of(env, a.v[0]);
  if (job == nullptr) return a.wrong();
  napi_value out = nullptr;
  napi_create_array_with_length(env, 3, &out);
  uint32_t i = 0;
  for (const uint64_t x : job->numbers()) {
    napi_value v = nullptr;
    napi_create_double(env, static_cast<double>(x), &v);
    napi_set_element(env, out, i++, v);
  }
  return out;
}

}  // namespace

napi_value init_nockpow(napi_env env, napi_value exports) {
  const auto method = [](const char* name, napi_callback call) {
    return napi_property_descriptor{name, nullptr, call, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
  };
  const napi_property_descriptor methods[] = {
      method("digests", guarded<js_digests>),         method("base58", guarded<js_base58>),
      method("parseBase58", guarded<js_parse_base58>), method("targetLimbs", guarded<js_target_limbs>),
      method("cue", guarded<js_cue>),                 method("jam", guarded<js_jam>),
      method("hashNoun", guarded<js_hash_noun>),      method("hashPair", guarded<js_hash_pair>),
      method("start", guarded<js_start>),             method("stop", guarded<js_stop>),
      method("progress", guarded<js_progress>)};
  napi_value object = nullptr;
  if (napi_create_object(env, &object) != napi_ok) return exports;
  napi_define_properties(env, object, std::size(methods), methods);
  add_noun_calls(env, object);
  napi_set_named_property(env, exports, "nockpow", object);
  return exports;
}

}  // namespace pitboss::nockpow
