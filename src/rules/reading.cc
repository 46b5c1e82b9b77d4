#include "rules/reading.h"

#include "mqtt/publish.h"

namespace gatehouse::rules {

Reading::Reading(MessagePtr message, WallTime now) : message_(std::move(message)) {
    view_ = {.topic = message_->ruled_topic(),
             .payload = message_->payload,
             .account = message_->tenant.account.view(),
             .now = now,
             .client_id = message_->client_id,
             .principal = message_->principal,
             .source_ip = message_->source_ip,
             // Of messages that came by MQTT.
             .trace_id = message_->client_id.empty() ? std::string_view()
                                                     : std::string_view(message_->trace_id)};
    if (document_.parse(message_->payload)) view_.document = &document_;
    if (!message_->properties.empty()) read_properties();
}

// They were checked when they came.
void Reading::read_properties() {
    const auto properties =
        mqtt::decode_message_properties(message_->properties, mqtt::PropertySection::Publish);
    if (!properties) return;
    view_.content_type = properties->content_type;
    if (properties->payload_format) {
        view_.is_utf8 = *properties->payload_format == mqtt::PayloadFormat::Utf8;
    }
    view_.response_topic = properties->response_topic;
    if (properties->correlation_data) {
        view_.correlation_data = text_of(*properties->correlation_data);
    }
    for (const mqtt::UserProperty& each : properties->user_properties()) {
        user_properties_.emplace_back(each.name, each.value);
    }
    view_.user_properties = user_properties_;
}

}  // namespace gatehouse::rules
