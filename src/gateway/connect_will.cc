#include "gateway/connect_will.h"

#include "base/arn.h"
#include "gateway/message_expiry.h"
#include "mqtt/publish.h"

namespace gatehouse::gateway {

std::unique_ptr<broker::Will> make_will(const mqtt::Connect& connect, std::string_view principal,
                                        const Profile& profile) {
    if (!connect.will) return nullptr;
    const mqtt::Will& from = *connect.will;
    auto will = std::make_unique<broker::Will>();
    will->topic = from.topic;
    will->payload.assign(from.payload.begin(), from.payload.end());
    will->qos = from.qos;
    will->retain = from.retain ? broker::Retain::Yes : broker::Retain::No;
    if (connect.version == mqtt::ProtocolVersion::V5) {
        const mqtt::MessageProperties properties = mqtt::forwarded_properties(
            from.properties.raw, mqtt::PropertySection::Will, will->properties);
        will->expiry_at = properties.message_expiry_at;
        if (profile.behaviour.will_delay == Heed::Honoured) {
            will->delay_seconds = from.properties.will_delay_interval;
        }
        if (from.properties.message_expiry_interval) {
            will->expiry_seconds = held_expiry(*from.properties.message_expiry_interval, profile);
        }
    }
    will->author = principal;
    return will;
}

ConnectContext::ConnectContext(const mqtt::Connect& connect, const Tenant& tenant) {
    const bool persistent = connect.version == mqtt::ProtocolVersion::V5
                                ? connect.properties.session_expiry_interval > 0
                                : !connect.clean_start;
    if (persistent) attributes_.emplace_back("PersistentConnect");
    if (connect.will) attributes_.emplace_back("LastWill");
    entries_.push_back({"iot:ConnectAttributes", attributes_});
    if (!connect.will) return;
    will_topic_arn_ = make_arn(tenant, "iot", "topic/" + std::string(connect.will->topic));
    will_topic_ = will_topic_arn_;
    entries_.push_back({"iot:LastWillTopic", {&will_topic_, 1}});
}

}  // namespace gatehouse::gateway
