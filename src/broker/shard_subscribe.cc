// The part of Shard that changes what sessions are subscribed to.
#include <algorithm>
#include <string>

#include "broker/shard.h"
#include "broker/shared_state.h"
#include "mqtt/topic.h"

namespace gatehouse::broker {

Result<mqtt::Qos> Shard::subscribe(Session& session, std::string_view filter,
                                   SubscriptionOptions options) {
    if (filter.starts_with("$share/")) {
        return fail(ErrorKind::Unsupported, "shared subscriptions are not available");
    }
    TopicTree& tree = session.tenant_.tree;
    auto& own = session.subscriptions_;
    const std::uint32_t most = shared_.settings.limits.subscriptions_per_session_max;
    const auto place_of = [&own](FilterHandle handle) {
        return std::ranges::find(own, handle, &SessionSubscription::filter);
    };
    if (own.size() >= most && place_of(tree.find(filter)) == own.end()) {
        return fail(ErrorKind::LimitExceeded,
                    "the session has " + std::to_string(most) + " subscriptions already");
    }
    const auto handle = tree.subscribe(filter, Subscriber(session.place_, options));
    if (!handle) return fail(handle.error());
    const auto existing = place_of(*handle);
    const bool is_new = existing == own.end();
    if (is_new) {
        own.push_back({*handle, options});
    } else {
        existing->options = options;
    }
    const bool wants_retained =
        options.retain_handling == mqtt::RetainHandling::Send ||
        (options.retain_handling == mqtt::RetainHandling::SendIfNew && is_new);
    if (wants_retained && !session.tenant_.retained.is_empty()) {
        pending_retained_.push_back({&session, std::string(filter), options.qos});
    }
    return options.qos;
}

bool Shard::unsubscribe(Session& session, std::string_view filter) {
    TopicTree& tree = session.tenant_.tree;
    auto& own = session.subscriptions_;
    const auto found = std::ranges::find(own, tree.find(filter), &SessionSubscription::filter);
    if (found == own.end()) return false;
    tree.unsubscribe(found->filter, session.place_);
    *found = own.back();
    own.pop_back();
    return true;
}

void Shard::unsubscribe_all(Session& session) {
    for (const SessionSubscription& subscription : session.subscriptions_) {
        session.tenant_.tree.unsubscribe(subscription.filter, session.place_);
    }
    session.subscriptions_.clear();
}

void Shard::send_retained(Session& session) {
    const RetainedStore& store = session.tenant_.retained;
    const SteadyTime now = port_.now();
    const auto send = [&](const RetainedRef& message, mqtt::Qos granted) {
        delivery_.deliver_to(session, message->topic, message->publication(now), granted);
    };
    for (const PendingRetained& pending : pending_retained_) {
        if (pending.session != &session) continue;
        if (!mqtt::has_wildcard(pending.filter)) {
            if (const RetainedRef message = store.find(pending.filter, now)) {
                send(message, pending.qos);
            }
        } else if (shared_.settings.retained_on_subscribe == RetainedOnSubscribe::AllFilters) {
            for (const RetainedRef& message :
                 store.match(pending.filter, shared_.settings.parent_match, now)) {
                send(message, pending.qos);
            }
        }
    }
    std::erase_if(pending_retained_,
                  [&](const PendingRetained& pending) { return pending.session == &session; });
}

}  // namespace gatehouse::broker
