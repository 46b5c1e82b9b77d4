// The settings that override single values of the profile: `limits.*` and `behaviour.*`.
#pragma once

#include "server/setting_builders.h"

namespace gatehouse::server {

SettingTable profile_settings();

}  // namespace gatehouse::server
