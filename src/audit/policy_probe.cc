#include "audit/policy_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "policy/compiled_policies.h"
#include "policy/pattern.h"
#include "policy/variables.h"

namespace gatehouse::audit {
namespace {

// A name that no policy has in mind.
constexpr std::string_view stranger = "7f1c9a44-audited-by-name-of-nobody";

struct Probe {
    policy::Action action;
    std::string_view name;  // "{}": the stranger's
};

using enum policy::Action;
constexpr std::array<Probe, 19> probes{{
    {Connect, "{}"},
    {Publish, "$aws/things/{}/shadow/update"},
    {Publish, "$aws/things/{}/shadow/get"},
    {Publish, "$aws/things/{}/shadow/delete"},
    {Publish, "$aws/things/{}/jobs/{}/update"},
    {Publish, "{}"},
    {Subscribe, "$aws/things/{}/shadow/update"},
    {Subscribe, "$aws/things/{}/shadow/update/accepted"},
    {Subscribe, "$aws/things/{}/jobs/notify"},
    {Subscribe, "$aws/things/+/shadow/update"},
    {Subscribe, "$aws/things/+/shadow/#"},
    {Subscribe, "$aws/things/#"},
    {Subscribe, "{}"},
    {GetThingShadow, "{}"},
    {UpdateThingShadow, "{}"},
    {DeleteThingShadow, "{}"},
    {DescribeJobExecution, "{}"},
    {GetPendingJobExecutions, "{}"},
    {UpdateJobExecution, "{}"},
}};

std::string with_name(std::string_view name, std::string_view of_thing) {
    std::string text;
    for (std::size_t at = 0; at < name.size();) {
        if (name.substr(at, 2) == "{}") {
            text += of_thing;
            at += 2;
        } else {
            text += name[at++];
        }
    }
    return text;
}

// Of a client of a name of its choice, which is attached to no thing.
policy::Variables strangers_variables() {
    policy::Variables variables;
    constexpr const char* nothing = "the client is attached to no thing";
    variables.set_family_absent("iot:Connection.Thing.", nothing);
    variables.set("iot:Connection.Thing.IsAttached", std::string("false"));
    variables.set("iot:ClientId", std::string(stranger));
    variables.set("aws:SourceIp", std::string("203.0.113.7"));
    return variables;
}

// "topicfilter" of "arn:aws:iot:us-east-1:123456789012:topicfilter/a/b", and "a/b".
struct NamedPart {
    std::string_view type;
    std::string_view name;
};
std::optional<NamedPart> named_part(std::string_view arn) {
    for (int colons = 0; colons < 5; ++colons) {
        const auto colon = arn.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        arn.remove_prefix(colon + 1);
    }
    const auto slash = arn.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    return NamedPart{arn.substr(0, slash), arn.substr(slash + 1)};
}

bool has_mqtt_wildcard(std::string_view filter) {
    while (true) {
        const auto slash = std::min(filter.find('/'), filter.size());
        const std::string_view level = filter.substr(0, slash);
        if (level == "+" || level == "#") return true;
        if (slash == filter.size()) return false;
        filter.remove_prefix(slash + 1);
    }
}

// Filters with one wildcard that take what `name` does, and more.
std::vector<std::string> wider_filters(std::string_view name) {
    std::vector<std::string> filters;
    for (std::size_t begin = 0; begin <= name.size();) {
        const auto end = std::min(name.find('/', begin), name.size());
        const std::string before(name.substr(0, begin));
        filters.push_back(before + "+" + std::string(name.substr(end)));
        filters.push_back(before + "#");
        begin = end + 1;
    }
    return filters;
}

bool names_action(const policy::Statement& statement, std::string_view action) {
    const bool is_named = std::ranges::any_of(statement.actions, [&](const std::string& pattern) {
        return policy::action_matches(pattern, action);
    });
    return is_named == (statement.action_listing == policy::Listing::These);
}

// A text that the pattern takes; none: it depends on who asks.
std::optional<std::string> sample_of(const policy::Pattern& pattern) {
    if (!pattern.variables().empty()) return std::nullopt;
    std::string sample = pattern.text();
    std::ranges::replace(sample, '*', 'x');
    std::ranges::replace(sample, '?', 'x');
    return sample;
}

}  // namespace

std::optional<std::string> broad_permission(const std::vector<policy::PolicySource>& sources,
                                            const Tenant& tenant) {
    const auto policies = policy::compile(sources, strangers_variables(), tenant);
    for (const Probe& probe : probes) {
        if (!policies->decide(probe.action, with_name(probe.name, stranger)).allowed()) continue;
        return fmt::format("{} on {}/{}", policy::name_of(probe.action),
                           policy::name_of(policy::resource_type_of(probe.action)),
                           with_name(probe.name, "ANY"));
    }
    return std::nullopt;
}

Misconfiguration misconfiguration_of(const policy::DocumentPointer& document, const Tenant& tenant,
                                     std::string& where) {
    const auto policies =
        policy::compile({{"the policy", document}}, strangers_variables(), tenant);
    for (const policy::Statement& statement : document->statements) {
        if (statement.effect != policy::Effect::Deny ||
            statement.resource_listing != policy::Listing::These) {
            continue;
        }
        const bool is_about_filters = names_action(statement, "iot:Subscribe");
        for (const policy::Pattern& resource : statement.resources) {
            const auto sample = sample_of(resource);
            const auto part = sample ? named_part(*sample) : std::nullopt;
            if (!part || (part->type != "topic" && part->type != "topicfilter")) continue;
            where = resource.text();
            if (has_mqtt_wildcard(part->name)) return Misconfiguration::WildcardsInDeny;
            if (!is_about_filters || part->type != "topicfilter") continue;
            if (!policies->decide(Receive, part->name).allowed()) continue;
            const bool is_open =
                std::ranges::any_of(wider_filters(part->name), [&](const std::string& filter) {
                    return policies->decide(Subscribe, filter).allowed();
                });
            if (is_open) return Misconfiguration::DeniedFilterAllowed;
        }
    }
    return Misconfiguration::None;
}

}  // namespace gatehouse::audit
