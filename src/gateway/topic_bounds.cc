#include "gateway/topic_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace gatehouse::gateway {
namespace {

// Families on which clients may publish.
constexpr std::array<std::string_view, 4> published_families{
    "$aws/rules/", "$aws/things/", "$aws/certificates/", "$aws/provisioning-templates/"};

// Families that are the server's own in profile open, where other topics with `$` are anybody's.
constexpr std::array<std::string_view, 3> server_families{"$aws/", "$SYS/", "$share/"};

template <std::size_t Count>
bool is_in(const std::array<std::string_view, Count>& families, std::string_view topic) {
    return std::ranges::any_of(families,
                               [&](std::string_view family) { return topic.starts_with(family); });
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
            return fmt::format("the share name has more than {} bytes",
                               limits.share_name_bytes_max);
    }
    return std::nullopt;
}

}  // namespace

mqtt::TopicBounds topic_bounds(const Limits& limits) {
    return {.bytes_max = limits.topic_bytes_max,
            .levels_max = limits.topic_levels_max,
            .share_name_bytes_max = limits.share_name_bytes_max,
            .basic_ingest_is_free = true};
}

std::optional<std::string> publish_topic_problem(std::string_view topic, const Profile& profile) {
    const auto& limits = profile.limits;
    if (auto broken =
            broken_bound(mqtt::broken_bound_of_name(topic, topic_bounds(limits)), limits)) {
        return broken;
    }
    if (!topic.starts_with('$')) return std::nullopt;
    if (is_in(published_families, topic)) return std::nullopt;
    if (profile.name == ProfileName::Open && !is_in(server_families, topic)) return std::nullopt;
    return "topics that begin with '$' are reserved; clients cannot publish to this one";
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
    if (!filter.starts_with('$') || filter.starts_with("$aws/") || filter.starts_with("$share/")) {
        return std::nullopt;
    }
    if (profile.name == ProfileName::Open) return std::nullopt;
    return "topics that begin with '$' are reserved; this one is not served";
}

}  // namespace gatehouse::gateway
