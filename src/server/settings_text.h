// Settings as people read them.
#pragma once

#include <string>

#include "server/load_settings.h"

namespace gatehouse::server {

// One line a setting: name, value, where it came from. Secrets show as "(set)" or "(not set)".
std::string list_settings(const LoadedSettings& loaded);
// docs/reference/settings.md.
std::string settings_reference();

}  // namespace gatehouse::server
