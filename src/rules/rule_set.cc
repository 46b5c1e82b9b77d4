#include "rules/rule_set.h"

namespace gatehouse::rules {

RuleSet::RuleSet(Members members, ParentMatch parent_match)
    : members_(std::move(members)), tree_(parent_match) {
    for (const auto& [name, member] : members_) {
        const auto& filter = member.rule->program.topic_filter();
        if (!member.is_enabled || !filter) continue;
        tree_.add(*filter, static_cast<RuleTree::Rule>(listening_.size()));
        listening_.push_back(member.rule.get());
    }
}

std::vector<const CompiledRule*> RuleSet::matching(std::string_view topic) const {
    std::vector<RuleTree::Rule> numbers;
    tree_.match(topic, numbers);
    std::vector<const CompiledRule*> found;
    found.reserve(numbers.size());
    for (const RuleTree::Rule number : numbers) found.push_back(listening_[number]);
    return found;
}

const CompiledRule* RuleSet::find_enabled(std::string_view name) const {
    const auto found = members_.find(name);
    return found == members_.end() || !found->second.is_enabled ? nullptr
                                                                : found->second.rule.get();
}

}  // namespace gatehouse::rules
