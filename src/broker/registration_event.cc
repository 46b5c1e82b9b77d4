#include "broker/registration_event.h"

#include <fmt/format.h>

#include <string>

#include "base/json.h"
#include "broker/publisher.h"

namespace gatehouse::broker {

void publish_registration(Shard& shard, const RegistrationFacts& facts, WallTime now) {
    const std::string topic =
        fmt::format("$aws/events/certificates/registered/{}", facts.ca_certificate_id);
    if (!shard.has_receivers(facts.tenant, topic)) return;
    const std::string payload =
        fmt::format(R"({{"certificateId":{},"caCertificateId":{},"timestamp":{},)"
                    R"("certificateStatus":"PENDING_ACTIVATION","awsAccountId":{},)"
                    R"("certificateRegistrationTimestamp":"{}"}})",
                    quote_json(facts.certificate_id), quote_json(facts.ca_certificate_id),
                    now.time_since_epoch().count(), quote_json(facts.tenant.account.view()),
                    facts.registered.time_since_epoch().count());
    Publisher publisher(shard, facts.tenant);
    publisher.publish(publisher.route_for(topic),
                      {.payload = bytes_of(payload), .qos = mqtt::Qos::AtLeastOnce});
}

}  // namespace gatehouse::broker
