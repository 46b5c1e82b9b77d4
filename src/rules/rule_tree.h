// Which rules listen to a topic: a tree of filters by levels, made once and only read.
//
// It matches as the broker's tree of subscriptions does (broker/topic_tree.h): a topic that begins
// with `$` is not matched by a filter that begins with a wildcard. The cost depends on the levels
// of the topic and on the wildcards in filters that share its beginnings, not on how many rules
// there are.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/profile.h"

namespace gatehouse::rules {

class RuleTree {
public:
    using Rule = std::uint32_t;  // whatever the owner numbers

    explicit RuleTree(ParentMatch parent_match) : parent_match_(parent_match) {}

    // Requires: a valid filter.
    void add(std::string_view filter, Rule rule);
    // Appends the rules of every filter that matches. Requires: a valid topic.
    void match(std::string_view topic, std::vector<Rule>& found) const;

private:
    using NodeIndex = std::uint32_t;
    struct Node {
        std::map<std::string, NodeIndex, std::less<>> children;  // by level; "+" among them
        std::vector<Rule> end;                                   // filters that end here
        std::vector<Rule> rest;                                  // filters that end in "#" below
    };
    void collect(NodeIndex at, std::string_view rest, bool is_first,
                 std::vector<Rule>& found) const;

    ParentMatch parent_match_;
    std::vector<Node> nodes_{1};
};

}  // namespace gatehouse::rules
