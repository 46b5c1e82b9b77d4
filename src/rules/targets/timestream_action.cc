// The action timestream: each member of the message becomes a record of a table.
// Source: AWS IoT Developer Guide, "Timestream"; Amazon Timestream API Reference, WriteRecords.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/arn.h"
#include "rules/targets/aws_action.h"
#include "rules/targets/aws_actions.h"
#include "sql/decimal.h"
#include "sql/value.h"

namespace gatehouse::rules {
namespace {

constexpr std::array<std::string_view, 4> time_units{"MILLISECONDS", "SECONDS", "MICROSECONDS",
                                                     "NANOSECONDS"};
constexpr std::size_t dimensions_max = 128;
constexpr std::size_t timestream_records_max = 100;  // of one request

bool is_dimension_name(std::string_view name) {
    return name != "measure_name" && name != "time" && !name.starts_with("measure_value") &&
           !name.starts_with("ts_") && !name.contains(':');
}

struct Measure {
    std::string_view type;
    std::string value;
};

// Nothing: null says nothing.
std::optional<Measure> measure_of(const sql::Document& document, sql::Document::Place at) {
    const auto value = sql::Value::at(document, at, sql::Version::V2016);
    if (const bool* truth = value.truth()) return Measure{"BOOLEAN", *truth ? "true" : "false"};
    if (const sql::Text* text = value.text()) return Measure{"VARCHAR", std::string(text->view())};
    if (const sql::Number* number = value.number()) {
        const bool has_point = document.token(at).find_first_of(".eE") != std::string_view::npos;
        return Measure{has_point ? "DOUBLE" : "BIGINT", number->value.text()};
    }
    if (value.is_null()) return std::nullopt;
    return Measure{"VARCHAR", sql::to_json(value)};
}

struct Dimension {
    std::string name;
    Text value;
};

class TimestreamAction final : public AwsAction {
public:
    explicit TimestreamAction(const ActionParts& parts)
        : AwsAction(AwsService::Timestream,
                    {"TimestreamAction", "TimestreamTable", "Failed to write records."}, parts) {}

    std::string resource(const Job& job) const override {
        return fmt::format("{}/{}", job.text(database), job.text(target));
    }

    Result<Call> call(const Job& job) const override {
        sql::Document document;
        if (!job.is_json || !document.parse(*job.payload) ||
            document.kind(0) != sql::Document::Kind::Object) {
            return fail(ErrorKind::InvalidInput,
                        "records are made of the members of an object, and the result is none");
        }
        auto common = common_attributes(job);
        if (!common) return fail(std::move(common.error()));
        json::array records;
        for (auto at = document.first(0); at != document.end(0);) {
            const auto place = document.next(at);
            if (const auto measure = measure_of(document, place)) {
                records.push_back(json::object{{"MeasureName", sql::unescape(document.token(at))},
                                               {"MeasureValue", measure->value},
                                               {"MeasureValueType", measure->type}});
            }
            at = document.next(place);
        }
        if (records.empty() || records.size() > timestream_records_max) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("1 to {} members can be written at once, not {}",
                                    timestream_records_max, records.size()));
        }
        return json_call("Timestream_20181101.WriteRecords", JsonVersion::V1_0,
                         to_text(json::object{{"DatabaseName", job.text(database)},
                                              {"TableName", job.text(target)},
                                              {"CommonAttributes", std::move(*common)},
                                              {"Records", std::move(records)}}));
    }

    RoleNeed need(const Job& job) const override {
        return {
            "timestream:WriteRecords",
            make_arn(job.rule->tenant, "timestream",
                     fmt::format("database/{}/table/{}", job.text(database), job.text(target)))};
    }

    Text database;
    std::vector<Dimension> dimensions;
    std::optional<Text> time;
    std::string time_unit{time_units[0]};

private:
    Result<json::object> common_attributes(const Job& job) const {
        json::array made;
        for (const Dimension& dimension : dimensions) {
            if (job.text(dimension.value).empty()) {
                return fail(ErrorKind::InvalidInput,
                            fmt::format("the dimension {} comes to nothing", dimension.name));
            }
            made.push_back(
                json::object{{"Name", dimension.name}, {"Value", job.text(dimension.value)}});
        }
        std::string at =
            std::to_string(parts().clock->wall_now().time_since_epoch().count());  // milliseconds
        if (time) {
            const auto number = sql::Decimal::parse(job.text(*time));
            const auto whole = number ? number->to_int64() : std::nullopt;
            if (!whole || *whole < 0) {
                return fail(ErrorKind::InvalidInput, "timestamp.value comes to no whole number");
            }
            at = std::to_string(*whole);
        }
        return json::object{
            {"Dimensions", std::move(made)}, {"Time", std::move(at)}, {"TimeUnit", time_unit}};
    }
};

void read_timestamp(Parameters& parameters, TimestreamAction& action) {
    auto timestamp = parameters.object("timestamp");
    if (!timestamp) return;
    action.time = timestamp->text("value");
    action.time_unit = timestamp->choice("unit", time_units);
}

}  // namespace

Result<ActionPtr> make_timestream_action(Parameters& parameters, const ActionParts& parts) {
    auto action = std::make_shared<TimestreamAction>(parts);
    action->role = parameters.role_arn();
    action->database = parameters.text("databaseName");
    action->target = parameters.text("tableName");
    for (Parameters& each : parameters.objects("dimensions", 1, dimensions_max)) {
        Dimension dimension{.name = each.literal("name"), .value = each.text("value")};
        if (!is_dimension_name(dimension.name)) {
            each.refuse("name", "is one of Timestream's own, which dimensions cannot have");
        }
        action->dimensions.push_back(std::move(dimension));
    }
    read_timestamp(parameters, *action);
    check_endpoint(parameters, parts, AwsService::Timestream, "tableName");
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return action;
}

}  // namespace gatehouse::rules
