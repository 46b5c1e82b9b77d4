// The version of the program.
#pragma once

#include <string_view>

namespace gatehouse::server {

// "0.1.0", as CMakeLists.txt says.
std::string_view program_version();

}  // namespace gatehouse::server
