// The rules that want a topic, found once for each publisher.
//
// Threads: any; never changed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/rule_set.h"

namespace gatehouse::rules {

struct Finding {
    std::shared_ptr<const RuleSet> set;  // keeps the rules; null: the tenant has none
    std::vector<const CompiledRule*> rules;
    // "NAME" of "$aws/rules/NAME/…", of which nothing goes on to subscribers.
    std::optional<std::string> ingest;

    // Whether a message has to outlive the server for one of them.
    bool is_assured() const;
};
using FindingPtr = std::shared_ptr<const Finding>;

}  // namespace gatehouse::rules
