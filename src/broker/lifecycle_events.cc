#include "broker/lifecycle_events.h"

#include "base/json.h"
#include "broker/publisher.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

// A JSON object in the making; members stand in the order in which they are added.
class LifecycleEvents::Event {
public:
    Event(const ConnectionFacts& facts, std::string_view type, WallTime now) {
        text("clientId", facts.client_id);
        if (!facts.thing_name.empty()) text("thingName", facts.thing_name);
        value("timestamp", std::to_string(now.time_since_epoch().count()));
        text("eventType", type);
        text("sessionIdentifier", facts.session_identifier);
        text("principalIdentifier", facts.principal_identifier);
    }
    Event& text(std::string_view name, std::string_view text) {
        return value(name, quote_json(text));
    }
    Event& value(std::string_view name, std::string_view json) {
        json_ += json_.empty() ? '{' : ',';
        json_ += quote_json(name);
        json_ += ':';
        json_ += json;
        return *this;
    }
    Event& list(std::string_view name, std::span<const std::string_view> texts) {
        std::string json = "[";
        for (const std::string_view text : texts) {
            if (json.size() > 1) json += ',';
            json += quote_json(text);
        }
        return value(name, json + ']');
    }
    std::string json() const { return json_ + '}'; }

private:
    std::string json_;
};

void LifecycleEvents::connected(const ConnectionFacts& facts) {
    const std::string topic = wanted_topic(facts, "presence", "connected");
    if (topic.empty()) return;
    Event event(facts, "connected", clock_.wall_now());
    event.text("ipAddress", facts.ip_address)
        .value("versionNumber", std::to_string(facts.version_number));
    publish(facts, topic, event);
}

void LifecycleEvents::disconnected(const ConnectionFacts& facts, std::string_view reason) {
    const std::string topic = wanted_topic(facts, "presence", "disconnected");
    if (topic.empty()) return;
    Event event(facts, "disconnected", clock_.wall_now());
    event
        .value("clientInitiatedDisconnect",
               reason == "CLIENT_INITIATED_DISCONNECT" ? "true" : "false")
        .text("disconnectReason", reason)
        .value("versionNumber", std::to_string(facts.version_number));
    publish(facts, topic, event);
}

void LifecycleEvents::connect_failed(const ConnectionFacts& facts) {
    const std::string topic = wanted_topic(facts, "presence", "connect_failed");
    if (topic.empty()) return;
    Event event(facts, "connect_failed", clock_.wall_now());
    event.text("ipAddress", facts.ip_address).text("connectFailureReason", "AUTHORIZATION_FAILED");
    publish(facts, topic, event);
}

void LifecycleEvents::subscribed(const ConnectionFacts& facts,
                                 std::span<const std::string_view> filters) {
    const std::string topic = wanted_topic(facts, "subscriptions", "subscribed");
    if (topic.empty()) return;
    Event event(facts, "subscribed", clock_.wall_now());
    event.list("topics", filters);
    publish(facts, topic, event);
}

void LifecycleEvents::unsubscribed(const ConnectionFacts& facts,
                                   std::span<const std::string_view> filters) {
    const std::string topic = wanted_topic(facts, "subscriptions", "unsubscribed");
    if (topic.empty()) return;
    Event event(facts, "unsubscribed", clock_.wall_now());
    event.list("topics", filters);
    publish(facts, topic, event);
}

std::string LifecycleEvents::wanted_topic(const ConnectionFacts& facts, std::string_view family,
                                          std::string_view type) {
    if (facts.client_id.find_first_of("#+") != std::string_view::npos) return {};
    std::string topic = "$aws/events/";
    topic.append(family).append("/").append(type).append("/").append(facts.client_id);
    // A client id may be as long as a topic.
    if (topic.size() > mqtt::string_size_max) return {};
    if (!shard_.has_receivers(facts.tenant, topic)) return {};
    return topic;
}

void LifecycleEvents::publish(const ConnectionFacts& facts, const std::string& topic,
                              const Event& event) {
    const std::string payload = event.json();
    Publisher publisher(shard_, facts.tenant);
    publisher.publish(publisher.route_for(topic),
                      {.payload = bytes_of(payload), .qos = mqtt::Qos::AtLeastOnce});
}

}  // namespace gatehouse::broker
