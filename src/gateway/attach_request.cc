#include "gateway/attach_request.h"

#include <algorithm>
#include <utility>

#include "gateway/connect_will.h"
#include "gateway/session_owner.h"

namespace gatehouse::gateway {

broker::AttachRequest attach_request(const mqtt::Connect& connect, const DeviceFacts& facts,
                                     const authentication::IdentityPtr& identity,
                                     const ConnectTerms& terms, const Profile& profile) {
    std::string principal = session_owner(*identity);
    auto will = make_will(connect, principal, profile);
    return {.tenant = facts.tenant(),
            .client_id = broker::ClientId(facts.client_id),
            .principal = std::move(principal),
            .version = connect.version,
            .clean_start = connect.clean_start ? broker::CleanStart::Yes : broker::CleanStart::No,
            .session_expiry_seconds = terms.session_expiry_seconds,
            .receive_maximum = terms.receive_maximum,
            .packet_bytes_max = connect.properties.maximum_packet_size,
            .topic_alias_maximum = static_cast<std::uint16_t>(std::min<std::uint32_t>(
                connect.properties.topic_alias_maximum, profile.limits.topic_alias_max)),
            .will = std::move(will)};
}

}  // namespace gatehouse::gateway
