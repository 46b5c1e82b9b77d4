#include "indexing/document.h"

#include <algorithm>

namespace gatehouse::indexing {

std::string_view Document::value_of(std::string_view field) const {
    const auto found = std::ranges::find(fields, field, &Field::name);
    return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::vector<std::string> Document::values_of(std::string_view field) const {
    std::vector<std::string> values;
    for (const Field& each : fields) {
        if (each.name == field) values.push_back(each.value);
    }
    return values;
}

std::string_view plain_field_name(std::string_view name) {
    if (name == "registry.thingTypeName") return fields::thing_type;
    if (name == "registry.thingGroupNames") return fields::thing_groups;
    if (name == "description") return fields::group_description;
    return name;
}

}  // namespace gatehouse::indexing
