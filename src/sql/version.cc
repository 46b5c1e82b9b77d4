#include "sql/version.h"

namespace gatehouse::sql {

std::optional<Version> parse_version(std::string_view text) {
    if (text == name_of(Version::V2015)) return Version::V2015;
    if (text == name_of(Version::V2016) || text == "beta") return Version::V2016;
    return std::nullopt;
}

std::string_view name_of(Version version) {
    return version == Version::V2015 ? "2015-10-08" : "2016-03-23";
}

}  // namespace gatehouse::sql
