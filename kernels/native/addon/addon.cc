// pitboss.node: the small pure calls of the kernels, for the process of the runtime itself.
//
// Only calls that return within microseconds and cannot crash live here; everything else runs in pitboss-host. Plain C API of
// Node (node_api.h), so the binary works for every Node from 20 on.
//
//   version() -> string    simd() -> "scalar" | "avx2" | "avx512"
//   trimMemory() -> boolean: glibc gave memory back to the system
//   nockpow: the functions of nockpow/addon_nockpow.cc
//   heapInfo() -> {arena, inUse, free, mapped} in bytes of the C heap, or null where glibc does not tell
//   nockpow: the calls of nockpow/addon_nockpow.h
#include <node_api.h>

#include <cstdint>
#include <string_view>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "../common/Cpu.h"
#include "../nockpow/addon_nockpow.h"
#include "../nockpow/addon_nockpow.h"

namespace {

constexpr std::string_view kVersion = "1";

napi_value text(napi_env env, std::string_view value) {
  napi_value out = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &out);
  return out;
}

napi_value version(napi_env env, napi_callback_info) { return text(env, kVersion); }

napi_value simd(napi_env env, napi_callback_info) {
  switch (pitboss::simd_level()) {
    case pitboss::Simd::kAvx512: return text(env, "avx512");
    case pitboss::Simd::kAvx2: return text(env, "avx2");
    default: return text(env, "scalar");
  }
}

napi_value trim_memory(napi_env env, napi_callback_info) {
  bool released = false;
#if defined(__GLIBC__)
  released = malloc_trim(0) != 0;
#endif
  napi_value out = nullptr;
  napi_get_boolean(env, released, &out);
  return out;
}

napi_value heap_info(napi_env env, napi_callback_info) {
  napi_value out = nullptr;
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  const auto info = mallinfo2();
  const auto put = [&](const char* key, size_t bytes) {
    napi_value number = nullptr;
    if (napi_create_double(env, static_cast<double>(bytes), &number) == napi_ok) {
      napi_set_named_property(env, out, key, number);
    }
  };
  if (napi_create_object(env, &out) != napi_ok) return nullptr;
  put("arena", info.arena);
  put("inUse", info.uordblks);
  put("free", info.fordblks);
  put("mapped", info.hblkhd);
#else
  napi_get_null(env, &out);
#endif
  return out;
}

napi_property_descriptor method(const char* name, napi_callback call) {
  return {name, nullptr, call, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor methods[] = {method("version", version), method("simd", simd),
                                              method("trimMemory", trim_memory), method("heapInfo", heap_info)};
  napi_define_properties(env, exports, sizeof methods / sizeof methods[0], methods);
  return pitboss::nockpow::init_nockpow(env, exports);
}
