// The rules of one account and region as they are at one moment. Immutable; replaced whole.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "rules/compiled_rule.h"
#include "rules/rule_tree.h"

namespace gatehouse::rules {

class RuleSet : Pinned {
public:
    struct Member {
        RulePtr rule;
        bool is_enabled = true;
    };
    using Members = std::map<std::string, Member, std::less<>>;  // by name

    RuleSet(Members members, ParentMatch parent_match);

    const Members& members() const { return members_; }
    // Those that listen to the topic.
    std::vector<const CompiledRule*> matching(std::string_view topic) const;
    // Null: there is none that is enabled.
    const CompiledRule* find_enabled(std::string_view name) const;

private:
    const Members members_;
    std::vector<const CompiledRule*> listening_;  // by the tree's numbers
    RuleTree tree_;
};

}  // namespace gatehouse::rules
