// English names of months and days. For sources of this module only.
#pragma once

#include <array>
#include <string_view>

namespace gatehouse::sql {

inline constexpr std::array<std::string_view, 12> month_names{
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
// As ISO 8601 counts them.
inline constexpr std::array<std::string_view, 7> day_names{
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
inline constexpr std::size_t short_name_length = 3;

}  // namespace gatehouse::sql
