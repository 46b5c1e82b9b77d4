// What the actions of topic rules reach elsewhere: endpoints that the operator declared, and HTTP
// destinations that users made and their owners confirmed.
//
// Lifetimes: built before the loops run and before the rules, destroyed after them.
#pragma once

#include <memory>

#include "base/pinned.h"
#include "base/result.h"
#include "net/name_lookups.h"
#include "registry/topic_rule_destinations.h"
#include "rules/targets/aws_endpoints.h"
#include "rules/targets/database_targets.h"
#include "rules/targets/declared_doors.h"
#include "rules/targets/destination_challenges.h"
#include "rules/targets/file_targets.h"
#include "rules/targets/http_targets.h"
#include "rules/targets/kafka_targets.h"
#include "rules/targets/mqtt_targets.h"
#include "server/serve/foundation.h"
#include "server/serve/loops.h"
#include "server/settings.h"

namespace gatehouse::server {

class RuleTargets : Pinned {
public:
    // InvalidInput: the file that declares them, naming it. The store's errors. The parts outlive
    // it.
    static Result<std::unique_ptr<RuleTargets>> load(const Settings& settings,
                                                     Foundation& foundation, Loops& loops);

    const rules::AwsDoor& aws() const { return *aws_; }
    rules::HttpDoor& http() { return *http_; }
    rules::KafkaDoor& kafka() { return *kafka_; }
    rules::DeclaredDoors declared() {
        return {.files = files_.get(), .mqtt = mqtt_.get(), .databases = databases_.get()};
    }
    registry::TopicRuleDestinations& destinations() { return *destinations_; }
    rules::DestinationChallenges& challenges() { return *challenges_; }
    // What is under way is given up, and whatever is asked later. On the main loop.
    void close();
    // Once it is closed: waits for what was under way.
    async::Task<void> stop();

private:
    explicit RuleTargets(Loops& loops) : lookups_(loops.main()) {}
    Result<void> load_declared(rules::TargetDeclarations declared, async::EventLoop& loop);

    net::NameLookups lookups_;
    // Those elsewhere go by their own clocks, which `--clock manual` does not move.
    const SystemClock signing_clock_;
    std::unique_ptr<rules::AwsEndpoints> aws_;
    std::unique_ptr<rules::HttpTargets> http_;
    std::unique_ptr<rules::KafkaTargets> kafka_;
    std::unique_ptr<rules::FileTargets> files_;
    std::unique_ptr<rules::MqttTargets> mqtt_;
    std::unique_ptr<rules::DatabaseTargets> databases_;
    std::unique_ptr<registry::TopicRuleDestinations> destinations_;
    std::unique_ptr<rules::DestinationChallenges> challenges_;
};

}  // namespace gatehouse::server
