// The rules that want a topic, found once for each publisher.
//
// Threads: any; never changed.
#pragma once

#include <cstddef>
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

    // Where they are of both kinds, those for which a message outlives the server, and the others:
    // each get a message of their own, so that none waits for the others'. Null: all are of one.
    std::shared_ptr<const Finding> assured;
    std::shared_ptr<const Finding> plain;

    // Requires: they are of one kind.
    bool is_assured() const;
    std::size_t actions() const;
};
using FindingPtr = std::shared_ptr<const Finding>;

}  // namespace gatehouse::rules
