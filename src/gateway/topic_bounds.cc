#include "gateway/topic_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace gatehouse::gateway {
namespace {

// What clients ask of services on reserved topics. The rest there is for services to say.
constexpr auto requests = std::to_array<std::string_view>({
    "$aws/rules/#",
    "$aws/things/+/shadow/get",
    "$aws/things/+/shadow/update",
    "$aws/things/+/shadow/delete",
    "$aws/things/+/shadow/name/+/get",
    "$aws/things/+/shadow/name/+/update",
    "$aws/things/+/shadow/name/+/delete",
    "$aws/things/+/defender/metrics/json",
    "$aws/things/+/defender/metrics/cbor",
    "$aws/things/+/streams/+/get",
    "$aws/things/+/streams/+/get/+",
    "$aws/things/+/streams/+/describe",
    "$aws/things/+/streams/+/describe/+",
    "$aws/certificates/create/json",
    "$aws/certificates/create/cbor",
    "$aws/certificates/create-from-csr/json",
    "$aws/certificates/create-from-csr/cbor",
    "$aws/provisioning-templates/+/provision/json",
    "$aws/provisioning-templates/+/provision/cbor",
});
// Of these all is a request (the service answers those it does not know) but what it says itself.
constexpr std::string_view about_jobs = "$aws/things/+/jobs/#";
constexpr auto said_about_jobs = std::to_array<std::string_view>(
    {"$aws/things/+/jobs/notify", "$aws/things/+/jobs/notify-next"});
constexpr auto replies = std::to_array<std::string_view>({"/accepted", "/rejected"});

// Families that somebody may hear, after `$aws/`.
constexpr auto heard_families = std::to_array<std::string_view>(
    {"events", "things", "certificates", "provisioning-templates", "+", "#"});

// Families that are the server's own in profile open, where other topics with `$` are anybody's.
constexpr auto server_families = std::to_array<std::string_view>({"$aws/", "$SYS/", "$share/"});

constexpr std::string_view aws_prefix = "$aws/";
constexpr std::string_view rules_prefix = "$aws/rules/";

bool is_one_of(std::span<const std::string_view> filters, std::string_view topic) {
    return std::ranges::any_of(filters, [&](std::string_view filter) {
        return mqtt::matches(filter, topic, mqtt::MultiLevel::ChildrenOnly);
    });
}

bool is_request(std::string_view topic) {
    if (is_one_of(requests, topic)) return true;
    const bool is_reply = std::ranges::any_of(
        replies, [&](std::string_view reply) { return topic.ends_with(reply); });
    return is_one_of({&about_jobs, 1}, topic) && !is_reply && !is_one_of(said_about_jobs, topic);
}

bool is_heard(std::string_view filter) {
    const std::string_view rest = filter.substr(aws_prefix.size());
    return std::ranges::find(heard_families, rest.substr(0, rest.find('/'))) !=
           heard_families.end();
}

std::optional<std::string> broken_bound(mqtt::TopicBound bound, const Limits& limits) {
    switch (bound) {
        case mqtt::TopicBound::None: return std::nullopt;
        case mqtt::TopicBound::Bytes:
            return fmt::format("the topic has more than {} bytes", limits.topic_bytes_max);
        case mqtt::TopicBound::Levels:
            return fmt::format("the topic has more than {} levels ({} slashes)",
                               limits.topic_levels_max, limits.topic_levels_max - 1);
        case mqtt::TopicBound::ShareName:
            return fmt::format("the share name has more than {} characters",
                               limits.share_name_characters_max);
    }
    return std::nullopt;
}

}  // namespace

mqtt::TopicBounds topic_bounds(const Limits& limits) {
    return {.bytes_max = limits.topic_bytes_max,
            .levels_max = limits.topic_levels_max,
            .share_name_characters_max = limits.share_name_characters_max,
            .basic_ingest_is_free = true};
}

std::optional<std::string> publish_topic_problem(std::string_view topic, broker::Retain retain,
                                                 const Profile& profile) {
    const auto& limits = profile.limits;
    if (auto broken =
            broken_bound(mqtt::broken_bound_of_name(topic, topic_bounds(limits)), limits)) {
        return broken;
    }
    if (!topic.starts_with('$')) return std::nullopt;
    if (topic.starts_with(aws_prefix) && is_request(topic)) {
        if (retain == broker::Retain::No) return std::nullopt;
        return "no message is retained on a topic that begins with '$aws/'; publish without RETAIN";
    }
    const bool is_servers = std::ranges::any_of(
        server_families, [&](std::string_view family) { return topic.starts_with(family); });
    if (profile.name == ProfileName::Open && !is_servers) return std::nullopt;
    return "topics that begin with '$' are reserved; clients cannot publish to this one";
}

bool is_unserved(std::string_view filter, const Profile& profile) {
    const std::string_view asked = mqtt::split_filter(filter).filter;
    if (!asked.starts_with('$')) return false;
    if (asked.starts_with(aws_prefix)) return !is_heard(asked);
    return profile.name != ProfileName::Open;
}

std::optional<std::string> filter_problem(std::string_view filter, const Profile& profile) {
    // MQTT 3.1.1 knows no shared subscriptions; AWS serves them all the same.
    if (filter.starts_with("$share/") &&
        mqtt::check_topic_filter(filter, mqtt::SharedSyntax::Checked) != mqtt::TopicProblem::None) {
        return "a shared subscription has the form $share/NAME/FILTER, its name without '+' and "
               "'#'";
    }
    const auto& limits = profile.limits;
    if (auto broken =
            broken_bound(mqtt::broken_bound_of_filter(filter, topic_bounds(limits)), limits)) {
        return broken;
    }
    if (!is_unserved(filter, profile)) return std::nullopt;
    if (mqtt::split_filter(filter).filter.starts_with(rules_prefix)) {
        return "what is published below $aws/rules/ is for its rule alone; nobody can subscribe to "
               "it";
    }
    return "topics that begin with '$' are reserved; this one is not served";
}

}  // namespace gatehouse::gateway
