// What only shows when settings are seen together.
#pragma once

#include <vector>

#include "base/result.h"
#include "server/settings.h"

namespace gatehouse::server {

// One error, with what to do, for each rule that the settings break; empty when they are sound.
std::vector<Error> broken_rules(const Settings& settings);

}  // namespace gatehouse::server
