#include "registry/topic_rule_destination.h"

#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"

namespace gatehouse::registry {
namespace {

// "." and "..", however they are written, which some servers follow.
bool leaves_its_path(std::string_view target) {
    const std::string path = percent_decode(target.substr(0, target.find('?')));
    for (std::size_t at = 0; at <= path.size();) {
        const auto slash = std::min(path.find_first_of("/\\", at), path.size());
        const std::string_view segment = std::string_view(path).substr(at, slash - at);
        if (segment == "." || segment == "..") return true;
        at = slash + 1;
    }
    return false;
}

}  // namespace

std::string TopicRuleDestination::arn() const {
    return make_arn(tenant, "iot", "ruledestination/http/" + id);
}

DestinationStatus TopicRuleDestination::status_at(WallTime now) const {
    const bool waited =
        status == DestinationStatus::InProgress && now - challenged > confirmation_wait_max;
    return waited ? DestinationStatus::Error : status;
}

std::string TopicRuleDestination::status_reason_at(WallTime now) const {
    return status_at(now) == status
               ? status_reason
               : "Confirmation timed out. Set the status IN_PROGRESS for another message.";
}

bool covers(const net::HttpUrl& confirmation, const net::HttpUrl& url) {
    return confirmation.is_https == url.is_https && confirmation.host == url.host &&
           confirmation.port == url.port && url.target.starts_with(confirmation.target) &&
           !leaves_its_path(url.target);
}

}  // namespace gatehouse::registry
