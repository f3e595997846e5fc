// Node functions of the nockpow kernel, as the property `nockpow` of the addon.
#pragma once

#include <node_api.h>

namespace pitboss::nockpow {

napi_value init_nockpow(napi_env env, napi_value exports);

}  // namespace pitboss::nockpow
