// Publishing: what a device session, an HTTP door or a service holds in order to publish.
//
// A publisher remembers the topics it used last, each with its receivers and the decisions about
// them, so that a message on a known topic needs no look-up and no allocation:
//
//   Route& route = publisher.route_for(topic);
//   if (route.verdict.policy_generation != mine) route.verdict = ask_policies(topic);
//   PublishOutcome outcome = publisher.publish(route, publication);
//
// Threads: one loop. Lifetimes: a session's publisher lives as long as its session's lease; a
// publisher of its own (`Publisher(shard, tenant)`) must die before the broker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/pinned.h"
#include "base/tenant.h"
#include "broker/publication.h"
#include "broker/rate_meter.h"
#include "broker/route_cache.h"

namespace gatehouse::broker {

class Session;
class Shard;
struct TenantState;

enum class Congestion : std::uint8_t {
    None,
    // Another loop does not keep up. The message is taken all the same; read nothing more from
    // this client until Shard::wait_for_relief() calls back.
    Congested,
};

enum class Kept : std::uint8_t {
    Yes,  // nobody needs it on disk, or there it is
    // Acknowledge it through Lease::acknowledge_when_kept().
    OnItsWay,
    // The disk takes nothing at the moment: the message was passed on to nobody.
    No,
    // The account has as many retained messages as it may: with QoS > 0 the message was passed on
    // to nobody; with QoS 0, where nobody is told, it was, and is not retained.
    NotRetained,
};

struct PublishOutcome {
    // Subscribed sessions, on every loop; 0: MQTT 5 may answer "no matching subscribers".
    std::uint32_t receivers = 0;
    Congestion congestion = Congestion::None;
    // Exceeded: QoS 0 was discarded; QoS > 0 was taken, read nothing more from this client before
    // the next second.
    PublishRate rate = PublishRate::Within;
    Kept kept = Kept::Yes;
};

class Publisher : Pinned {
public:
    // A publisher without a session: HTTP, services, lifecycle events, wills. `client_id` is who
    // it speaks for; it may be empty.
    Publisher(Shard& shard, const Tenant& tenant, std::string_view client_id = {});
    ~Publisher();

    // The route of this topic. Valid until the next route_for().
    // Requires: a valid topic name. `topic` is copied if it is new.
    Route& route_for(std::string_view topic) { return routes_.find(topic); }
    PublishOutcome publish(Route& route, const Publication& publication);

    bool is_without_session() const { return session_ == nullptr; }
    const Tenant& tenant() const;
    std::size_t loop() const;
    // Of the session it belongs to, or as given.
    std::string_view client_id() const;

private:
    friend class Lease;
    friend class Shard;
    Publisher(Shard& shard, TenantState& tenant, Session& session);

    Shard& shard_;
    TenantState& tenant_;
    Session* session_;  // null: none
    // Whose subscriptions with No Local are not for what is published; mostly session_.
    const Session* own_;
    std::string client_id_;
    RouteCache routes_;
};

}  // namespace gatehouse::broker
