// What others may hear of a device's connection on `$aws/events/…`.
#include <vector>

#include "gateway/device_connection.h"
#include "gateway/gateway.h"
#include "gateway/identity_keeper.h"
#include "gateway/loop_gateway.h"
#include "mqtt/subscribe.h"

namespace gatehouse::gateway {

broker::ConnectionFacts DeviceConnection::lifecycle_facts() const {
    return {.tenant = facts_->tenant(),
            .client_id = facts_->client_id,
            .thing_name = identity_->thing_name(),
            .session_identifier = facts_->trace_id,
            .principal_identifier = identity_->principal_id,
            .ip_address = facts_->source_ip,
            .version_number = connection_number_};
}

void DeviceConnection::tell_connected() {
    connection_number_ = lease_.connection_number();
    gateway_.lifecycle().connected(lifecycle_facts());
    tell_presence();
}

void DeviceConnection::tell_presence() const {
    PresenceListener* const listener = gateway_.parts().presence;
    if (listener == nullptr || lingering_) return;
    listener->changed(facts_->tenant(), {.client_id = facts_->client_id,
                                         .thing_name = identity_->thing_name(),
                                         .is_connected = true,
                                         .since = facts_->connected_at,
                                         .reason = {},
                                         .version = connection_number_});
}

void DeviceConnection::tell_absence(std::string_view reason) const {
    PresenceListener* const listener = gateway_.parts().presence;
    if (listener == nullptr) return;
    listener->changed(facts_->tenant(), {.client_id = facts_->client_id,
                                         .thing_name = identity_->thing_name(),
                                         .is_connected = false,
                                         .since = gateway_.parts().clock.wall_now(),
                                         .reason = reason,
                                         .version = connection_number_});
}

// Later in the turn: the end may have come from within the broker. The connection may be gone by
// then, so what is told is copied; where nobody listens that is all that happens.
void DeviceConnection::tell_disconnected(DisconnectReason reason) {
    tell_absence(name_of(reason));
    gateway_.loop().post([&gateway = gateway_, reason, tenant = facts_->tenant(),
                          client_id = facts_->client_id, trace_id = facts_->trace_id,
                          identity = identity_, number = connection_number_] {
        gateway.lifecycle().disconnected({.tenant = tenant,
                                          .client_id = client_id,
                                          .thing_name = identity->thing_name(),
                                          .session_identifier = trace_id,
                                          .principal_identifier = identity->principal_id,
                                          .ip_address = {},
                                          .version_number = number},
                                         name_of(reason));
    });
}

void DeviceConnection::tell_subscribed(const mqtt::Subscribe& subscribe,
                                       const mqtt::Suback& suback) {
    std::vector<std::string_view> filters;
    for (std::size_t i = 0; i < suback.reasons.size(); ++i) {
        if (!mqtt::is_failure(suback.reasons[i])) {
            filters.push_back(subscribe.subscriptions[i].filter);
        }
    }
    if (!filters.empty()) gateway_.lifecycle().subscribed(lifecycle_facts(), filters);
}

}  // namespace gatehouse::gateway
