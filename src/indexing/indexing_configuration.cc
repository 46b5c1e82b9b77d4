#include "indexing/indexing_configuration.h"

#include <algorithm>
#include <array>

#include "indexing/document.h"

namespace gatehouse::indexing {
namespace {

constexpr std::array<std::string_view, 3> type_names{"Number", "String", "Boolean"};

void append(std::vector<NamedField>& to, std::vector<NamedField> fields) {
    to.insert(to.end(), std::make_move_iterator(fields.begin()),
              std::make_move_iterator(fields.end()));
}

}  // namespace

std::vector<NamedField> managed_fields(const ThingIndexing& indexing) {
    using enum FieldType;
    std::vector<NamedField> managed;
    if (!indexing.is_on()) return managed;
    append(managed, {{"thingName", String},
                     {"thingId", String},
                     {"registry.version", Number},
                     {"registry.thingTypeName", String},
                     {"registry.thingGroupNames", String}});
    if (indexing.mode == ThingIndexing::Mode::RegistryAndShadow) {
        append(managed, {{"shadow.version", Number}, {"shadow.hasDelta", Boolean}});
    }
    if (indexing.has_named_shadows) {
        append(managed, {{"shadow.name.*.version", Number}, {"shadow.name.*.hasDelta", Boolean}});
    }
    if (indexing.has_connectivity) {
        append(managed, {{std::string(fields::connected), Boolean},
                         {std::string(fields::connectivity_time), Number},
                         {std::string(fields::connectivity_version), Number},
                         {std::string(fields::disconnect_reason), String}});
    }
    if (indexing.has_violations) append(managed, {{"deviceDefender.violationCount", Number}});
    return managed;
}

std::vector<NamedField> managed_fields(const ThingGroupIndexing& indexing) {
    using enum FieldType;
    if (!indexing.is_on) return {};
    return {{"thingGroupName", String},
            {"thingGroupId", String},
            {"description", String},
            {"parentGroupNames", String},
            {"version", Number}};
}

std::optional<FieldType> type_of(const IndexingConfiguration& configuration, IndexName index,
                                 std::string_view field) {
    const bool is_things = index == IndexName::Things;
    const auto managed =
        is_things ? managed_fields(configuration.things) : managed_fields(configuration.groups);
    const auto& custom =
        is_things ? configuration.things.custom_fields : configuration.groups.custom_fields;
    for (const auto* known : {&managed, &custom}) {
        const auto found = std::ranges::find_if(*known, [&](const NamedField& each) {
            return each.name == field || plain_field_name(each.name) == field;
        });
        if (found != known->end()) return found->type;
    }
    return std::nullopt;
}

std::string_view schema_of(const IndexingConfiguration& configuration, IndexName index) {
    if (!configuration.is_on(index)) return "OFF";
    if (index == IndexName::ThingGroups) return "THING_GROUPS";
    const ThingIndexing& things = configuration.things;
    if (things.has_named_shadows || things.has_violations) return "MULTI_INDEXING_MODE";
    if (things.mode == ThingIndexing::Mode::Registry) {
        return things.has_connectivity ? "REGISTRY_AND_CONNECTIVITY_STATUS" : "REGISTRY";
    }
    return things.has_connectivity ? "REGISTRY_AND_SHADOW_AND_CONNECTIVITY_STATUS"
                                   : "REGISTRY_AND_SHADOW";
}

std::string_view text_of(FieldType type) {
    return type_names[static_cast<std::size_t>(type)];
}

std::optional<FieldType> field_type_of(std::string_view text) {
    const auto found = std::ranges::find(type_names, text);
    if (found == type_names.end()) return std::nullopt;
    return static_cast<FieldType>(found - type_names.begin());
}

}  // namespace gatehouse::indexing
