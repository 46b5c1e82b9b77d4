// SUBSCRIBE and UNSUBSCRIBE from a device, and whether it may receive a topic.
#include "base/uuid.h"
#include "gateway/denial.h"
#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"
#include "gateway/topic_bounds.h"
#include "mqtt/subscribe.h"

namespace gatehouse::gateway {
namespace {

using mqtt::ReasonCode;

broker::SubscriptionOptions options_of(const mqtt::Subscription& subscription,
                                       std::optional<std::uint32_t> identifier, Heed heed) {
    if (heed == Heed::Ignored)
        return {.qos = subscription.qos, .identifier = identifier.value_or(0)};
    return {.qos = subscription.qos,
            .no_local = subscription.no_local ? broker::NoLocal::Yes : broker::NoLocal::No,
            .retain_as_published = subscription.retain_as_published ? broker::RetainAsPublished::Yes
                                                                    : broker::RetainAsPublished::No,
            .retain_handling = subscription.retain_handling,
            .identifier = identifier.value_or(0)};
}

ReasonCode reason_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::LimitExceeded: return ReasonCode::QuotaExceeded;
        case ErrorKind::InvalidInput: return ReasonCode::TopicFilterInvalid;
        default: return ReasonCode::UnspecifiedError;
    }
}

}  // namespace

void DeviceConnection::on_subscribe(const mqtt::Frame& frame) {
    const auto subscribe = mqtt::decode_subscribe(frame, facts_->version);
    if (!subscribe) return refuse_packet(subscribe.error());
    const Profile& profile = gateway_.settings().profile;
    if (subscribe->subscription_identifier &&
        profile.behaviour.subscription_identifiers == Support::Refused) {
        return refuse_packet({ReasonCode::SubscriptionIdentifiersNotSupported, "3.8.2.1.2",
                              "Subscription Identifier", "is not supported"});
    }
    if (subscribe->subscriptions.size() > profile.limits.filters_per_subscribe_max) {
        gateway_.metrics().add(logs::Metric::SubscribeClientError);
        return refuse_packet({ReasonCode::QuotaExceeded, "3.8.3", "Topic Filter",
                              "more filters in one SUBSCRIBE than the service takes"});
    }
    if (!takes_codes(subscribe->subscriptions.size())) return;
    mqtt::Suback suback{.packet_id = subscribe->packet_id};
    std::string first_problem;
    for (const mqtt::Subscription& subscription : subscribe->subscriptions) {
        suback.reasons.push_back(
            subscribe_one(subscription,
                          options_of(subscription, subscribe->subscription_identifier,
                                     profile.behaviour.subscription_options),
                          first_problem));
        if (lingering_) return;
    }
    lease_.send_when_kept(explained(suback, first_problem));
    note_withheld();
    lease_.send_retained();
    tell_subscribed(*subscribe, suback);
}

// Whether a SUBACK or UNSUBACK with so many codes is no larger than the client takes. False: the
// connection ended, since what is asked for could not be answered.
bool DeviceConnection::takes_codes(std::size_t count) {
    // Packet identifier, no properties, codes.
    const auto length = static_cast<std::uint32_t>(2 + 1 + count);
    if (1 + mqtt::variable_int_size(length) + length <= packet_bytes_max_) return true;
    refuse_packet({ReasonCode::PacketTooLarge, "MQTT-3.1.2-24", "Maximum Packet Size",
                   "of the client is smaller than the answer"});
    return false;
}

mqtt::ReasonCode DeviceConnection::subscribe_one(const mqtt::Subscription& subscription,
                                                 const broker::SubscriptionOptions& options,
                                                 std::string& problem) {
    const Profile& profile = gateway_.settings().profile;
    if (subscription.qos == mqtt::Qos::ExactlyOnce && profile.behaviour.qos_2 == Support::Refused) {
        gateway_.metrics().add(logs::Metric::SubscribeClientError);
        refuse_packet({ReasonCode::QosNotSupported, "3.8.3.1", "QoS",
                       "QoS 2 is not supported; subscribe with QoS 0 or 1"});
        return ReasonCode::QosNotSupported;
    }
    if (auto trouble = filter_problem(subscription.filter, profile)) {
        return refuse_filter(subscription.filter, ReasonCode::TopicFilterInvalid,
                             std::move(*trouble), problem);
    }
    const mqtt::FilterParts parts = mqtt::split_filter(subscription.filter);
    const auto decision = identity_->policies->decide(policy::Action::Subscribe, parts.filter);
    if (!decision.allowed()) return deny_filter(parts.filter, decision, problem);
    const auto done = lease_.subscribe(subscription.filter, options);
    if (!done) {
        return refuse_filter(subscription.filter, reason_of(done.error().kind),
                             done.error().message, problem);
    }
    gateway_.metrics().add(logs::Metric::SubscribeSuccess);
    report_success(logs::EventType::Subscribe, subscription.filter);
    return mqtt::granted(*done);
}

// What another principal subscribed to in this session stays only if this one may subscribe to it.
void DeviceConnection::drop_denied_subscriptions() {
    std::vector<std::pair<std::string, policy::Decision>> denied;
    lease_.session().for_each_subscription([&](std::string filter,
                                               const broker::SubscriptionOptions&) {
        const mqtt::FilterParts parts = mqtt::split_filter(filter);
        const auto decision = identity_->policies->decide(policy::Action::Subscribe, parts.filter);
        if (!decision.allowed()) denied.emplace_back(std::move(filter), decision);
    });
    for (const auto& [filter, decision] : denied) {
        lease_.unsubscribe(filter);
        gateway_.metrics().add(logs::Metric::SubscribeAuthError);
        const std::string_view asked = mqtt::split_filter(filter).filter;
        report_denied(logs::EventType::Subscribe, asked,
                      describe_denial(*identity_, {policy::Action::Subscribe, decision}, asked),
                      facts_->trace_id);
    }
}

// A filter that the service does not take. 3.1.1 has no code that says so: AWS closes. It does so,
// too, where it does not serve what the filter is for.
mqtt::ReasonCode DeviceConnection::refuse_filter(std::string_view filter, ReasonCode reason,
                                                 std::string sentence, std::string& problem) {
    gateway_.metrics().add(logs::Metric::SubscribeClientError);
    const std::string trace_id = make_uuid(gateway_.parts().random);
    report_refused(logs::EventType::Subscribe, filter, mqtt::constant_of(reason), sentence,
                   trace_id);
    const std::string told = told_of_problem(sentence, trace_id);
    if (problem.empty()) problem = told;
    const Profile& profile = gateway_.settings().profile;
    const bool closes = is_v5()
                            ? profile.behaviour.reserved_filter_5 == ReservedFilter5::Disconnect &&
                                  is_unserved(filter, profile)
                            : profile.behaviour.subscribe_denied_311 == SubscribeDenial311::Close;
    if (closes) {
        end({.reason = DisconnectReason::ClientError,
             .tell = reason,
             .details = std::move(sentence),
             .told = told,
             .trace_id = trace_id});
    }
    return reason;
}

mqtt::ReasonCode DeviceConnection::deny_filter(std::string_view filter,
                                               const policy::Decision& refused,
                                               std::string& problem) {
    gateway_.metrics().add(logs::Metric::SubscribeAuthError);
    const std::string trace_id = make_uuid(gateway_.parts().random);
    const Denial denial = describe_denial(*identity_, {policy::Action::Subscribe, refused}, filter);
    report_denied(logs::EventType::Subscribe, filter, denial, trace_id);
    const std::string told = told_to_client("SUBSCRIBE", trace_id);
    if (problem.empty()) problem = told;
    const Behaviour& behaviour = gateway_.settings().profile.behaviour;
    if (!is_v5() && behaviour.subscribe_denied_311 == SubscribeDenial311::Close) {
        end({.reason = DisconnectReason::AuthError,
             .tell = ReasonCode::NotAuthorized,
             .details = told,
             .trace_id = trace_id});
    }
    return ReasonCode::NotAuthorized;
}

void DeviceConnection::on_unsubscribe(const mqtt::Frame& frame) {
    const auto unsubscribe = mqtt::decode_unsubscribe(frame, facts_->version);
    if (!unsubscribe) {
        gateway_.metrics().add(logs::Metric::UnsubscribeClientError);
        return refuse_packet(unsubscribe.error());
    }
    if (!takes_codes(unsubscribe->filters.size())) return;
    mqtt::Unsuback unsuback{.packet_id = unsubscribe->packet_id};
    std::vector<std::string_view> ended;
    for (const std::string_view filter : unsubscribe->filters) {
        const bool existed = lease_.unsubscribe(filter);
        if (existed) ended.push_back(filter);
        if (is_v5()) {
            unsuback.reasons.push_back(existed ? ReasonCode::Success
                                               : ReasonCode::NoSubscriptionExisted);
        }
        gateway_.metrics().add(logs::Metric::UnsubscribeSuccess);
        report_success(logs::EventType::Unsubscribe, filter);
    }
    Bytes packet;
    mqtt::encode(unsuback, facts_->version, packet);
    lease_.send_when_kept(std::move(packet));
    note_withheld();
    if (!ended.empty()) gateway_.lifecycle().unsubscribed(lifecycle_facts(), ended);
}

// A denial is told once a topic, policy and log level, not once a message.
broker::GuardAnswer DeviceConnection::may_receive(std::string_view topic) {
    const auto decision = identity_->policies->decide(policy::Action::Receive, topic);
    const auto lasting = identity_->policies->depends_on_time(policy::Action::Receive)
                             ? broker::Lasting::No
                             : broker::Lasting::Yes;
    if (decision.allowed()) {
        return {.permission = broker::Permission::Allowed, .lasting = lasting};
    }
    gateway_.metrics().add(logs::Metric::PublishOutAuthError);
    follow_log_level();
    if (denied_deliveries_ == nullptr) denied_deliveries_ = std::make_unique<ToldTopics>();
    if (denied_deliveries_->is_news(topic, gateway_.loop().now())) {
        const Denial denial =
            describe_denial(*identity_, {policy::Action::Receive, decision}, topic);
        report_denied(logs::EventType::PublishOut, topic, denial,
                      make_uuid(gateway_.parts().random));
    }
    return {.permission = broker::Permission::Denied, .lasting = lasting};
}

}  // namespace gatehouse::gateway
