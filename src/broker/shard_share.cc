// The part of Shard that deals out what groups share; see share_groups.h for whose turn it is.
//
// A message for a member on another loop goes there by name of group and slot, and may go on once
// to another loop's member if there turns out to be no room for it. What a member cannot take any
// more, because its connection or session ended, is given to another: at once with QoS 1 if one is
// online, at the end of the session in any case. A QoS 2 message that was sent stays with its
// session [MQTT-4.8.2-5].
#include <algorithm>
#include <tuple>

#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/stored_forms.h"
#include "broker/withheld.h"
#include "mqtt/property.h"
#include "mqtt/publish.h"
#include "mqtt/topic.h"

namespace gatehouse::broker {
namespace {

// Under which a session without a name holds the message of QoS 2 that it keeps.
constexpr mqtt::PacketId wandering_id = 1;

HeldId held_by(std::uint64_t nameless, const Publication& publication) {
    if (publication.qos != mqtt::Qos::ExactlyOnce) return {};
    return {.holder = nameless, .packet_id = wandering_id};
}

Bytes encoded_identifier(std::uint32_t identifier) {
    mqtt::PropertyWriter writer;
    writer.add(mqtt::PropertyId::SubscriptionIdentifier, identifier);
    return writer.take();
}

}  // namespace

// --- in routes -------------------------------------------------------------------------------

void Shard::add_share(Route& route, TenantState& tenant, ShareNumber group) {
    auto members = tenant.shares.members(group);
    if (members == nullptr) return;  // it went in between, and the route is stale already
    ++route.receiver_count_;
    RouteShare share{.members = std::move(members), .receivers = {}};
    share.receivers.resize(share.members->all.size());
    for (std::size_t i = 0; i < share.receivers.size(); ++i) {
        const SessionPlace place = share.members->all[i].place;
        if (place.loop != loop_) continue;
        Session* session = directory_.at(place.slot);
        const SessionSubscription* own = session->membership(group);
        share.receivers[i] = {
            .session = session,
            .qos = own->options.qos,
            .retain_as_published = own->options.retain_as_published == RetainAsPublished::Yes};
        if (own->options.identifier != 0) {
            auto& identifiers = route.extras().identifiers;
            identifiers.push_back(encoded_identifier(own->options.identifier));
            share.receivers[i].identifiers = static_cast<std::uint32_t>(identifiers.size());
        }
    }
    route.extras().shares.push_back(std::move(share));
}

// The identifiers of all subscriptions by which each receiver gets the message (MQTT 5 section
// 3.3.4). The tree does not tell which those are, so the sessions concerned are asked.
void Shard::add_identifiers(Route& route) {
    const auto multi_level = shared_.settings.parent_match == ParentMatch::Yes
                                 ? mqtt::MultiLevel::IncludesParent
                                 : mqtt::MultiLevel::ChildrenOnly;
    for (Receiver& receiver : route.receivers_) {
        if (receiver.identifiers == 0) continue;
        mqtt::PropertyWriter writer;
        for (const SessionSubscription& each : receiver.session->subscriptions_) {
            if (each.options.identifier != 0 && each.group == 0 &&
                mqtt::matches(receiver.session->filter_text(each), route.topic(), multi_level)) {
                writer.add(mqtt::PropertyId::SubscriptionIdentifier, each.options.identifier);
            }
        }
        auto& identifiers = route.extras().identifiers;
        identifiers.push_back(writer.take());
        receiver.identifiers = static_cast<std::uint32_t>(identifiers.size());
    }
}

// --- dealing out -----------------------------------------------------------------------------

Congestion Shard::share_out(TenantState& tenant, Route& route, const Publication& publication) {
    Congestion congestion = Congestion::None;
    for (RouteShare& share : route.extras_->shares) {
        const HeldParts* taken = publication.taken;
        const bool has_it =
            taken != nullptr && taken->has_group(tenant.shares.name_of(share.members->group));
        if (has_it) continue;
        const std::size_t member = pick(route, share, publication);
        if (give_to(tenant, route, share, member, publication) == Congestion::Congested) {
            congestion = Congestion::Congested;
        }
    }
    return congestion;
}

std::size_t Shard::pick(const Route& route, RouteShare& share, const Publication& publication) {
    const std::size_t first = share.members->pick(publication.qos);
    return taker(route, share, first, publication, Members::OfAllLoops).value_or(first);
}

bool Shard::takes(const Route& route, RouteShare& share, std::size_t member,
                  const Publication& publication, Members which) {
    Receiver& receiver = share.receivers[member];
    if (receiver.session != nullptr) return delivery_.takes(receiver, route, publication);
    return which == Members::OfAllLoops &&
           share.members->all[member].load->load(std::memory_order_relaxed) != Load::Full;
}

std::optional<std::size_t> Shard::taker(const Route& route, RouteShare& share, std::size_t first,
                                        const Publication& publication, Members which) {
    const std::size_t online = share.members->online;
    if (first < online) {
        if (const auto member = online_taker(route, share, first, publication, which)) {
            return member;
        }
    }
    if (publication.qos == mqtt::Qos::AtMostOnce || first == share.members->all.size()) {
        return std::nullopt;
    }
    return absent_taker(route, share, first < online ? first : first - online, publication, which);
}

std::optional<std::size_t> Shard::online_taker(const Route& route, RouteShare& share,
                                               std::size_t first, const Publication& publication,
                                               Members which) {
    const std::size_t online = share.members->online;
    for (std::size_t i = 0; i < online; ++i) {
        const std::size_t member = (first + i) % online;
        if (takes(route, share, member, publication, which)) return member;
    }
    return std::nullopt;
}

std::optional<std::size_t> Shard::absent_taker(const Route& route, RouteShare& share,
                                               std::size_t first, const Publication& publication,
                                               Members which) {
    const std::size_t online = share.members->online;
    const std::size_t absent = share.members->all.size() - online;
    for (std::size_t i = 0; i < absent; ++i) {
        const std::size_t member = online + (first + i) % absent;
        if (takes(route, share, member, publication, which)) return member;
    }
    return std::nullopt;
}

Congestion Shard::give_to(TenantState& tenant, Route& route, RouteShare& share, std::size_t member,
                          const Publication& publication, Onward onward) {
    const auto& all = share.members->all;
    if (member == all.size()) return Congestion::None;  // QoS 0 and nobody is online
    const SessionPlace place = all[member].place;
    if (place.loop == loop_) {
        Session& session = *share.receivers[member].session;
        const bool is_for_others = share.members->kept != 0 && session.disk_record() == 0;
        if (is_for_others && journal_->is_kept() && publication.qos != mqtt::Qos::AtMostOnce) {
            session.shared_record_ = journal_->put_shared(session);
        }
        if (publication.held.holder != 0) journal_->begin_hold();
        delivery_.deliver_shared(route, share.receivers[member], share.members->group, publication);
        if (publication.held.holder != 0) {
            journal_->hold_id(publication.held, tenant, share.members->group);
        }
        if (member >= share.members->online && share.members->online != 0) {
            note_waiting(session, *share.members);
        }
        return Congestion::None;
    }
    if (!mail_.has_outgoing()) port_.request_turn_end();
    counters_.forwarded.add(1);
    // Who is away although others are online was picked because those have no room.
    const bool waits = member >= share.members->online && share.members->online != 0;
    const ShareTarget target{.group = share.members->group,
                             .slot = place.slot,
                             .onward = waits ? Onward::Ended : onward};
    const bool is_durable = journal_->is_kept() && publication.qos != mqtt::Qos::AtMostOnce;
    return mail_.send(place.loop, tenant, route, publication,
                      is_durable ? Durable::Yes : Durable::No, target)
               ? Congestion::Congested
               : Congestion::None;
}

void Shard::take_share(TenantState& tenant, Route& route, ShareTarget target,
                       const Publication& publication) {
    if (!tenant.tree.is_current(route.stamp_)) refresh(route, tenant, nullptr);
    if (route.extras_ == nullptr) return;
    auto& shares = route.extras_->shares;
    const auto share = std::ranges::find_if(
        shares, [&](const RouteShare& each) { return each.members->group == target.group; });
    if (share == shares.end()) return;  // its last member is gone
    const ShareMembers& members = *share->members;
    const std::size_t member = members.index_of({.loop = loop_, .slot = target.slot});
    if (member == members.all.size()) {
        const std::size_t other = pick(route, *share, publication);
        return give_another(tenant, route, *share, other, publication, target.onward);
    }
    const bool stays = target.onward == Onward::Ended;
    if (member < members.online && !stays) {
        take_online(tenant, route, *share, member, publication, target.onward);
    } else if (members.online == 0 || stays) {
        const auto here = taker(route, *share, member, publication, Members::OfThisLoop);
        if (!here && !stays) {
            const std::size_t other = pick(route, *share, publication);
            return give_another(tenant, route, *share, other, publication, Onward::Ended);
        }
        give_to(tenant, route, *share, here.value_or(member), publication);
    } else if (publication.qos == mqtt::Qos::AtMostOnce) {
        give_to(tenant, route, *share, members.pick(publication.qos), publication);
    } else {
        // It went offline on the way, where it may still be kept for it until another has it.
        give_to(tenant, route, *share, member, publication);
        hand_on(*share->receivers[member].session, target.group);
    }
}

// Whoever is online comes first, on this loop and then on others; only then those that are away.
void Shard::take_online(TenantState& tenant, Route& route, RouteShare& share, std::size_t member,
                        const Publication& publication, Onward onward) {
    if (const auto here = online_taker(route, share, member, publication, Members::OfThisLoop)) {
        give_to(tenant, route, share, *here, publication);
    } else if (onward == Onward::Allowed) {
        const std::size_t other = pick(route, share, publication);
        give_another(tenant, route, share, other, publication, Onward::ToAbsent);
    } else {
        const auto absent =
            publication.qos == mqtt::Qos::AtMostOnce
                ? std::nullopt
                : absent_taker(route, share, member, publication, Members::OfAllLoops);
        give_another(tenant, route, share, absent.value_or(member), publication, Onward::Ended);
    }
}

// The member that it was for is gone, or has no room for it. The loop that sent it waits for this
// one alone, so that a message which has to be kept is on disk here until it is elsewhere.
void Shard::give_another(TenantState& tenant, Route& route, RouteShare& share, std::size_t member,
                         const Publication& publication, Onward onward) {
    const ShareMembers& members = *share.members;
    const bool leaves = member != members.all.size() && members.all[member].place.loop != loop_;
    if (leaves && journal_->is_kept() && publication.qos != mqtt::Qos::AtMostOnce) {
        const MessageRef message = MessageRef::make(route.topic(), publication, port_.now());
        const auto [session, record] = journal_->put_wandering(
            tenant, {.message = message, .qos = publication.qos, .group = members.group},
            publication.held);
        // Here the group's part of what a client holds is written already.
        Publication copy = publication;
        copy.held = held_by(session, publication);
        give_to(tenant, route, share, member, copy, onward);
        remove_when_kept({.session = session, .record = record, .message = message});
        remove_when_kept({.session = session});
    } else {
        give_to(tenant, route, share, member, publication, onward);
    }
}

// --- coming and going ------------------------------------------------------------------------

void Shard::set_presence(Session& session, Presence presence) {
    if (session.load_ == nullptr) return;
    for (const SessionSubscription& each : session.subscriptions_) {
        if (each.group == 0) continue;
        session.tenant_.shares.set_presence(each.group, session.place_, presence);
        if (presence == Presence::Online) reclaim_everywhere(session.tenant_, each.group);
    }
}

// Requires: the session is not an online member any more. Without an online one, a message moves
// only from a session that ends.
void Shard::hand_on(Session& session, ShareNumber only) {
    TenantState& tenant = session.tenant_;
    const auto gives_back = [&](ShareNumber group, const StoredMessage&) {
        if (only != 0 && group != only) return false;
        const auto members = tenant.shares.members(group);
        if (members == nullptr) return false;
        return members->online != 0 || session.membership(group) == nullptr;
    };
    const auto taken = delivery_.take_shared(session, gives_back);
    if (taken.empty()) return;
    Publisher publisher(*this, session.tenant(), {});
    hand_on(session, publisher, taken);
}

void Shard::hand_on(Session& session, Publisher& publisher,
                    const std::vector<SharedMessage>& taken) {
    session.was_handed_on_ = true;
    for (const SharedMessage& shared : taken) {
        const OnDisk from = set_out(session, shared);
        if (shared.message->is_expired(port_.now())) {
            delivery_.note_expired(session, shared.message->topic(), shared.message->qos());
        } else {
            give_on(session, publisher, shared, from);
        }
        if (from.record == 0) continue;
        remove_when_kept(from);
        if (from.session != session.disk_record()) remove_when_kept({.session = from.session});
    }
}

// Where the message stands on disk until the member that gets it now has it there. With QoS 2 that
// is a session without a name, which holds it as a client does, so that the member's record, which
// has the group's part of what it holds, is never on disk beside a message that would go to
// another.
OnDisk Shard::set_out(Session& session, const SharedMessage& shared) {
    OnDisk from{
        .session = session.disk_record(), .record = shared.record, .message = shared.message};
    if (shared.record == 0) return from;
    journal_->write_out(shared.record);
    const bool is_out =
        is_nameless(session.client_id()) && original_client_id(session.client_id()).empty();
    if (is_out || shared.message->qos() != mqtt::Qos::ExactlyOnce) return from;
    std::tie(from.session, from.record) = journal_->put_wandering(
        session.tenant_,
        {.message = shared.message, .qos = shared.message->qos(), .group = shared.group}, {});
    journal_->remove(session, shared.record, shared.message);
    return from;
}

void Shard::give_on(Session& session, Publisher& publisher, const SharedMessage& shared,
                    const OnDisk& from) {
    TenantState& tenant = session.tenant_;
    Publication publication = shared.message->publication(port_.now());
    // Without the Subscription Identifiers of the session that it was for.
    Bytes properties;
    const auto forwarded = mqtt::forwarded_properties(publication.properties,
                                                      mqtt::PropertySection::Publish, properties);
    publication.properties = properties;
    publication.expiry_at = forwarded.message_expiry_at;
    if (publication.expiry_at == 0) publication.expiry_seconds = never_expires;
    publication.was_stored = true;
    std::optional<HeldParts> taken;
    if (from.record != 0 && publication.qos == mqtt::Qos::ExactlyOnce) {
        publication.held = held_by(from.session, publication);
        // Given on before a restart, and perhaps not to the end.
        if (from.session == session.record_) taken = delivery_.hold(session, wandering_id);
    }
    Route& route = publisher.route_for(shared.message->topic());
    if (!tenant.tree.is_current(route.stamp_)) refresh(route, tenant, nullptr);
    if (route.extras_ == nullptr) return;
    for (RouteShare& share : route.extras_->shares) {
        if (share.members->group != shared.group) continue;
        if (taken && taken->has_group(tenant.shares.name_of(shared.group))) continue;
        give_to(tenant, route, share, pick(route, share, publication), publication);
    }
}

void Shard::reclaim_everywhere(TenantState& tenant, ShareNumber group) {
    const auto members = tenant.shares.members(group);
    if (members == nullptr || members->online == members->all.size()) return;
    if (!mail_.has_outgoing()) port_.request_turn_end();
    mail_.reclaim(tenant, group, Reclaim::All, ~std::uint64_t{0});
    reclaim(tenant, group);
}

void Shard::reclaim(TenantState& tenant, ShareNumber group) {
    const auto members = tenant.shares.members(group);
    if (members == nullptr || members->online == 0) return;
    for (std::size_t i = members->online; i < members->all.size(); ++i) {
        const SessionPlace place = members->all[i].place;
        if (place.loop != loop_) continue;
        if (Session* session = directory_.at(place.slot); session != nullptr) {
            hand_on(*session, group);
        }
    }
}

}  // namespace gatehouse::broker
