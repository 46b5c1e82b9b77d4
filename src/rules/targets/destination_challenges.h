// The messages by which endpoints are asked to confirm that rules may post to them.
//
// Source: AWS IoT Developer Guide, "Confirming HTTP topic rule destinations".
//
// Threads: send() any; stop() from a task on the loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "base/pinned.h"
#include "registry/topic_rule_destinations.h"
#include "rules/targets/http_door.h"

namespace gatehouse::rules {

// What the endpoint gets. `origin`: of this server's API as it is reached,
// "https://iot.example:4566".
HttpPost challenge_post(const registry::DestinationChallenge& challenge, const std::string& origin);

class DestinationChallenges : Pinned {
public:
    // All outlive it.
    struct Parts {
        async::EventLoop& loop;  // of actions
        HttpDoor& http;
        // For the operator alone: whoever may make destinations would learn from it who listens
        // where, and AWS does not say it either. Of the loop.
        std::function<void(const registry::TopicRuleDestination&, std::string_view why)> on_failure;
        // By which endpoints reach this server; empty: the host that the caller has asked, who
        // chooses it.
        std::string host = "";
    };
    explicit DestinationChallenges(const Parts& parts);

    // Posts it, without being waited for.
    void send(registry::DestinationChallenge challenge, std::string origin);
    // Those under way are given up by whoever closes the door.
    async::Task<void> stop();

private:
    async::Task<void> post(registry::DestinationChallenge challenge, std::string origin);
    void tell(const registry::DestinationChallenge& challenge, std::string_view why);

    const Parts parts_;
    async::TaskGroup tasks_;
};

}  // namespace gatehouse::rules
