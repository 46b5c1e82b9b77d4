// TestTopicRule: runs the SQL of a topic rule for one message that nobody publishes, and says
// whether it matches and what each part and each template of an action comes to. The message's
// account is the caller's. Nothing is kept, done or asked of a service. Throttled where the workers
// have no room.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/gatehouse/test_topic_rule.h"
#include "async/worker_pool.h"
#include "base/clock.h"

namespace gatehouse::api::gatehouse {

struct TestTopicRule {
    using Shape = TestTopicRuleShape;

    const Clock& clock;
    async::WorkerPool& workers;

    async::Task<Result<TestTopicRuleResponse>> handle(const Caller& caller,
                                                      TestTopicRuleRequest request) const;
};

}  // namespace gatehouse::api::gatehouse
