// The part of Shard that messages pass through.
#include <algorithm>
#include <bit>
#include <cassert>
#include <chrono>

#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/withheld.h"
#include "mqtt/topic.h"

namespace gatehouse::broker {

namespace {

// A route with more receivers finds them anew for each message: many publishers on a topic of
// very many subscribers would otherwise keep the list as often as there are publishers.
constexpr std::size_t receivers_kept_max = 32'768;
// Expired retained messages.
constexpr std::size_t cleared_at_once_max = 64;

// Basic Ingest: for its rule alone.
bool is_for_a_rule(std::string_view topic) {
    return mqtt::without_basic_ingest_prefix(topic).size() != topic.size();
}

// What the server tells of itself, which no client may publish.
bool is_servers_own(const Publisher& from, std::string_view topic) {
    return from.is_without_session() && is_of_server(topic);
}

}  // namespace

PublishOutcome Shard::publish(Publisher& from, Route& route, const Publication& publication) {
    assert(route.topic().size() <= mqtt::string_size_max);
    const auto qos = static_cast<std::size_t>(publication.qos);
    if (!is_servers_own(from, route.topic())) [[likely]] {
        counters_.published[qos].add(1);
        counters_.published_bytes[qos].add(publication.payload.size());
    }
    PublishOutcome outcome;
    if (from.session_ != nullptr) {
        outcome.rate = delivery_.count_rate(*from.session_, publication.payload.size());
        if (outcome.rate == PublishRate::Exceeded && publication.qos == mqtt::Qos::AtMostOnce)
            [[unlikely]] {
            counters_.dropped[static_cast<std::size_t>(DropCause::RateExceeded)].add(1);
            return outcome;
        }
    }
    if (journal_->is_failing()) [[unlikely]] {
        if (!from.tenant_.tree.is_current(route.stamp_)) {
            refresh(route, from.tenant_, from.own_);
        }
        if (wants_disk(from, route, publication)) {
            counters_.not_kept.add(1);
            outcome.kept = Kept::No;
            return outcome;
        }
    }
    const bool leaves_trail = publication.qos != mqtt::Qos::AtMostOnce && journal_->is_kept();
    const TrailStart start = leaves_trail ? begin_trail() : TrailStart();
    if (publication.packet_id == 0 || from.session_ == nullptr) [[likely]] {
        pass_on(from, route, publication, outcome);
    } else {
        pass_on_held(from, route, publication, outcome);
    }
    if (leaves_trail) end_trail(start, from.session_, outcome.kept);
    return outcome;
}

void Shard::pass_on_held(Publisher& from, Route& route, const Publication& publication,
                         PublishOutcome& outcome) {
    const auto taken = delivery_.hold(*from.session_, publication.packet_id);
    Publication held = publication;
    held.held = {.holder = from.session_->record_,
                 .use = journal_->last() + 1,
                 .packet_id = publication.packet_id};
    held.taken = taken ? &*taken : nullptr;
    trail_.was_sent = taken.has_value();
    pass_on(from, route, held, outcome);
    if (outcome.kept == Kept::NotRetained || outcome.kept == Kept::No) {
        delivery_.release(*from.session_, publication.packet_id);
        return;
    }
    // For the rules alone, or for nobody, the id is held all the same.
    if (held.held.holder != 0) outcome.kept = Kept::OnItsWay;
}

void Shard::pass_on(Publisher& from, Route& route, const Publication& publication,
                    PublishOutcome& outcome) {
    TenantState& tenant = from.tenant_;
    // What is on disk in part was heard and retained already, and perhaps another one since.
    const bool is_repeated = publication.taken != nullptr && publication.taken->has_loop(loop_);
    if (shared_.listener != nullptr && !is_repeated) {
        // Before anybody hears of it. Another loop may still take the room in between.
        if (publication.retain == Retain::Yes && publication.qos != mqtt::Qos::AtMostOnce &&
            !may_retain(tenant, route.topic(), publication)) [[unlikely]] {
            outcome.kept = Kept::NotRetained;
            return;
        }
        const ListenerAnswer answer =
            shared_.listener->on_publish(from, route, publication, keeping_of(publication));
        if (answer.disposition == Disposition::Refuse) [[unlikely]] {
            counters_.not_kept.add(1);
            outcome.kept = Kept::No;
            return;
        }
        if (answer.pledge) [[unlikely]] {
            journal_->put_pledge(*answer.pledge, tenant, route.topic(), publication);
            outcome.kept = Kept::OnItsWay;
        }
        if (answer.disposition == Disposition::Consume) {
            if (publication.held.holder != 0) {
                journal_->hold_id(publication.held, tenant);
            }
            return;
        }
    }
    const std::uint64_t before = journal_->last();
    if (publication.retain == Retain::Yes && !is_repeated) [[unlikely]] {
        // Nobody waits for the disk with QoS 0, so only this bounds what waits for it.
        if (publication.qos == mqtt::Qos::AtMostOnce && journal_->is_overfull()) {
            counters_.not_kept.add(1);
        } else {
            if (!retain(tenant, route.topic(), publication)) outcome.kept = Kept::NotRetained;
        }
        if (outcome.kept == Kept::NotRetained && publication.qos != mqtt::Qos::AtMostOnce) return;
    }
    deliver(route, tenant, from.own_, publication);
    outcome.receivers = route.receiver_count_;
    if (route.remote_loops_ != 0) outcome.congestion = forward(tenant, route, publication);
    if (publication.qos != mqtt::Qos::AtMostOnce &&
        (journal_->last() != before || (journal_->is_kept() && route.durable_loops_ != 0))) {
        outcome.kept = Kept::OnItsWay;
    }
    if (route.extras_ != nullptr && !route.extras_->shares.empty()) [[unlikely]] {
        if (wants_disk(from, route, publication)) outcome.kept = Kept::OnItsWay;
        if (share_out(tenant, route, publication) == Congestion::Congested) {
            outcome.congestion = Congestion::Congested;
        }
    }
}

Keeping Shard::keeping_of(const Publication& publication) const {
    if (!journal_->is_kept() || publication.qos == mqtt::Qos::AtMostOnce) return Keeping::Nothing;
    return journal_->is_failing() ? Keeping::Fails : Keeping::Works;
}

bool Shard::has_receivers(const Tenant& tenant, std::string_view topic) {
    MatchStamp stamp;
    found_.clear();
    shared_.tenant(tenant).tree.match(reader_, topic, stamp, found_);
    if (!found_.empty()) return true;
    return shared_.listener != nullptr && shared_.listener->wants(tenant, topic);
}

void Shard::deliver(Route& route, TenantState& tenant, const Session* publisher,
                    const Publication& publication) {
    if (!tenant.tree.is_current(route.stamp_)) refresh(route, tenant, publisher);
    if (publication.held.holder == 0) [[likely]]
        return deliver_here(route, publication);
    if (publication.taken != nullptr && publication.taken->has_loop(loop_)) return;
    journal_->begin_hold();
    deliver_here(route, publication);
    journal_->hold_id(publication.held, tenant);
}

void Shard::deliver_here(Route& route, const Publication& publication) {
    if (route.receivers_.empty()) return;
    delivery_.deliver(route, publication);
    if (route.receivers_.size() > receivers_kept_max) [[unlikely]] {
        route.receivers_ = {};
        route.stamp_ = {};
    }
}

void Shard::refresh(Route& route, TenantState& tenant, const Session* publisher) {
    counters_.matches.add(1);
    found_.clear();
    const std::size_t filters = tenant.tree.match(reader_, route.topic(), route.stamp_, found_);
    if (is_for_a_rule(route.topic())) found_.clear();
    route.receivers_.clear();
    route.receiver_count_ = 0;
    route.remote_loops_ = 0;
    route.durable_loops_ = 0;
    route.extras_.reset();
    // A session that matches by several filters gets one copy, with the best QoS among them
    // (MQTT 5 section 3.3.4). Sorted, its subscriptions stand together.
    if (filters > 1) {
        std::ranges::sort(found_, {}, [](Subscriber subscriber) { return subscriber.word(); });
    }
    bool has_identifiers = false;
    for (const Subscriber subscriber : found_) {
        if (ShareGroups::is_group(subscriber)) {
            add_share(route, tenant, subscriber.slot());
            continue;
        }
        has_identifiers |= subscriber.has_identifier();
        add_receiver(route, subscriber, publisher);
    }
    if (has_identifiers) add_identifiers(route);
    if (found_.capacity() > 65'536) found_ = {};
}

void Shard::add_receiver(Route& route, Subscriber subscriber, const Session* publisher) {
    if (subscriber.loop() != loop_) {
        ++route.receiver_count_;
        const std::uint64_t bit = std::uint64_t{1} << subscriber.loop();
        route.remote_loops_ |= bit;
        if (subscriber.is_persistent() && subscriber.qos() != mqtt::Qos::AtMostOnce) {
            route.durable_loops_ |= bit;
        }
        return;
    }
    Session* session = directory_.at(subscriber.slot());
    if (subscriber.is_no_local() && session == publisher) return;
    if (!route.receivers_.empty() && route.receivers_.back().session == session) {
        Receiver& same = route.receivers_.back();
        same.qos = std::max(same.qos, subscriber.qos());
        same.retain_as_published |= subscriber.is_retain_as_published();
        same.identifiers |= subscriber.has_identifier() ? 1U : 0U;
        return;
    }
    ++route.receiver_count_;
    // Which identifiers, add_identifiers() finds out.
    route.receivers_.push_back({.session = session,
                                .identifiers = subscriber.has_identifier() ? 1U : 0U,
                                .qos = subscriber.qos(),
                                .retain_as_published = subscriber.is_retain_as_published()});
}

Congestion Shard::forward(TenantState& tenant, Route& route, const Publication& publication) {
    if (!mail_.has_outgoing()) port_.request_turn_end();
    Congestion congestion = Congestion::None;
    // Repeated after a restart: what was not kept went with the connections of that time.
    const std::uint64_t wanted = publication.taken == nullptr
                                     ? route.remote_loops_
                                     : route.durable_loops_ & ~publication.taken->loops();
    for (std::uint64_t loops = wanted; loops != 0; loops &= loops - 1) {
        const auto to = static_cast<std::size_t>(std::countr_zero(loops));
        counters_.forwarded.add(1);
        const bool is_durable = journal_->is_kept() && publication.qos != mqtt::Qos::AtMostOnce &&
                                (route.durable_loops_ >> to & 1) != 0;
        if (mail_.send(to, tenant, route, publication, is_durable ? Durable::Yes : Durable::No))
            congestion = Congestion::Congested;
    }
    return congestion;
}

void Shard::forget(Route& route) {
    if (route.ever_told_loops_ == 0) return;
    if (!mail_.has_outgoing()) port_.request_turn_end();
    mail_.forget(route);
}

// What has expired gives its place away when others are retained or asked for.
void Shard::clear_expired(TenantState& tenant) {
    for (const auto& removed : tenant.retained.take_expired(port_.now(), cleared_at_once_max)) {
        if (!journal_->is_kept()) continue;
        journal_->put_retained({.account = tenant.name.account.view(),
                                .region = tenant.name.region.view(),
                                .topic = removed.topic,
                                .version = removed.version});
    }
}

RetainedSize Shard::retained_max() const {
    const Limits& limits = shared_.settings.limits;
    return {limits.retained_messages_max, limits.retained_bytes_max};
}

bool Shard::may_retain(TenantState& tenant, std::string_view topic,
                       const Publication& publication) {
    if (is_for_a_rule(topic)) return true;  // which consumes it
    clear_expired(tenant);
    if (tenant.retained.has_room(topic, publication, retained_max())) return true;
    counters_.retained_refused.add(1);
    return false;
}

bool Shard::retain(TenantState& tenant, std::string_view topic, const Publication& publication) {
    clear_expired(tenant);
    const std::int64_t wall_now = journal_->wall_now();
    const auto put =
        tenant.retained.put(topic, publication, {port_.now(), wall_now}, retained_max());
    if (put.outcome == RetainedStore::Outcome::Full) {
        counters_.retained_refused.add(1);
        return false;
    }
    // The server's word about itself is of this moment.
    if (is_of_server(topic)) return true;
    counters_.retained.add(1);
    if (!journal_->is_kept() || put.outcome == RetainedStore::Outcome::Nothing) return true;
    if (publication.qos != mqtt::Qos::AtMostOnce) {
        trail_.retained = std::make_unique<RetainedTrail>(&tenant, put);
    }
    const bool expires = publication.expiry_seconds != never_expires;
    const SteadyTime expires_at =
        expires ? port_.now() + std::chrono::seconds(publication.expiry_seconds)
                : SteadyTime::max();
    journal_->put_retained({.account = tenant.name.account.view(),
                            .region = tenant.name.region.view(),
                            .topic = topic,
                            .properties = publication.properties,
                            .payload = publication.payload,
                            .qos = static_cast<std::uint8_t>(publication.qos),
                            .expiry_at = publication.expiry_at,
                            .expires_at = journal_->wall_of(expires_at),
                            .retained_at = wall_now,
                            .version = put.version});
    return true;
}

}  // namespace gatehouse::broker
