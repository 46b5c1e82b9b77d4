// Topic rules as the program runs them.
//
// Lifetimes: built before the loops run and before the broker, destroyed after both.
#pragma once

#include <memory>

#include "base/pinned.h"
#include "base/result.h"
#include "broker/broker.h"
#include "iam/role_sessions.h"
#include "rules/function_calls.h"
#include "rules/log_writes.h"
#include "rules/rule_engine.h"
#include "rules/rule_roles.h"
#include "rules/topic_rules.h"
#include "server/serve/foundation.h"
#include "server/serve/function_runtime.h"
#include "server/serve/loops.h"
#include "server/serve/rule_targets.h"
#include "server/settings.h"

namespace gatehouse::server {

class Rules : Pinned {
public:
    // All must outlive it.
    struct Parts {
        const Settings& settings;
        Foundation& foundation;
        Loops& loops;
        FunctionRuntime& functions;
        iam::RoleSessions& roles;
        RuleTargets& targets;
    };
    // The store's errors.
    static Result<std::unique_ptr<Rules>> load(const Parts& parts);
    ~Rules();

    broker::PublishListener& listener() { return engine_.listener(); }
    rules::TopicRules& records() { return records_; }
    const rules::RuleEngine& engine() const { return engine_; }
    // Where rules republish to.
    void serve(broker::Broker& broker) { engine_.serve(broker); }
    // What waits is done, until the deadline. From a task on the main loop.
    async::Task<void> stop(Deadline deadline) { return engine_.stop(deadline); }

private:
    explicit Rules(const Parts& parts);

    Foundation& foundation_;
    rules::RuleRoles roles_;
    rules::LogWrites logs_;
    rules::FunctionCalls functions_;
    rules::RuleEngine engine_;
    rules::TopicRules records_;
};

}  // namespace gatehouse::server
