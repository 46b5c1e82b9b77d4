#include "gateway/denial.h"

#include <fmt/format.h>

namespace gatehouse::gateway {

std::optional<Refused> refused_of_publish(const authentication::Identity& identity,
                                          std::string_view topic, broker::Retain retain) {
    for (const policy::Action action : {policy::Action::Publish, policy::Action::RetainPublish}) {
        if (action == policy::Action::RetainPublish && retain == broker::Retain::No) continue;
        const auto decision = identity.policies->decide(action, topic);
        if (!decision.allowed()) return Refused{action, decision};
    }
    return std::nullopt;
}

Denial describe_denial(const authentication::Identity& identity, const Refused& refused,
                       std::string_view name, policy::RequestContext context) {
    const policy::Explanation explanation =
        identity.policies->explain(refused.action, name, context, refused.decision.at);
    return {explanation.sentence, policy::to_json(explanation)};
}

std::string told_to_client(std::string_view packet, std::string_view trace_id) {
    return fmt::format("{}:Client is not authenticated/authorized to send the message:{}", packet,
                       trace_id);
}

std::string told_of_problem(std::string_view sentence, std::string_view trace_id) {
    return fmt::format("{}:{}", sentence, trace_id);
}

std::string told_when_unavailable(std::string_view packet, std::string_view trace_id) {
    return fmt::format("{}:Nobody can decide about the client now, try again later:{}", packet,
                       trace_id);
}

}  // namespace gatehouse::gateway
