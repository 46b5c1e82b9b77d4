#include "indexing/indexing_configurations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "registry/persistently.h"
#include "registry/record_reader.h"

namespace gatehouse::indexing {
namespace {

using registry::Outcome;
using registry::RecordReader;
using registry::refuse;

constexpr registry::RecordWords words{"indexing configuration", "indexingConfiguration"};

storage::RecordKey key_of(const Tenant& tenant) {
    return {tenant, indexing_configuration_kind, "all"};
}

json::array encode(const std::vector<NamedField>& fields) {
    json::array array;
    for (const NamedField& field : fields) {
        array.push_back(json::object{{"name", field.name}, {"type", text_of(field.type)}});
    }
    return array;
}

std::string encode(const IndexingConfiguration& configuration) {
    const ThingIndexing& things = configuration.things;
    json::array names(things.shadow_names.begin(), things.shadow_names.end());
    json::array places;
    for (const GeoLocation& place : things.geo_locations) {
        places.push_back(json::object{{"name", place.name}, {"order", place.order}});
    }
    return to_text(json::object{
        {"thingMode", static_cast<std::uint64_t>(things.mode)},
        {"connectivity", things.has_connectivity},
        {"violations", things.has_violations},
        {"namedShadows", things.has_named_shadows},
        {"thingFields", encode(things.custom_fields)},
        {"shadowNames", std::move(names)},
        {"geoLocations", std::move(places)},
        {"groups", configuration.groups.is_on},
        {"groupFields", encode(configuration.groups.custom_fields)},
    });
}

std::vector<NamedField> decode_fields(RecordReader& reader, const char* name) {
    std::vector<NamedField> fields;
    for (const json::value& each : reader.array(name)) {
        if (!each.is_object()) {
            reader.note(false);
            continue;
        }
        RecordReader field(each.get_object());
        const auto type = field_type_of(field.text("type"));
        fields.push_back({field.text("name"), type.value_or(FieldType::String)});
        reader.note(field.is_whole() && type.has_value());
    }
    return fields;
}

IndexingConfiguration decode(RecordReader& reader) {
    IndexingConfiguration configuration;
    ThingIndexing& things = configuration.things;
    const std::uint64_t mode = reader.number("thingMode");
    reader.note(mode <= static_cast<std::uint64_t>(ThingIndexing::Mode::RegistryAndShadow));
    things.mode = static_cast<ThingIndexing::Mode>(mode);
    things.has_connectivity = reader.truth("connectivity");
    things.has_violations = reader.truth("violations");
    things.has_named_shadows = reader.truth("namedShadows");
    things.custom_fields = decode_fields(reader, "thingFields");
    things.shadow_names = reader.names("shadowNames");
    for (const json::value& each : reader.array("geoLocations")) {
        if (!each.is_object()) continue;
        RecordReader place(each.get_object());
        things.geo_locations.push_back({place.text("name"), place.text("order")});
        reader.note(place.is_whole());
    }
    configuration.groups.is_on = reader.truth("groups");
    configuration.groups.custom_fields = decode_fields(reader, "groupFields");
    return configuration;
}

std::unexpected<registry::Refused> invalid(std::string message, std::string field) {
    return refuse(registry::Refusal::InvalidRequest, std::move(message), std::move(field));
}

bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_.:$,@/#").find(c) != std::string_view::npos;
    });
}

// Developer Guide, "Custom fields": by what a name may begin.
std::vector<std::string_view> prefixes_of(const ThingIndexing& things) {
    std::vector<std::string_view> prefixes{"attributes."};
    if (things.mode == ThingIndexing::Mode::RegistryAndShadow) {
        prefixes.insert(prefixes.end(), {"shadow.desired.", "shadow.reported."});
    }
    if (things.has_named_shadows) prefixes.emplace_back("shadow.name.");
    if (things.has_violations) prefixes.emplace_back("deviceDefender.");
    return prefixes;
}

Outcome<void> check_fields(const std::vector<NamedField>& fields,
                           const std::vector<std::string_view>& prefixes) {
    if (fields.size() > custom_fields_max) {
        return invalid(
            fmt::format("{} custom fields; there may be {}", fields.size(), custom_fields_max),
            "customFields");
    }
    for (const NamedField& field : fields) {
        const auto prefix = std::ranges::find_if(prefixes, [&](std::string_view each) {
            return field.name.starts_with(each) &&
                   is_field_name(std::string_view(field.name).substr(each.size()));
        });
        if (prefix == prefixes.end()) {
            return invalid(
                fmt::format("'{}' cannot be a custom field of what is indexed; with this "
                            "configuration their names begin with {}, and a name behind "
                            "that",
                            field.name, fmt::join(prefixes, ", ")),
                "customFields");
        }
        if (std::ranges::count(fields, field.name, &NamedField::name) > 1) {
            return invalid(fmt::format("the custom field '{}' is given twice", field.name),
                           "customFields");
        }
    }
    return {};
}

Outcome<void> check(const ThingIndexing& things) {
    const bool has_more = things.has_connectivity || things.has_violations ||
                          things.has_named_shadows || !things.custom_fields.empty();
    if (!things.is_on() && has_more) {
        return invalid("while thingIndexingMode is OFF nothing else of things can be indexed",
                       "thingIndexingMode");
    }
    if (!things.shadow_names.empty() && !things.has_named_shadows) {
        return invalid("namedShadowNames need namedShadowIndexingMode ON", "filter");
    }
    if (things.shadow_names.size() > shadow_names_max) {
        return invalid(fmt::format("{} shadow names; there may be {}", things.shadow_names.size(),
                                   shadow_names_max),
                       "filter");
    }
    for (const GeoLocation& place : things.geo_locations) {
        if (!place.name.starts_with("shadow.")) {
            return invalid(
                fmt::format("a place stands in a shadow's field, and '{}' is none", place.name),
                "filter");
        }
    }
    return check_fields(things.custom_fields, prefixes_of(things));
}

Outcome<void> check(const ThingGroupIndexing& groups) {
    if (!groups.is_on && !groups.custom_fields.empty()) {
        return invalid("while thingGroupIndexingMode is OFF groups have no custom fields",
                       "thingGroupIndexingMode");
    }
    return check_fields(groups.custom_fields, {"attributes."});
}

}  // namespace

Outcome<IndexingConfigurationRecords::Read> IndexingConfigurationRecords::read(
    const Tenant& tenant) {
    const auto record = store_.get(key_of(tenant));
    if (!record && record.error().kind == ErrorKind::NotFound) return Read();
    if (!record) return refuse(registry::refused_by(record.error()));
    const auto body = registry::body_of(*record, words.what);
    if (!body) return refuse(registry::refused_by(body.error()));
    RecordReader reader(*body);
    Read read{.configuration = decode(reader), .revision = record->revision};
    if (!reader.is_whole()) {
        return refuse(registry::refused_by(registry::unreadable(*record, words.what).error()));
    }
    return read;
}

Outcome<IndexingConfiguration> IndexingConfigurationRecords::get(const Tenant& tenant) {
    auto stored = read(tenant);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->configuration);
}

Outcome<void> IndexingConfigurationRecords::update(
    const Tenant& tenant, const std::optional<ThingIndexing>& things,
    const std::optional<ThingGroupIndexing>& groups) {
    if (things) {
        if (auto checked = check(*things); !checked) return checked;
    }
    if (groups) {
        if (auto checked = check(*groups); !checked) return checked;
    }
    return registry::persistently([&] { return try_update(tenant, things, groups); });
}

Outcome<void> IndexingConfigurationRecords::try_update(
    const Tenant& tenant, const std::optional<ThingIndexing>& things,
    const std::optional<ThingGroupIndexing>& groups) {
    auto stored = read(tenant);
    if (!stored) return refuse(std::move(stored.error()));
    const IndexingConfiguration before = stored->configuration;
    if (things) stored->configuration.things = *things;
    if (groups) stored->configuration.groups = *groups;
    if (stored->configuration == before) return {};
    const auto key = key_of(tenant);
    const Error overtaken = registry::changed_meanwhile(words, "");
    storage::Batch batch;
    if (stored->revision == storage::Revision(0)) {
        batch.require(storage::IsAbsent{key}, overtaken);
    } else {
        batch.require(storage::HasRevision{key, stored->revision}, overtaken);
    }
    batch.put(key, encode(stored->configuration));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(registry::refused_by(written.error()));
    }
    return {};
}

}  // namespace gatehouse::indexing
