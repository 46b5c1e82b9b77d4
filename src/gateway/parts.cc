#include "gateway/parts.h"

#include <utility>

namespace gatehouse::gateway {

TenantAnswer tenant_for(const GatewayParts& parts, const DomainPtr& domain,
                        std::string_view server_name, const net::PeerFacts& peer) {
    if (domain != nullptr) {
        TenantAnswer answer{.tenant = domain->tenant, .problem = {}, .is_endpoint = true};
        if (auto problem = problem_of(*domain)) {
            answer.problem = std::move(problem->sentence);
            answer.reason = problem->reason;
        }
        return answer;
    }
    TenantAnswer answer = parts.tenant_of(server_name);
    if (answer.for_certificates == nullptr || peer.client_certificate.empty()) return answer;
    answer.tenant = std::move(answer.for_certificates);
    answer.problem.clear();
    return answer;
}

std::optional<authentication::Refusal> refusal_of(const TenantAnswer& answer) {
    if (answer.problem.empty()) return std::nullopt;
    return authentication::Refusal{.kind = authentication::Refusal::Kind::NotAuthenticated,
                                   .reason = std::string(answer.reason),
                                   .sentence = answer.problem};
}

}  // namespace gatehouse::gateway
