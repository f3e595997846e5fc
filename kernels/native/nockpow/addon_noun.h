// One more call of the property `nockpow` of the addon: the variable-length Tip5 hash.
//
//   hashVarlen(words) -> BigUint64Array(5), or null when a word is p or more, or beyond 262,144 words
#pragma once

#include <node_api.h>

namespace pitboss::nockpow {

void add_noun_calls(napi_env env, napi_value nockpow);

}  // namespace pitboss::nockpow
