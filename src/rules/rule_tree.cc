#include "rules/rule_tree.h"

#include "mqtt/topic.h"

namespace gatehouse::rules {

void RuleTree::add(std::string_view filter, Rule rule) {
    NodeIndex at = 0;
    for (const std::string_view level : mqtt::Levels(filter)) {
        if (level == "#") {
            nodes_[at].rest.push_back(rule);
            return;
        }
        const auto found = nodes_[at].children.find(level);
        if (found != nodes_[at].children.end()) {
            at = found->second;
            continue;
        }
        const auto next = static_cast<NodeIndex>(nodes_.size());
        nodes_[at].children.emplace(level, next);
        nodes_.emplace_back();
        at = next;
    }
    nodes_[at].end.push_back(rule);
}

void RuleTree::match(std::string_view topic, std::vector<Rule>& found) const {
    collect(0, topic, true, found);
}

// Of the levels in `rest`, of which there is one at least.
void RuleTree::collect(NodeIndex at, std::string_view rest, bool is_first,
                       std::vector<Rule>& found) const {
    const Node& node = nodes_[at];
    const bool may_be_wild = !is_first || !rest.starts_with('$');
    if (may_be_wild) found.insert(found.end(), node.rest.begin(), node.rest.end());
    const std::size_t slash = rest.find('/');
    const bool is_last = slash == rest.npos;
    const std::string_view level = rest.substr(0, slash);
    const auto follow = [&](std::string_view name) {
        const auto child = node.children.find(name);
        if (child == node.children.end()) return;
        if (!is_last) return collect(child->second, rest.substr(slash + 1), false, found);
        const Node& last = nodes_[child->second];
        found.insert(found.end(), last.end.begin(), last.end.end());
        if (parent_match_ == ParentMatch::No) return;
        found.insert(found.end(), last.rest.begin(), last.rest.end());
    };
    follow(level);
    if (may_be_wild && level != "+") follow("+");
}

}  // namespace gatehouse::rules
