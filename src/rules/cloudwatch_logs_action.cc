#include "rules/cloudwatch_logs_action.h"

#include <fmt/format.h>

#include <utility>

#include "base/arn.h"
#include "base/json.h"

namespace gatehouse::rules {
namespace {

struct LogParameters {
    std::string role_arn;
    Text group;
    bool is_batch = false;
};

constexpr std::size_t log_entries_max = 10'000;  // of PutLogEvents

// [{"timestamp": MILLISECONDS, "message": TEXT}, …]
Result<std::vector<LogEntry>> entries_of(std::string_view payload) {
    const auto parsed = parse_json(payload, "the result");
    const auto wrong = [] {
        return fail(ErrorKind::InvalidInput,
                    "with batchMode the result has to be a list of {\"timestamp\": milliseconds, "
                    "\"message\": text}, of at most 10,000");
    };
    if (!parsed || !parsed->is_array() || parsed->get_array().size() > log_entries_max) {
        return wrong();
    }
    std::vector<LogEntry> entries;
    for (const json::value& each : parsed->get_array()) {
        const json::object* const object = each.if_object();
        if (object == nullptr) return wrong();
        const json::value* const timestamp = object->if_contains("timestamp");
        const json::value* const message = object->if_contains("message");
        if (timestamp == nullptr || !timestamp->is_int64() || message == nullptr ||
            !message->is_string()) {
            return wrong();
        }
        entries.push_back({timestamp->get_int64(), std::string(message->get_string())});
    }
    return entries;
}

class CloudwatchLogsAction final : public Action {
public:
    CloudwatchLogsAction(LogParameters parameters, const ActionParts& parts)
        : parameters_(std::move(parameters)),
          logs_(parts.logs),
          roles_(parts.roles),
          clock_(parts.clock) {}

    std::string_view name() const override { return "CloudwatchLogsAction"; }
    std::string resource(const Job& job) const override {
        return std::string(job.text(parameters_.group));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"LogGroupName", resource(job)}};
    }
    std::string_view role_arn() const override { return parameters_.role_arn; }

    async::Task<Result<Done>> perform(const Job& job, Deadline) const override {
        std::string group = resource(job);
        std::vector<LogEntry> entries;
        if (parameters_.is_batch) {
            auto read = entries_of(*job.payload);
            if (!read) co_return fail(std::move(read.error()));
            entries = std::move(*read);
        } else {
            entries.push_back({clock_->wall_now().time_since_epoch().count(), *job.payload});
        }
        RoleNeed need{"logs:PutLogEvents",
                      make_arn(job.rule->tenant, "logs", "log-group:" + group + ":*")};
        auto allowed = co_await roles_->check(job.rule, parameters_.role_arn, std::move(need));
        if (!allowed) co_return fail(std::move(allowed.error()));
        if (entries.empty()) co_return Done{"the result is an empty list"};
        auto put = co_await logs_->put(job.rule->tenant, std::move(group), job.rule->name,
                                       std::move(entries));
        if (!put) co_return fail(std::move(put.error()));
        co_return Done{};
    }

private:
    const LogParameters parameters_;
    LogDoor* const logs_;
    RoleDoor* const roles_;
    const Clock* const clock_;
};

}  // namespace

Result<ActionPtr> make_cloudwatch_logs_action(Parameters& parameters, const ActionParts& parts) {
    LogParameters made{.role_arn = parameters.role_arn(),
                       .group = parameters.text("logGroupName"),
                       .is_batch = parameters.truth("batchMode", false)};
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<CloudwatchLogsAction>(std::move(made), parts);
}

}  // namespace gatehouse::rules
