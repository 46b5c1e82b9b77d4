#include "mqtt/topic.h"

#include <algorithm>

#include "base/character_count.h"
#include "mqtt/utf8.h"
#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

constexpr std::string_view share_prefix = "$share/";
constexpr std::string_view basic_ingest_prefix = "$aws/rules/";

TopicProblem check_as_text(std::string_view text) {
    if (text.empty()) return TopicProblem::Empty;
    if (text.size() > string_size_max) return TopicProblem::TooLong;
    switch (check_text(text)) {
        case TextProblem::None: return TopicProblem::None;
        case TextProblem::NotUtf8: return TopicProblem::NotUtf8;
        case TextProblem::Nul: return TopicProblem::Nul;
    }
    return TopicProblem::None;
}

TopicProblem check_wildcards(std::string_view filter) {
    for (auto level = Levels(filter).begin(); level != std::default_sentinel; ++level) {
        if ((*level).find('#') != std::string_view::npos && (*level != "#" || !level.is_last())) {
            return TopicProblem::MultiLevelMisplaced;
        }
        if ((*level).find('+') != std::string_view::npos && *level != "+") {
            return TopicProblem::SingleLevelMisplaced;
        }
    }
    return TopicProblem::None;
}

TopicProblem check_shared(std::string_view filter) {
    filter.remove_prefix(share_prefix.size());
    const std::size_t slash = filter.find('/');
    const std::string_view name = filter.substr(0, slash);
    if (name.empty() || has_wildcard(name)) return TopicProblem::ShareNameInvalid;
    if (slash == std::string_view::npos || slash + 1 == filter.size()) {
        return TopicProblem::ShareFilterMissing;
    }
    return check_wildcards(filter.substr(slash + 1));
}

TopicBound broken_bound(std::string_view topic, const TopicBounds& bounds) {
    if (bounds.basic_ingest_is_free) topic = without_basic_ingest_prefix(topic);
    if (topic.size() > bounds.bytes_max) return TopicBound::Bytes;
    if (level_count(topic) > bounds.levels_max) return TopicBound::Levels;
    return TopicBound::None;
}

DecodeError error_of(ReasonCode reason, std::string_view clause, std::string_view subject,
                     std::string_view text) {
    return {reason, clause, subject, text};
}

}  // namespace

DecodeError topic_error(TopicProblem problem, ProtocolVersion version, std::string_view subject) {
    using enum ReasonCode;
    switch (problem) {
        case TopicProblem::None: break;
        case TopicProblem::Empty:
            return error_of(subject == "Topic Filter" ? TopicFilterInvalid : TopicNameInvalid,
                            "MQTT-4.7.3-1", subject, "must be at least one character long");
        case TopicProblem::TooLong:
            return error_of(MalformedPacket, "MQTT-4.7.3-3", subject,
                            "must not be longer than 65,535 bytes");
        case TopicProblem::NotUtf8:
            return *wire::text_error(TextProblem::NotUtf8, version, subject);
        case TopicProblem::Nul: return *wire::text_error(TextProblem::Nul, version, subject);
        case TopicProblem::WildcardInName:
            return error_of(TopicNameInvalid, "MQTT-3.3.2-2", subject,
                            "must not contain the wildcards '+' and '#'");
        case TopicProblem::MultiLevelMisplaced:
            return error_of(TopicFilterInvalid, clause(version, "MQTT-4.7.1-2", "MQTT-4.7.1-1"),
                            subject, "'#' must be the whole last level");
        case TopicProblem::SingleLevelMisplaced:
            return error_of(TopicFilterInvalid, clause(version, "MQTT-4.7.1-3", "MQTT-4.7.1-2"),
                            subject, "'+' must be a whole level");
        case TopicProblem::ShareNameInvalid:
            return error_of(TopicFilterInvalid, "MQTT-4.8.2-1", subject,
                            "'$share/' must be followed by a share name without '+' and '#'");
        case TopicProblem::ShareFilterMissing:
            return error_of(TopicFilterInvalid, "MQTT-4.8.2-2", subject,
                            "the share name must be followed by '/' and a topic filter");
    }
    return error_of(Success, "", subject, "is valid");
}

TopicProblem check_topic_name(std::string_view name) {
    if (!name.empty() && name.size() <= string_size_max && is_plain_topic_name(name)) {
        return TopicProblem::None;
    }
    const TopicProblem problem = check_as_text(name);
    if (problem != TopicProblem::None) return problem;
    return has_wildcard(name) ? TopicProblem::WildcardInName : TopicProblem::None;
}

TopicProblem check_topic_filter(std::string_view filter, SharedSyntax syntax) {
    const TopicProblem problem = check_as_text(filter);
    if (problem != TopicProblem::None) return problem;
    if (syntax == SharedSyntax::Checked && filter.starts_with(share_prefix)) {
        return check_shared(filter);
    }
    return check_wildcards(filter);
}

FilterParts split_filter(std::string_view filter) {
    if (!filter.starts_with(share_prefix)) return {{}, filter};
    const std::string_view rest = filter.substr(share_prefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos) return {{}, filter};
    return {rest.substr(0, slash), rest.substr(slash + 1)};
}

bool has_wildcard(std::string_view filter) {
    return filter.find_first_of("+#") != std::string_view::npos;
}

std::size_t level_count(std::string_view topic) {
    return static_cast<std::size_t>(std::ranges::count(topic, '/')) + 1;
}

bool matches(std::string_view filter, std::string_view name, MultiLevel multi_level) {
    if (name.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) {
        return false;
    }
    while (true) {
        if (filter == "#") return true;
        const std::size_t filter_slash = filter.find('/');
        const std::size_t name_slash = name.find('/');
        const std::string_view level = filter.substr(0, filter_slash);
        if (level != "+" && level != name.substr(0, name_slash)) return false;
        if (filter_slash == std::string_view::npos || name_slash == std::string_view::npos) {
            if (filter_slash == name_slash) return true;
            return multi_level == MultiLevel::IncludesParent &&
                   filter_slash != std::string_view::npos && filter.substr(filter_slash) == "/#";
        }
        filter.remove_prefix(filter_slash + 1);
        name.remove_prefix(name_slash + 1);
    }
}

TopicBound broken_bound_of_name(std::string_view name, const TopicBounds& bounds) {
    return broken_bound(name, bounds);
}

TopicBound broken_bound_of_filter(std::string_view filter, const TopicBounds& bounds) {
    const FilterParts parts = split_filter(filter);
    if (character_count(parts.share_name) > bounds.share_name_characters_max) {
        return TopicBound::ShareName;
    }
    return broken_bound(parts.filter, bounds);
}

std::string_view without_basic_ingest_prefix(std::string_view topic) {
    if (!topic.starts_with(basic_ingest_prefix)) return topic;
    const std::size_t slash = topic.find('/', basic_ingest_prefix.size());
    return slash == std::string_view::npos ? std::string_view() : topic.substr(slash + 1);
}

std::optional<std::string_view> basic_ingest_rule(std::string_view topic) {
    if (!topic.starts_with(basic_ingest_prefix)) return std::nullopt;
    topic.remove_prefix(basic_ingest_prefix.size());
    return topic.substr(0, topic.find('/'));
}

}  // namespace gatehouse::mqtt
