// A destination of topic rules: an HTTP endpoint whose owner has confirmed that rules may post to
// it, below its confirmation URL alone; or a VPC with brokers of Apache Kafka.
// Source: AWS IoT API Reference, CreateTopicRuleDestination, TopicRuleDestination; Developer Guide,
// "Working with HTTP topic rule destinations", "Apache Kafka".
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/choice.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "net/http_url.h"

namespace gatehouse::registry {

// On disk by their names.
enum class DestinationStatus : std::uint8_t { InProgress, Enabled, Disabled, Error };

inline constexpr std::size_t destinations_max = 1000;  // a tenant
inline constexpr std::size_t confirmation_url_bytes_max = 2000;
// How long a confirmation is waited for; AWS does not say how long it does.
inline constexpr std::chrono::hours confirmation_wait_max{72};

// The network that AWS would reach brokers through. Kept and shown alone: this server connects to
// brokers itself.
struct VpcNetwork {
    std::vector<std::string> subnet_ids;
    std::optional<std::vector<std::string>> security_groups;
    std::string vpc_id;
    std::string role_arn;

    bool operator==(const VpcNetwork&) const = default;
};
inline constexpr std::size_t vpc_subnets_max = 16;  // as many as a VPC's endpoint may have
inline constexpr std::size_t vpc_security_groups_max = 16;
inline constexpr std::size_t vpc_name_bytes_max = 256;

struct TopicRuleDestination {
    Tenant tenant;
    std::string id;                 // a UUID
    std::string confirmation_url;   // empty with a VPC
    std::optional<VpcNetwork> vpc;  // nothing: an HTTP endpoint
    DestinationStatus status = DestinationStatus::InProgress;
    std::string status_reason;
    WallTime challenged{};   // when the message was sent that is to be confirmed
    std::string token_hash;  // SHA-256 of the token in it, hexadecimal; empty once it was used
    WallTime created{};
    WallTime modified{};

    // arn:aws:iot:REGION:ACCOUNT:ruledestination/http/UUID, or …/vpc/UUID
    std::string arn() const;
    // Error where a confirmation was waited for in vain.
    DestinationStatus status_at(WallTime now) const;
    std::string status_reason_at(WallTime now) const;
    bool operator==(const TopicRuleDestination&) const = default;
};

// What the endpoint is to be sent: the token is known to nobody else, and kept nowhere.
struct DestinationChallenge {
    TopicRuleDestination destination;
    std::string token;
};

// Whether posts to `url` are confirmed by whoever confirmed `confirmation`: the same server, and a
// path that begins alike and does not lead out of it.
bool covers(const net::HttpUrl& confirmation, const net::HttpUrl& url);

}  // namespace gatehouse::registry

template <>
struct gatehouse::ChoiceNames<gatehouse::registry::DestinationStatus> {
    static constexpr std::array<std::string_view, 4> names{"IN_PROGRESS", "ENABLED", "DISABLED",
                                                           "ERROR"};
};
