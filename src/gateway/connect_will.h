// The will of a CONNECT, and what policies may ask of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/profile.h"
#include "base/tenant.h"
#include "broker/attach.h"
#include "mqtt/connect.h"
#include "policy/condition.h"

namespace gatehouse::gateway {

// Null: the CONNECT has none. Without a permit, which the session's loop gives it
// (will_reviews.h). `principal`: AttachRequest::principal.
std::unique_ptr<broker::Will> make_will(const mqtt::Connect& connect, std::string_view principal,
                                        const Profile& profile);

// The condition keys that only a CONNECT has: iot:ConnectAttributes and iot:LastWillTopic.
class ConnectContext : Pinned {
public:
    ConnectContext(const mqtt::Connect& connect, const Tenant& tenant);
    // Valid as long as this.
    policy::RequestContext view() const { return entries_; }

private:
    std::vector<std::string_view> attributes_;
    std::string will_topic_arn_;
    std::string_view will_topic_;
    std::vector<policy::ContextEntry> entries_;
};

}  // namespace gatehouse::gateway
