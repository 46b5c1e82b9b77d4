#include "api/iot/index_shapes.h"

#include <fmt/format.h>

#include <utility>

#include "api/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

constexpr std::size_t percents_max = 100;

std::unexpected<wire::Failure> invalid(std::string message, std::string field) {
    return failure_of({.refusal = registry::Refusal::InvalidRequest,
                       .message = std::move(message),
                       .field = std::move(field)});
}

std::vector<indexing::NamedField> fields_of(std::optional<std::vector<Field>> fields) {
    std::vector<indexing::NamedField> named;
    if (!fields) return named;
    for (Field& field : *fields) {
        named.push_back({std::move(field.name).value_or(""),
                         static_cast<indexing::FieldType>(field.type.value_or(FieldType::String))});
    }
    return named;
}

std::optional<std::vector<Field>> shapes_of(const std::vector<indexing::NamedField>& named) {
    if (named.empty()) return std::nullopt;
    std::vector<Field> fields;
    for (const indexing::NamedField& field : named) {
        fields.push_back({.name = field.name, .type = static_cast<FieldType>(field.type)});
    }
    return fields;
}

template <class T>
std::optional<T> unless_empty(T value) {
    if (value.empty()) return std::nullopt;
    return value;
}

template <class Mode>
Mode mode_of(bool is_on) {
    return static_cast<Mode>(is_on);  // of two, Off is the first
}

}  // namespace

wire::Outcome<indexing::IndexName> index_named(const std::string& name) {
    if (name == indexing::things_index) return indexing::IndexName::Things;
    if (name == indexing::thing_groups_index) return indexing::IndexName::ThingGroups;
    return failure_of({.refusal = registry::Refusal::ResourceNotFound,
                       .message = fmt::format("there is no index '{}'; there are {} and {}", name,
                                              indexing::things_index, indexing::thing_groups_index),
                       .field = "indexName"});
}

wire::Outcome<indexing::IndexName> index_asked(const std::optional<std::string>& name,
                                               const std::optional<std::string>& query_version) {
    if (query_version && *query_version != only_query_version) {
        return invalid(fmt::format("there is no query version '{}'; the only one is {}",
                                   *query_version, only_query_version),
                       "queryVersion");
    }
    return name ? index_named(*name) : indexing::IndexName::Things;
}

wire::Outcome<void> things_asked(const std::optional<std::string>& name,
                                 const std::optional<std::string>& query_version) {
    const auto index = index_asked(std::nullopt, query_version);
    if (!index) return std::unexpected(index.error());
    if (!name || *name == indexing::things_index) return {};
    return invalid(
        fmt::format("a dynamic group is of the index {}, not '{}'", indexing::things_index, *name),
        "indexName");
}

wire::Outcome<indexing::AggregationQuestion> question_of(
    const std::optional<std::string>& index, const std::optional<std::string>& query_version,
    const std::string& query, std::optional<std::string> field) {
    const auto name = index_asked(index, query_version);
    if (!name) return std::unexpected(name.error());
    return indexing::AggregationQuestion{
        .index = *name, .query = query, .field = std::move(field).value_or("")};
}

wire::Outcome<void> check_percents(const std::vector<double>& percents) {
    if (percents.size() <= percents_max) return {};
    return invalid(fmt::format("{} percents; there may be {}", percents.size(), percents_max),
                   "percents");
}

indexing::ThingIndexing indexing_of(ThingIndexingConfiguration configuration) {
    indexing::ThingIndexing indexing{
        .mode = static_cast<indexing::ThingIndexing::Mode>(configuration.thing_indexing_mode),
        .has_connectivity =
            configuration.thing_connectivity_indexing_mode == ThingConnectivityIndexingMode::Status,
        .has_violations =
            configuration.device_defender_indexing_mode == DeviceDefenderIndexingMode::Violations,
        .has_named_shadows =
            configuration.named_shadow_indexing_mode == NamedShadowIndexingMode::On,
        .custom_fields = fields_of(std::move(configuration.custom_fields))};
    if (!configuration.filter) return indexing;
    IndexingFilter& filter = *configuration.filter;
    indexing.shadow_names =
        std::move(filter.named_shadow_names).value_or(std::vector<std::string>());
    for (const GeoLocationTarget& place :
         filter.geo_locations.value_or(std::vector<GeoLocationTarget>())) {
        indexing.geo_locations.push_back(
            {place.name.value_or(""),
             std::string(to_text(place.order.value_or(TargetFieldOrder::LatLon)))});
    }
    return indexing;
}

indexing::ThingGroupIndexing indexing_of(ThingGroupIndexingConfiguration configuration) {
    return {.is_on = configuration.thing_group_indexing_mode == ThingGroupIndexingMode::On,
            .custom_fields = fields_of(std::move(configuration.custom_fields))};
}

ThingIndexingConfiguration shape_of(const indexing::ThingIndexing& indexing) {
    ThingIndexingConfiguration configuration{
        .thing_indexing_mode = static_cast<ThingIndexingMode>(indexing.mode),
        .thing_connectivity_indexing_mode =
            mode_of<ThingConnectivityIndexingMode>(indexing.has_connectivity),
        .device_defender_indexing_mode =
            mode_of<DeviceDefenderIndexingMode>(indexing.has_violations),
        .named_shadow_indexing_mode = mode_of<NamedShadowIndexingMode>(indexing.has_named_shadows),
        .managed_fields = shapes_of(managed_fields(indexing)),
        .custom_fields = shapes_of(indexing.custom_fields)};
    if (indexing.shadow_names.empty() && indexing.geo_locations.empty()) return configuration;
    configuration.filter.emplace();
    configuration.filter->named_shadow_names = unless_empty(indexing.shadow_names);
    std::vector<GeoLocationTarget> places;
    for (const indexing::GeoLocation& place : indexing.geo_locations) {
        TargetFieldOrder order = TargetFieldOrder::LatLon;
        from_text(place.order, order);
        places.push_back({.name = place.name, .order = order});
    }
    configuration.filter->geo_locations = unless_empty(std::move(places));
    return configuration;
}

ThingGroupIndexingConfiguration shape_of(const indexing::ThingGroupIndexing& indexing) {
    return {.thing_group_indexing_mode = mode_of<ThingGroupIndexingMode>(indexing.is_on),
            .managed_fields = shapes_of(managed_fields(indexing)),
            .custom_fields = shapes_of(indexing.custom_fields)};
}

IndexStatus shape_of(indexing::IndexWorker::State state) {
    using State = indexing::IndexWorker::State;
    switch (state) {
        case State::Active: return IndexStatus::Active;
        case State::Building: return IndexStatus::Building;
        case State::Rebuilding: return IndexStatus::Rebuilding;
    }
    return IndexStatus::Active;
}

Statistics shape_of(const indexing::Statistics& statistics) {
    Statistics shape{.count = static_cast<std::int32_t>(statistics.count)};
    if (!statistics.numbers) return shape;
    const auto& numbers = *statistics.numbers;
    shape.average = numbers.average;
    shape.sum = numbers.sum;
    shape.minimum = numbers.minimum;
    shape.maximum = numbers.maximum;
    shape.sum_of_squares = numbers.sum_of_squares;
    shape.variance = numbers.variance;
    shape.std_deviation = numbers.deviation;
    return shape;
}

std::vector<ThingDocument> shapes_of(std::vector<indexing::FoundThing> things) {
    std::vector<ThingDocument> shapes;
    for (indexing::FoundThing& thing : things) {
        ThingDocument& shape = shapes.emplace_back();
        shape.thing_name = std::move(thing.name);
        shape.thing_id = std::move(thing.id);
        shape.thing_type_name = unless_empty(std::move(thing.type));
        shape.thing_group_names = unless_empty(std::move(thing.groups));
        shape.attributes = std::move(thing.attributes);
        if (!thing.connectivity) continue;
        ThingConnectivity& connectivity = shape.connectivity.emplace();
        connectivity.connected = thing.connectivity->is_connected;
        if (thing.connectivity->since != WallTime()) {
            connectivity.timestamp = thing.connectivity->since.time_since_epoch().count();
        }
        connectivity.disconnect_reason = unless_empty(std::move(thing.connectivity->reason));
    }
    return shapes;
}

std::vector<ThingGroupDocument> shapes_of(std::vector<indexing::FoundGroup> groups) {
    std::vector<ThingGroupDocument> shapes;
    for (indexing::FoundGroup& group : groups) {
        shapes.push_back({.thing_group_name = std::move(group.name),
                          .thing_group_id = std::move(group.id),
                          .thing_group_description = unless_empty(std::move(group.description)),
                          .attributes = std::move(group.attributes),
                          .parent_group_names = unless_empty(std::move(group.parents))});
    }
    return shapes;
}

}  // namespace gatehouse::api::iot
