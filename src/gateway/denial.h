// Why a policy said no, in the forms in which it is told: to the log, to people, to the client.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "authentication/identity.h"
#include "broker/publication.h"
#include "policy/action.h"
#include "policy/condition.h"
#include "policy/decision.h"
#include "policy/explanation.h"

namespace gatehouse::gateway {

// Told where a message is not retained.
inline constexpr std::string_view no_room_to_retain =
    "there are as many retained messages, or bytes of them, as limits.retained-messages-max and "
    "limits.retained-bytes-max allow";

struct Denial {
    std::string sentence;  // for people
    std::string json;      // the whole explanation
};

// What policies do not allow, and what they decided of it.
struct Refused {
    policy::Action action;
    policy::Decision decision;
};
// The first that is not allowed of what publishing to the topic takes.
std::optional<Refused> refused_of_publish(const authentication::Identity& identity,
                                          std::string_view topic, broker::Retain retain);

// `name` is the client id, topic or filter. Slow; for refusals only.
Denial describe_denial(const authentication::Identity& identity, const Refused& refused,
                       std::string_view name, policy::RequestContext context = {});

// What a reason string tells the client, in the form AWS IoT uses: who reads it is not known, so
// it names the packet and the trace id under which the log has the rest, and no policy.
std::string told_to_client(std::string_view packet, std::string_view trace_id);
// What a client did wrong, with where to find it in the log.
std::string told_of_problem(std::string_view sentence, std::string_view trace_id);
// The same where nobody could decide, so that the client is neither.
std::string told_when_unavailable(std::string_view packet, std::string_view trace_id);

}  // namespace gatehouse::gateway
