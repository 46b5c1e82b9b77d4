// Paths of files within a folder that is declared.
#pragma once

#include <string_view>

namespace gatehouse::rules {

// Parts with "/" between, none of which begins with a point (".", "..", what is hidden), in up to
// 1024 bytes of UTF-8 without control characters, each part up to 200, up to 16 of them. The last
// does not end with a point and digits, as files do that are full ("x.jsonl.1").
bool is_file_path(std::string_view path);

// Whether it ends with a point and digits.
bool is_name_of_full_file(std::string_view name);

}  // namespace gatehouse::rules
