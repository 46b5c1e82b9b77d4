// Texts by name: tags, attributes, keys.
#pragma once

#include <map>
#include <string>

namespace gatehouse::registry {

using Texts = std::map<std::string, std::string>;

}  // namespace gatehouse::registry
