#include "registry/topic_rule_destination.h"

#include <algorithm>
#include <utility>

#include "base/arn.h"
#include "base/encoding.h"

namespace gatehouse::registry {
namespace {

constexpr int decodings_max = 4;  // nobody encodes a path that often who means well

bool has_dot_segment(std::string_view path) {
    for (std::size_t at = 0; at <= path.size();) {
        const auto slash = std::min(path.find_first_of("/\\", at), path.size());
        const std::string_view segment = path.substr(at, slash - at);
        if (segment == "." || segment == "..") return true;
        at = slash + 1;
    }
    return false;
}

// "." and "..", however they are written, which some servers follow, and however often they are
// encoded, which a proxy and the server behind it undo once each.
bool leaves_its_path(std::string_view target) {
    std::string path(target.substr(0, target.find('?')));
    for (int times = 0; times < decodings_max && !has_dot_segment(path); ++times) {
        std::string decoded = percent_decode(path);
        if (decoded == path) return false;
        path = std::move(decoded);
    }
    return true;
}

}  // namespace

std::string TopicRuleDestination::arn() const {
    return make_arn(tenant, "iot", (vpc ? "ruledestination/vpc/" : "ruledestination/http/") + id);
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
