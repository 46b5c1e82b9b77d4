// Any text as topic name and filter: the checks agree with each other, and matching agrees with a
// comparison level by level.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "mqtt/topic.h"
#include "mqtt/utf8.h"

namespace gatehouse::mqtt {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::vector<std::string_view> split(std::string_view topic) {
    std::vector<std::string_view> levels;
    for (const std::string_view level : Levels(topic)) levels.push_back(level);
    return levels;
}

bool matches_by_level(std::string_view filter, std::string_view name, MultiLevel multi_level) {
    const auto wanted = split(filter);
    const auto given = split(name);
    if (name.starts_with('$') && (wanted[0] == "+" || wanted[0] == "#")) return false;
    const bool open = wanted.back() == "#";
    const std::size_t fixed = wanted.size() - (open ? 1 : 0);
    if (given.size() < fixed || (!open && given.size() != fixed)) return false;
    if (open && fixed != 0 && given.size() == fixed && multi_level == MultiLevel::ChildrenOnly) {
        return false;
    }
    for (std::size_t i = 0; i < fixed; ++i) {
        if (wanted[i] != "+" && wanted[i] != given[i]) return false;
    }
    return true;
}

void check_name(std::string_view name) {
    const bool valid = !name.empty() && name.size() <= string_size_max && is_utf8(name) &&
                       name.find('\0') == std::string_view::npos && !has_wildcard(name);
    require((check_topic_name(name) == TopicProblem::None) == valid);
    require(level_count(name) == split(name).size());
    // A name without wildcards is a filter too.
    if (valid) require(check_topic_filter(name, SharedSyntax::Plain) == TopicProblem::None);
}

void check_filter(std::string_view filter) {
    if (check_topic_filter(filter) != TopicProblem::None) return;
    const FilterParts parts = split_filter(filter);
    require(check_topic_filter(parts.filter, SharedSyntax::Plain) == TopicProblem::None);
    if (parts.is_shared()) {
        require("$share/" + std::string(parts.share_name) + "/" + std::string(parts.filter) ==
                filter);
    }
    broken_bound_of_filter(filter, aws_topic_bounds);
}

}  // namespace
}  // namespace gatehouse::mqtt

// The input is a filter and a name with a line feed between.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::mqtt;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = input.find('\n');
    const std::string filter(input.substr(0, cut));
    const std::string name(cut == std::string_view::npos ? "" : input.substr(cut + 1));
    check_name(filter);
    check_name(name);
    check_filter(filter);
    if (check_topic_filter(filter, SharedSyntax::Plain) != TopicProblem::None ||
        check_topic_name(name) != TopicProblem::None) {
        return 0;
    }
    broken_bound_of_name(name, aws_topic_bounds);
    for (const auto multi_level : {MultiLevel::IncludesParent, MultiLevel::ChildrenOnly}) {
        require(matches(filter, name, multi_level) == matches_by_level(filter, name, multi_level));
    }
    return 0;
}
