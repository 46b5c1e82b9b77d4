// The part of Shard that finds a better place for what groups gave to members that are away because
// those online had no room: the first of these that has much room again asks for it, and is given a
// portion after the other, oldest first, as long as somebody takes it.
#include <algorithm>
#include <chrono>
#include <optional>

#include "broker/shard.h"
#include "broker/shared_state.h"

namespace gatehouse::broker {
namespace {

constexpr std::size_t portion_max = 256;
// Messages that are looked at for a portion; somebody may have room, but not for these.
constexpr std::size_t portion_looked_at_max = 1024;
// Between two portions, and from a message that had to wait to a look whether somebody has room by
// then, who may have asked before it came.
constexpr std::chrono::milliseconds portion_pause{20};

}  // namespace

// No more than who has much room (Delivery::has_much_room()) takes.
struct Shard::Portion {
    std::size_t messages;
    std::size_t bytes;
    std::size_t looked_at = 0;

    bool may_look() { return messages != 0 && looked_at++ < portion_looked_at_max; }
    bool has_room(const StoredMessage& message) const { return message.bytes() <= bytes; }
    void take(const StoredMessage& message) {
        --messages;
        bytes -= message.bytes();
    }
};

void Shard::take_from_absent(Session& session) {
    session.is_room_due_ = false;
    for (const SessionSubscription& each : session.subscriptions_) {
        if (each.group == 0) continue;
        const auto members = session.tenant_.shares.members(each.group);
        if (members == nullptr) continue;
        const std::uint64_t loops = members->waits_on->load(std::memory_order_relaxed);
        if (loops == 0) continue;
        if (!mail_.has_outgoing()) port_.request_turn_end();
        mail_.reclaim(session.tenant_, each.group, Reclaim::Some, loops);
        reclaim_some(session.tenant_, each.group);
    }
}

void Shard::reclaim_some(TenantState& tenant, ShareNumber group) {
    const auto members = tenant.shares.members(group);
    if (members == nullptr || members->online == 0) return;
    const std::uint64_t here = std::uint64_t{1} << loop_;
    // What comes back since nobody takes it, after all, is noted anew.
    if ((members->waits_on->fetch_and(~here, std::memory_order_relaxed) & here) == 0) return;
    const Limits& limits = shared_.settings.limits;
    Portion portion{
        .messages = std::clamp<std::size_t>(limits.session_queue_messages_max / 2, 1, portion_max),
        .bytes = limits.session_queue_bytes_max / 2};
    bool is_left = false;
    for (std::size_t i = members->online; i < members->all.size(); ++i) {
        const SessionPlace place = members->all[i].place;
        if (place.loop != loop_) continue;
        Session* session = directory_.at(place.slot);
        if (session != nullptr) is_left |= hand_on_some(*session, group, portion);
    }
    if (is_left) members->waits_on->fetch_or(here, std::memory_order_relaxed);
}

// Whether something of the group is left with the session.
bool Shard::hand_on_some(Session& session, ShareNumber group, Portion& portion) {
    bool is_left = false;
    Publisher publisher(*this, session.tenant(), {});
    const auto taken =
        delivery_.take_shared(session, [&](ShareNumber of, const StoredMessage& message) {
            if (of != group) return false;
            if (portion.may_look() && portion.has_room(message) &&
                is_taken_online(publisher, group, message)) {
                portion.take(message);
                return true;
            }
            is_left = true;
            return false;
        });
    if (taken.empty()) return is_left;
    hand_on(session, publisher, taken);
    if (const auto members = session.tenant_.shares.members(group); is_left && members != nullptr) {
        note_waiting(session, *members);
    }
    return is_left;
}

bool Shard::is_taken_online(Publisher& publisher, ShareNumber group, const StoredMessage& message) {
    if (message.is_expired(port_.now())) return true;  // nobody's any more
    TenantState& tenant = publisher.tenant_;
    Route& route = publisher.route_for(message.topic());
    if (!tenant.tree.is_current(route.stamp_)) refresh(route, tenant, nullptr);
    if (route.extras_ == nullptr) return false;
    const Publication publication = message.publication(port_.now());
    return std::ranges::any_of(route.extras_->shares, [&](RouteShare& share) {
        return share.members->group == group &&
               online_taker(route, share, 0, publication, Members::OfAllLoops).has_value();
    });
}

void Shard::note_waiting(Session& session, const ShareMembers& members) {
    members.waits_on->fetch_or(std::uint64_t{1} << loop_, std::memory_order_relaxed);
    if (session.is_hand_on_due_) return;
    session.is_hand_on_due_ = true;
    schedule(session, Expiry::Kind::HandOn, portion_pause);
}

void Shard::hand_on_waiting(Session& session) {
    session.is_hand_on_due_ = false;
    for (const SessionSubscription& each : session.subscriptions_) {
        if (each.group != 0) reclaim_some(session.tenant_, each.group);
    }
}

}  // namespace gatehouse::broker
