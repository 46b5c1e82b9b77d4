// A topic as one publisher uses it: the topic's bytes, who receives it, and what was decided.
// Everything a message on that topic needs, so that nothing is looked up per message.
//
// Threads: the loop of its owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "broker/delivery_guard.h"
#include "broker/share_groups.h"
#include "broker/topic_tree.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

class Session;

// What the publisher's own policies say about publishing to the topic. Kept here for its owner
// (the gateway), so that one look-up finds both; the broker only clears it with the route.
struct PublishVerdict {
    std::uint32_t policy_generation = 0;  // of the policies that decided; 0: not decided yet
    Permission permission = Permission::Denied;
    std::uint32_t explanation = 0;
};

// What the listener (publish_listener.h) found out about the topic. Kept here for it, so that it
// looks once for a topic; the broker only clears it with the route.
struct ListenerFinding {
    std::uint64_t generation = 0;         // of what it was found in; 0: not looked for yet
    std::shared_ptr<const void> finding;  // null: the listener does not care for the topic
};

// A session on the route's own loop that receives the topic.
struct Receiver {
    Session* session = nullptr;
    std::uint32_t guard_generation = 0;  // of the guard's answer; 0: not asked yet
    std::uint32_t explanation = 0;
    std::uint32_t identifiers = 0;  // RouteExtras::identifiers, counted from 1; 0: none
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    bool retain_as_published = false;
    Permission permission = Permission::Denied;
};

// A group that shares the topic's messages.
struct RouteShare {
    std::shared_ptr<const ShareMembers> members;
    std::vector<Receiver> receivers;  // one a member; without a session: it lives on another loop
};

// What few routes have.
struct RouteExtras {
    std::vector<RouteShare> shares;
    std::vector<Bytes> identifiers;  // Subscription Identifier properties, encoded
};

class Route {
public:
    std::string_view topic() const { return topic_; }
    PublishVerdict verdict;
    ListenerFinding heard;

private:
    friend class Publisher;
    friend class RouteCache;
    friend class Shard;
    friend class Delivery;
    friend class RemoteMail;

    // Makes it the route of another topic, about which nothing is known yet.
    void assign(std::string_view topic) {
        topic_ = topic;
        verdict = {};
        heard = {};
        stamp_ = {};
        told_loops_ = 0;
    }
    RouteExtras& extras() {
        if (extras_ == nullptr) extras_ = std::make_unique<RouteExtras>();
        return *extras_;
    }

    std::string topic_;
    MatchStamp stamp_;  // when receivers_ was true
    std::vector<Receiver> receivers_;
    std::unique_ptr<RouteExtras> extras_;
    std::uint32_t receiver_count_ = 0;   // on all loops
    std::uint32_t remote_number_ = 0;    // what other loops know it by; 0: none do
    std::uint64_t remote_loops_ = 0;     // bit n: loop n has receivers
    std::uint64_t durable_loops_ = 0;    // bit n: among them persistent sessions
    std::uint64_t told_loops_ = 0;       // bit n: loop n knows that remote_number_ is this topic
    std::uint64_t ever_told_loops_ = 0;  // bit n: loop n knows remote_number_
};

}  // namespace gatehouse::broker
