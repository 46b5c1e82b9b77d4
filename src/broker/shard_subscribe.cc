// The part of Shard that changes what sessions are subscribed to.
#include <algorithm>
#include <string>

#include "broker/shard.h"
#include "broker/shared_state.h"
#include "broker/withheld.h"
#include "mqtt/topic.h"

namespace gatehouse::broker {
namespace {

std::unexpected<Error> too_many(std::uint32_t most) {
    return fail(ErrorKind::LimitExceeded,
                "the session has " + std::to_string(most) + " subscriptions already");
}

}  // namespace

Result<mqtt::Qos> Shard::subscribe(Session& session, std::string_view filter,
                                   SubscriptionOptions options, std::uint32_t most) {
    if (mqtt::split_filter(filter).is_shared()) {
        return subscribe_shared(session, filter, options, most);
    }
    TopicTree& tree = session.tenant_.tree;
    SessionSubscriptions& own = session.subscriptions_;
    if (own.size() >= most) {
        const FilterHandle known = tree.find(filter);
        if (known == FilterHandle() || own.find(known) == nullptr) return too_many(most);
    }
    const auto persistent =
        session.is_persistent() ? Subscriber::Persistent::Yes : Subscriber::Persistent::No;
    const auto handle = tree.subscribe(filter, Subscriber(session.place_, options, persistent));
    if (!handle) return fail(handle.error());
    if (session.record_ != 0) journal_->put_subscription(session, filter, options);
    SessionSubscription* const existing = own.find(*handle);
    const bool is_new = existing == nullptr;
    if (is_new) {
        own.add({.filter = *handle, .options = options});
        counters_.subscribed.add(1);
    } else {
        existing->options = options;
        delivery_.change_feed(session, filter, options);
    }
    const bool wants_retained =
        options.retain_handling == mqtt::RetainHandling::Send ||
        (options.retain_handling == mqtt::RetainHandling::SendIfNew && is_new);
    if (!wants_retained) return options.qos;
    // Behind tree.subscribe(): a message that is not seen here finds the subscription there.
    if (const auto newest = session.tenant_.retained.version_if_any()) {
        pending_retained_.push_back({.session = &session,
                                     .filter = std::string(filter),
                                     .options = options,
                                     .newest = *newest});
    }
    return options.qos;
}

Result<mqtt::Qos> Shard::subscribe_shared(Session& session, std::string_view filter,
                                          SubscriptionOptions options, std::uint32_t most) {
    SessionSubscriptions& own = session.subscriptions_;
    ShareGroups& shares = session.tenant_.shares;
    const ShareNumber known = shares.find(filter);
    SessionSubscription* const existing = known == 0 ? nullptr : own.find(known);
    if (existing != nullptr) {
        existing->options = options;
        shares.note_change(known);
        if (session.record_ != 0) journal_->put_subscription(session, filter, options);
        return options.qos;
    }
    if (own.size() >= most) return too_many(most);
    if (session.load_ == nullptr) {
        session.load_ =
            std::make_shared<MemberLoad>(session.queued_messages() == 0 ? Load::None : Load::Some);
    }
    const auto group = shares.join(
        filter,
        {.place = session.place_, .load = session.load_, .is_kept = session.keeps_messages()});
    if (!group) return fail(group.error());
    own.add({.filter = {}, .options = options, .group = *group});
    counters_.subscribed.add(1);
    if (session.record_ != 0) journal_->put_subscription(session, filter, options);
    pending_retained_.push_back(
        {.session = &session, .filter = {}, .options = options, .group = *group});
    return options.qos;
}

bool Shard::unsubscribe(Session& session, std::string_view filter) {
    TopicTree& tree = session.tenant_.tree;
    SessionSubscriptions& own = session.subscriptions_;
    const bool is_shared = mqtt::split_filter(filter).is_shared();
    const FilterHandle handle = is_shared ? FilterHandle() : tree.find(filter);
    const ShareNumber group = is_shared ? session.tenant_.shares.find(filter) : 0;
    if (handle == FilterHandle() && group == 0) return false;
    const SessionSubscription* const found = is_shared ? own.find(group) : own.find(handle);
    if (found == nullptr) return false;
    leave(session, *found);
    delivery_.end_feed(session, filter);
    if (session.record_ != 0) journal_->remove_subscription(session, filter);
    own.remove(*found);
    return true;
}

void Shard::unsubscribe_all(Session& session) {
    for (const SessionSubscription& subscription : session.subscriptions_) {
        leave(session, subscription);
    }
    session.subscriptions_.clear();
}

void Shard::leave(Session& session, const SessionSubscription& subscription) {
    counters_.unsubscribed.add(1);
    if (subscription.group != 0) {
        session.tenant_.shares.leave(subscription.group, session.place_);
    } else {
        session.tenant_.tree.unsubscribe(subscription.filter, session.place_);
    }
}

void Shard::send_retained(Session& session) {
    const RetainedStore& store = session.tenant_.retained;
    clear_expired(session.tenant_);
    // Taken out first: what a group gets back is delivered through the broker.
    std::vector<PendingRetained> wanted;
    std::erase_if(pending_retained_, [&](PendingRetained& pending) {
        if (pending.session != &session) return false;
        wanted.push_back(std::move(pending));
        return true;
    });
    for (PendingRetained& pending : wanted) {
        if (pending.group != 0) {
            reclaim_everywhere(session.tenant_, pending.group);
        } else if (!mqtt::has_wildcard(pending.filter)) {
            if (RetainedRef message = store.find(pending.filter, port_.now())) {
                delivery_.add_feed(session, RetainedFeed(std::move(pending.filter), pending.options,
                                                         pending.newest, std::move(message)));
            }
        } else if (shared_.settings.retained_on_subscribe == RetainedOnSubscribe::AllFilters) {
            delivery_.add_feed(
                session, RetainedFeed(std::move(pending.filter), pending.options, pending.newest));
        }
        // At once: the same filter may follow, as in a SUBSCRIBE of its own [MQTT-3.8.4-5].
        delivery_.feed(session);
    }
}

}  // namespace gatehouse::broker
