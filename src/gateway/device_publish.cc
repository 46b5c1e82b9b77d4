// PUBLISH from a device.
#include <algorithm>

#include "base/uuid.h"
#include "gateway/denial.h"
#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"
#include "gateway/message_expiry.h"
#include "gateway/topic_bounds.h"
#include "mqtt/ack.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {
namespace {

using mqtt::ReasonCode;

broker::Retain retain_of(const mqtt::Publish& publish) {
    return publish.retain ? broker::Retain::Yes : broker::Retain::No;
}

// The properties as they go on: without the topic alias, which belongs to this hop. Clients may
// send no subscription identifiers, so the alias is all there can be to take out.
mqtt::MessageProperties forwarded(const mqtt::MessageProperties& properties, Bytes& scratch) {
    if (properties.topic_alias == 0) return properties;
    scratch.clear();
    return mqtt::forwarded_properties(properties.raw, mqtt::PropertySection::Publish, scratch);
}

mqtt::PacketType acknowledgement_of(mqtt::Qos qos) {
    return qos == mqtt::Qos::ExactlyOnce ? mqtt::PacketType::Pubrec : mqtt::PacketType::Puback;
}

std::uint32_t expiry_of(const mqtt::Publish& publish, const Profile& profile) {
    if (!publish.properties.message_expiry_interval) return broker::never_expires;
    return held_expiry(*publish.properties.message_expiry_interval, profile);
}

}  // namespace

void DeviceConnection::on_publish(const mqtt::Frame& frame) {
    auto decoded = mqtt::decode_publish(frame, facts_->version);
    if (!decoded) [[unlikely]]
        return refuse_packet(decoded.error());
    mqtt::Publish& publish = *decoded;
    if (is_v5() && (publish.topic.empty() || publish.properties.topic_alias != 0)) {
        if (!resolve_topic(publish)) return;
    }
    if (publish.qos == mqtt::Qos::ExactlyOnce) [[unlikely]] {
        if (!begin_exactly_once(publish)) return;
    } else if (publish.qos == mqtt::Qos::AtLeastOnce && !has_inbound_room()) {
        return;
    }
    if (!publisher_) publisher_ = &lease_.publisher();
    broker::Route& route = publisher_->route_for(publish.topic);
    if (route.verdict.policy_generation != policy_generation_ || publish.retain) [[unlikely]] {
        if (!decide_publish(route, publish)) return;
    }
    if (route.verdict.permission == broker::Permission::Denied) [[unlikely]] {
        // Kept, which no verdict is that depends on the time.
        return deny_publish(publish, {policy::Action::Publish, {}});
    }
    if (publish.payload.size() > gateway_.settings().profile.limits.payload_bytes_max)
        [[unlikely]] {
        return refuse_oversize();
    }
    const bool is_reported = keeps(logs::EventType::PublishIn, logs::Status::Success);
    const UuidText trace_id = is_reported ? new_trace_id() : UuidText();
    const broker::PublishedBy by{identity_->principal_id, facts_->source_ip, trace_id};
    Bytes enriched;
    broker::Publication publication = publication_of(publish, enriched);
    publication.by = &by;
    const broker::PublishOutcome outcome = publisher_->publish(route, publication);
    if (outcome.rate != broker::PublishRate::Within) [[unlikely]] {
        note_over_rate(outcome.rate, publish.qos);
        if (outcome.rate == broker::PublishRate::Exceeded && publish.qos == mqtt::Qos::AtMostOnce)
            return;
    }
    if (outcome.kept == broker::Kept::NotRetained) [[unlikely]] {
        note_not_retained();
        if (publish.qos != mqtt::Qos::AtMostOnce) return refuse_retained(publish);
    }
    if (publish.qos != mqtt::Qos::AtMostOnce) {
        if (outcome.kept == broker::Kept::Yes && !lease_.must_wait() &&
            publish.qos == mqtt::Qos::AtLeastOnce) [[likely]] {
            mqtt::encode_short_ack(room(mqtt::short_ack_size), mqtt::PacketType::Puback,
                                   publish.packet_id);
        } else {
            answer_publish(publish, outcome.kept);
            if (outcome.kept == broker::Kept::No) return;
        }
    }
    gateway_.metrics().add(logs::Metric::PublishInSuccess);
    if (is_reported) report_publish_in(publish, trace_id);
    if (outcome.congestion == broker::Congestion::Congested && !congested_) {
        congested_ = true;
        gateway_.shard().wait_for_relief(*this);
        update_interest();
    }
}

// `enriched` holds its properties where they are more than the client's; it has to live as long.
broker::Publication DeviceConnection::publication_of(const mqtt::Publish& publish,
                                                     Bytes& enriched) {
    broker::Publication publication{
        .payload = publish.payload, .qos = publish.qos, .retain = retain_of(publish)};
    if (is_v5()) {
        const auto properties = forwarded(publish.properties, gateway_.scratch());
        publication.properties = properties.raw;
        publication.expiry_seconds = expiry_of(publish, gateway_.settings().profile);
        publication.expiry_at = properties.message_expiry_at;
    }
    if (publish.qos == mqtt::Qos::ExactlyOnce) publication.packet_id = publish.packet_id;
    if (identity_->propagated != nullptr) [[unlikely]] {
        mqtt::PropertyWriter added;
        for (const auto& [name, value] : *identity_->propagated) {
            added.add_user_property(name, value);
        }
        const BytesView own = publication.properties;
        const BytesView more = added.bytes();
        enriched.assign(own.begin(), own.end());
        enriched.insert(enriched.end(), more.begin(), more.end());
        publication.properties = enriched;
    }
    return publication;
}

// PUBACK or PUBREC, which may have to wait for the disk.
void DeviceConnection::answer_publish(const mqtt::Publish& publish, broker::Kept kept) {
    const mqtt::PacketType type = acknowledgement_of(publish.qos);
    if (type == mqtt::PacketType::Puback) ++pubacks_owed_;
    if (kept == broker::Kept::No) {
        // Who is cut off instead of told repeats it.
        if (publish.qos == mqtt::Qos::ExactlyOnce && is_v5()) lease_.release(publish.packet_id);
        return on_not_kept(type, publish.packet_id);
    }
    if (kept == broker::Kept::OnItsWay || lease_.must_wait()) {
        lease_.acknowledge_when_kept(type, publish.packet_id);
        return note_withheld();
    }
    on_kept(type, publish.packet_id);
}

// MQTT 5 section 3.3.2.3.4. False: the connection ended.
bool DeviceConnection::resolve_topic(mqtt::Publish& publish) {
    const std::uint16_t alias = publish.properties.topic_alias;
    if (alias == 0) {
        refuse_packet(
            {ReasonCode::ProtocolError, "3.3.2.1", "Topic Name", "is empty without a topic alias"});
        return false;
    }
    if (alias > gateway_.settings().profile.limits.topic_alias_max) {
        refuse_packet({ReasonCode::TopicAliasInvalid, "MQTT-3.3.2-9", "Topic Alias",
                       "is over the Topic Alias Maximum of CONNACK"});
        return false;
    }
    if (!topic_aliases_) topic_aliases_ = std::make_unique<std::vector<std::string>>();
    if (topic_aliases_->size() < alias) topic_aliases_->resize(alias);
    std::string& known = (*topic_aliases_)[alias - 1u];
    if (!publish.topic.empty()) {
        known = publish.topic;
        return true;
    }
    if (known.empty()) {
        refuse_packet(
            {ReasonCode::ProtocolError, "3.3.2.3.4", "Topic Alias", "stands for no topic yet"});
        return false;
    }
    publish.topic = known;
    return true;
}

// What the topic and the policies say; the verdict about the topic is kept in its route. False:
// the publish was refused and answered.
bool DeviceConnection::decide_publish(broker::Route& route, const mqtt::Publish& publish) {
    if (const auto problem =
            publish_topic_problem(publish.topic, retain_of(publish), gateway_.settings().profile)) {
        refuse_topic(publish, *problem);
        return false;
    }
    if (route.verdict.policy_generation != policy_generation_) {
        const auto decision = identity_->policies->decide(policy::Action::Publish, publish.topic);
        // A verdict that is for this moment alone is kept for no generation.
        route.verdict = {
            .policy_generation = identity_->policies->depends_on_time(policy::Action::Publish)
                                     ? 0
                                     : policy_generation_,
            .permission =
                decision.allowed() ? broker::Permission::Allowed : broker::Permission::Denied};
        if (!decision.allowed()) {
            deny_publish(publish, {policy::Action::Publish, decision});
            return false;
        }
    }
    if (!publish.retain || route.verdict.permission == broker::Permission::Denied) return true;
    const auto retain = identity_->policies->decide(policy::Action::RetainPublish, publish.topic);
    if (retain.allowed()) return true;
    deny_publish(publish, {policy::Action::RetainPublish, retain});
    return false;
}

void DeviceConnection::refuse_topic(const mqtt::Publish& publish, const std::string& problem) {
    gateway_.metrics().add(logs::Metric::PublishInClientError);
    constexpr ReasonCode reason = ReasonCode::TopicNameInvalid;
    const std::string trace_id = make_uuid(gateway_.parts().random);
    report_refused(logs::EventType::PublishIn, publish.topic, mqtt::constant_of(reason), problem,
                   trace_id);
    const std::string told = told_of_problem(problem, trace_id);
    if (is_v5() && publish.qos != mqtt::Qos::AtMostOnce) {
        return acknowledge_publish(publish, reason, told);
    }
    end({.reason = DisconnectReason::ClientError,
         .tell = reason,
         .details = problem,
         .told = told,
         .trace_id = trace_id});
}

void DeviceConnection::refuse_oversize() {
    gateway_.metrics().add(logs::Metric::PublishInClientError);
    // The profile's bound; MQTT has none for the payload alone.
    refuse_packet({ReasonCode::PacketTooLarge, "", "Payload", "is larger than the service takes"});
}

void DeviceConnection::note_over_rate(broker::PublishRate rate, mqtt::Qos qos) {
    gateway_.metrics().add(logs::Metric::PublishInThrottle);
    const bool is_counted_only = rate == broker::PublishRate::Over;
    if (is_counted_only && rate_watch_ && rate_watch_->note_quietly()) [[likely]]
        return;
    watch_rate(rate, qos);
}

// Throttled, QoS 0 is discarded already, and whatever follows anything else waits.
void DeviceConnection::watch_rate(broker::PublishRate rate, mqtt::Qos qos) {
    if (!rate_watch_) {
        rate_watch_ = std::make_unique<RateWatch>(gateway_.loop(), [this] { go_on(); });
    }
    if (const std::uint64_t count = rate_watch_->note(); count != 0) {
        report_over_rate(count, rate == broker::PublishRate::Exceeded);
    }
    if (rate != broker::PublishRate::Exceeded || qos == mqtt::Qos::AtMostOnce) return;
    rate_watch_->pause_until_next_second();
    update_interest();
}

void DeviceConnection::note_not_retained() {
    gateway_.metrics().add(logs::Metric::PublishRetainedThrottle);
    if (!retained_watch_) retained_watch_ = std::make_unique<RateWatch>(gateway_.loop(), [] {});
    if (const std::uint64_t count = retained_watch_->note(); count != 0) {
        report_not_retained(count);
    }
}

// Passed on to nobody.
void DeviceConnection::refuse_retained(const mqtt::Publish& publish) {
    if (is_v5()) {
        return acknowledge_publish(publish, ReasonCode::QuotaExceeded, no_room_to_retain);
    }
    end({.reason = DisconnectReason::Throttled, .details = std::string(no_room_to_retain)});
}

// A publish that the policies do not allow: the answer follows the profile.
void DeviceConnection::deny_publish(const mqtt::Publish& publish, const Refused& refused) {
    gateway_.metrics().add(publish.retain ? logs::Metric::PublishRetainedAuthError
                                          : logs::Metric::PublishInAuthError);
    const std::string trace_id = make_uuid(gateway_.parts().random);
    const Denial denial = describe_denial(*identity_, refused, publish.topic);
    report_denied(logs::EventType::PublishIn, publish.topic, denial, trace_id);
    const Behaviour& behaviour = gateway_.settings().profile.behaviour;
    const std::string told = told_to_client("PUBLISH", trace_id);
    const bool acknowledges = publish.qos != mqtt::Qos::AtMostOnce;
    if (!is_v5()) {
        if (behaviour.publish_denied_311 == PublishDenial311::DropAndAcknowledge) {
            if (acknowledges) acknowledge_publish(publish, ReasonCode::Success);
            return;
        }
    } else if (acknowledges) {
        if (behaviour.publish_denied_5_qos1 == PublishDenial5Qos1::Puback) {
            return acknowledge_publish(publish, ReasonCode::NotAuthorized, told);
        }
    } else if (behaviour.publish_denied_5_qos0 == PublishDenial5Qos0::Drop) {
        return;
    }
    end({.reason = DisconnectReason::AuthError,
         .tell = ReasonCode::NotAuthorized,
         .details = told,
         .trace_id = trace_id});
}

void DeviceConnection::acknowledge_publish(const mqtt::Publish& publish, ReasonCode reason,
                                           std::string_view sentence) {
    // A repetition of what was taken before the policies changed, say.
    const bool ends = publish.qos == mqtt::Qos::ExactlyOnce && mqtt::is_failure(reason);
    if (ends) lease_.release(publish.packet_id);
    Bytes packet = explained(mqtt::Ack{.type = acknowledgement_of(publish.qos),
                                       .packet_id = publish.packet_id,
                                       .reason = reason},
                             sentence);
    if (publish.qos == mqtt::Qos::AtLeastOnce) ++pubacks_owed_;
    if (!lease_.must_wait()) return send(packet);
    // In the order of the publishes [MQTT-4.6.0-2].
    lease_.send_when_kept(std::move(packet));
    note_withheld();
}

}  // namespace gatehouse::gateway
