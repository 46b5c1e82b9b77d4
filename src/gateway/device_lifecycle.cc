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
            .thing_name = {},
            .session_identifier = facts_->trace_id,
            .principal_identifier = identity_->principal_id,
            .ip_address = facts_->source_ip,
            .version_number = connection_number_};
}

void DeviceConnection::tell_connected() {
    connection_number_ = lease_.connection_number();
    gateway_.lifecycle().connected(lifecycle_facts());
}

// Later in the turn: the end may have come from within the broker. The connection may be gone by
// then, so what is told is copied; where nobody listens that is all that happens.
void DeviceConnection::tell_disconnected(DisconnectReason reason) {
    gateway_.loop().post([&gateway = gateway_, reason, tenant = facts_->tenant(),
                          client_id = facts_->client_id, trace_id = facts_->trace_id,
                          identity = identity_, number = connection_number_] {
        gateway.lifecycle().disconnected({.tenant = tenant,
                                          .client_id = client_id,
                                          .thing_name = {},
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
