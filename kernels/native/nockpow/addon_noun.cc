// Node function for hashes of plain word sequences: see addon_noun.h.
#include "addon_noun.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "tip5.h"

namespace pitboss::nockpow {
namespace {

// About 2 ms of permutations; sequences of the chain are shorter (an AI artifact has at most 2^18 words of 32 bits).
constexpr size_t kMaxWords = 1u << 18;

napi_value js_hash_varlen(napi_env env, napi_callback_info info) {
  napi_value argument[1] = {};
  size_t count = 1, length = 0;
  napi_typedarray_type type{};
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, argument, nullptr, nullptr);
  if (count < 1 || napi_get_typedarray_info(env, argument[0], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_biguint64_array) {
    napi_throw_type_error(env, nullptr, "nockpow: wrong arguments");
    return nullptr;
  }
  napi_value out = nullptr;
  try {
    std::vector<u64> words(std::min(length, kMaxWords + 1));
    if (!words.empty()) std::memcpy(words.data(), data, 8 * words.size());
    if (words.size() > kMaxWords || std::any_of(words.begin(), words.end(), [](u64 w) { return w >= kP; })) {
      napi_get_null(env, &out);
      return out;
    }
    const Digest digest = hash_varlen(words);
    void* bytes = nullptr;
    napi_value buffer = nullptr;
    if (napi_create_arraybuffer(env, 8 * digest.size(), &bytes, &buffer) != napi_ok) return nullptr;
    std::memcpy(bytes, digest.data(), 8 * digest.size());
    napi_create_typedarray(env, napi_biguint64_array, digest.size(), buffer, 0, &out);
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, "nockpow: out of memory");
  }
  return out;
}

}  // namespace

void add_noun_calls(napi_env env, napi_value nockpow) {
  const napi_property_descriptor method = {"hashVarlen", nullptr, js_hash_varlen, nullptr,
                                           nullptr,      nullptr, napi_enumerable, nullptr};
  napi_define_properties(env, nockpow, 1, &method);
}

}  // namespace pitboss::nockpow
