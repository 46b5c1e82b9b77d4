// Topic names and topic filters: what is valid, their levels, whether they match, and the bounds
// that a service puts on them.
//
// Pure; views point into the text passed in.
// Source: MQTT 3.1.1 and MQTT 5 section 4.7, MQTT 5 section 4.8.2 (shared subscriptions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "mqtt/decode_error.h"
#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

enum class TopicProblem : std::uint8_t {
    None,
    Empty,
    TooLong,               // over 65,535 bytes
    NotUtf8,               // not well-formed UTF-8
    Nul,                   // holds U+0000
    WildcardInName,        // '+' or '#' in a topic name
    MultiLevelMisplaced,   // '#' that is not alone in the last level
    SingleLevelMisplaced,  // '+' that shares its level with other characters
    ShareNameInvalid,      // "$share//...", or '+' or '#' in the share name
    ShareFilterMissing,    // "$share/name" without "/filter"
};

// What the problem means as an answer to the packet that brought it. The subject is the caller's
// ("Topic Name", "Will Topic"). Requires: problem != None.
DecodeError topic_error(TopicProblem problem, ProtocolVersion version, std::string_view subject);

// Whether a message may be published to it.
TopicProblem check_topic_name(std::string_view name);

enum class SharedSyntax : std::uint8_t {
    Checked,  // "$share/..." must be a well-formed shared subscription (MQTT 5, and brokers that
              // offer shared subscriptions to 3.1.1)
    Plain,    // "$share" is a level like any other (MQTT 3.1.1 by its specification)
};
// Whether it may be subscribed to.
TopicProblem check_topic_filter(std::string_view filter,
                                SharedSyntax syntax = SharedSyntax::Checked);

// A filter taken apart: "$share/group/a/+" is {"group", "a/+"}, "a/+" is {"", "a/+"}.
struct FilterParts {
    std::string_view share_name;  // empty: not shared
    std::string_view filter;

    bool is_shared() const { return !share_name.empty(); }
};
// Requires: check_topic_filter(filter) == None. What is not a well-formed shared subscription
// comes back as a plain filter.
FilterParts split_filter(std::string_view filter);

bool has_wildcard(std::string_view filter);

// Number of levels: one more than slashes.
std::size_t level_count(std::string_view topic);

// The levels of a name or filter, one after the other; empty levels count.
//
//   for (std::string_view level : Levels(topic)) ...
class Levels {
public:
    explicit Levels(std::string_view topic) : topic_(topic) {}

    class Iterator {
    public:
        using difference_type = std::ptrdiff_t;
        using value_type = std::string_view;

        Iterator() = default;
        explicit Iterator(std::string_view rest) : rest_(rest), done_(false) { cut(); }
        std::string_view operator*() const { return level_; }
        Iterator& operator++() {
            if (last_) {
                done_ = true;
            } else {
                rest_.remove_prefix(level_.size() + 1);
                cut();
            }
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return done_; }
        bool is_last() const { return last_; }

    private:
        void cut() {
            const std::size_t slash = rest_.find('/');
            last_ = slash == std::string_view::npos;
            level_ = rest_.substr(0, slash);
        }

        std::string_view rest_;
        std::string_view level_;
        bool last_ = false;
        bool done_ = true;
    };

    Iterator begin() const { return Iterator(topic_); }
    std::default_sentinel_t end() const { return {}; }

private:
    std::string_view topic_;
};

// Whether "sensor/#" matches "sensor".
enum class MultiLevel : std::uint8_t {
    IncludesParent,  // the specification, section 4.7.1.2
    ChildrenOnly,    // AWS IoT Core: developer guide, "MQTT", "AWS IoT differences from MQTT"
};

// Whether the filter (without "$share/name/") matches the name. Wildcards at the first level do
// not match names that begin with '$' [MQTT-4.7.2-1]. The plain reference for faster structures.
// Requires: both are valid.
bool matches(std::string_view filter, std::string_view name,
             MultiLevel multi_level = MultiLevel::IncludesParent);

// Bounds of a service, beyond those of the specification.
struct TopicBounds {
    std::size_t bytes_max = string_size_max;
    std::size_t levels_max = SIZE_MAX;
    std::size_t share_name_characters_max = string_size_max;
    // Whether "$aws/rules/RULE/" at the front is left out of the count (Basic Ingest).
    bool basic_ingest_is_free = false;

    bool operator==(const TopicBounds&) const = default;
};
// AWS IoT Core: "Message broker and protocol limits and quotas" (256 bytes, 7 slashes, share name
// of 128 characters) with the exemptions for Basic Ingest and for the two slashes of
// "$share/NAME/".
inline constexpr TopicBounds aws_topic_bounds{.bytes_max = 256,
                                              .levels_max = 8,
                                              .share_name_characters_max = 128,
                                              .basic_ingest_is_free = true};

enum class TopicBound : std::uint8_t { None, Bytes, Levels, ShareName };

// The bound that a valid name breaks, None if it keeps within all.
TopicBound broken_bound_of_name(std::string_view name, const TopicBounds& bounds);
// The same for a valid filter; "$share/NAME/" counts neither as bytes nor as levels.
TopicBound broken_bound_of_filter(std::string_view filter, const TopicBounds& bounds);

// What Basic Ingest leaves to count: "a/b" of "$aws/rules/RULE/a/b", empty if nothing follows the
// rule name; other topics unchanged.
std::string_view without_basic_ingest_prefix(std::string_view topic);
// "RULE" of "$aws/rules/RULE" and "$aws/rules/RULE/a/b"; none: it is no topic of Basic Ingest.
std::optional<std::string_view> basic_ingest_rule(std::string_view topic);

}  // namespace gatehouse::mqtt
