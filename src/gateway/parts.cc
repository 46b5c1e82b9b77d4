#include "gateway/parts.h"

#include <utility>

namespace gatehouse::gateway {

TenantAnswer tenant_for(const GatewayParts& parts, const DomainPtr& domain,
                        std::string_view server_name, const net::PeerFacts& peer,
                        ProvesItself how) {
    if (domain != nullptr) {
        TenantAnswer answer{.tenant = domain->tenant, .problem = {}, .is_endpoint = true};
        if (auto problem = problem_of(*domain)) {
            answer.problem = std::move(problem->sentence);
            answer.reason = problem->reason;
        }
        return answer;
    }
    TenantAnswer answer = parts.tenant_of(server_name);
    if (answer.for_certificates == nullptr ||
        (peer.client_certificate.empty() && how == ProvesItself::Otherwise)) {
        return answer;
    }
    answer.tenant = std::move(answer.for_certificates);
    answer.problem.clear();
    return answer;
}

std::optional<authentication::Refusal> refusal_of(const TenantAnswer& answer,
                                                  const DomainPtr& domain, const Use& use) {
    using authentication::Refusal;
    if (!answer.problem.empty()) {
        return Refusal{.kind = Refusal::Kind::NotAuthenticated,
                       .reason = std::string(answer.reason),
                       .sentence = answer.problem};
    }
    auto problem =
        domain == nullptr ? std::optional<std::string>() : use_problem(*domain->configuration, use);
    if (!problem) return std::nullopt;
    return Refusal{.kind = Refusal::Kind::NotAuthenticated,
                   .reason = "NOT_AUTHENTICATED",
                   .sentence = std::move(*problem)};
}

}  // namespace gatehouse::gateway
