#include "gateway/signature_check.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/uuid.h"
#include "gateway/denial.h"
#include "gateway/entrance_reports.h"
#include "gateway/gateway.h"
#include "gateway/http_door.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::gateway {
namespace {

using authentication::Refusal;

DeviceFacts facts_of(LoopGateway& gateway, const Door& door, const DoorRequest& asked,
                     const TenantAnswer& tenant) {
    const GatewayParts& parts = gateway.parts();
    const net::PeerFacts& peer = asked.peer;
    DeviceFacts facts;
    facts.shared_tenant = tenant.tenant;
    facts.trace_id = UuidText(make_uuid(parts.random));
    facts.source_ip = peer.remote.host();
    facts.source_port = peer.remote.port();
    facts.door = door.kind;
    if (asked.domain) facts.domain = asked.domain->configuration;
    facts.log_level = parts.levels.level_for(facts.subject());
    facts.trace = parts.traces.begin(facts.tenant(), facts.trace_id, peer.remote.text());
    return facts;
}

net::HttpResponse refuse(LoopGateway& gateway, DeviceFacts facts, const net::PeerFacts& peer,
                         const TenantAnswer& tenant, const Refusal& refusal, SignedFor what) {
    facts.trace.step(logs::StepKind::SignatureChecked, logs::StepStatus::Failed, refusal.sentence);
    facts.trace.step(logs::StepKind::Answered, logs::StepStatus::Failed, "HTTP 403");
    facts.trace.outcome(logs::Outcome::Refused);
    const Behaviour& behaviour = gateway.settings().profile.behaviour;
    if (tenant.is_endpoint || behaviour.door_rules == DoorRules::Every) {
        report_not_authenticated(gateway, facts, peer, refusal);
    }
    if (what == SignedFor::WebSocket) {
        gateway.metrics().add(logs::Metric::ConnectAuthError);
        report_connect_failed(gateway, facts, ConnectFault::NotAuthenticated, refusal);
    }
    const std::string told = behaviour.explanation == Explanation::Given
                                 ? told_to_client("REQUEST", facts.trace_id.view())
                                 : std::string("Forbidden");
    net::HttpResponse response{.status = 403};
    response.headers.set("Content-Type", "application/json");
    response.headers.set("x-amzn-RequestId", std::string(facts.trace_id.view()));
    response.headers.set("x-amzn-ErrorType", "ForbiddenException");
    response.body =
        fmt::format(R"({{"message":{},"traceId":"{}"}})", quote_json(told), facts.trace_id.view());
    return response;
}

}  // namespace

std::optional<net::HttpResponse> refuse_signature(LoopGateway& gateway, const Door& door,
                                                  const DoorRequest& asked, SignedFor what) {
    const GatewayParts& parts = gateway.parts();
    const net::HttpRequest& request = asked.request;
    const net::PeerFacts& peer = asked.peer;
    const TenantAnswer tenant =
        tenant_for(parts, asked.domain, asked_name(request, peer), peer, ProvesItself::BySignature);
    const Carrier carrier = what == SignedFor::WebSocket ? Carrier::WebSocket : Carrier::Http;
    auto refusal = refusal_of(tenant, asked.domain, {door.kind, carrier, peer.tls_version});
    if (refusal) {
        refusal->type = authentication::AuthenticationType::SigV4;
    } else {
        authentication::Credentials credentials;
        credentials.tenant = *tenant.tenant;
        if (asked.domain) credentials.domain = asked.domain->configuration;
        credentials.http =
            std::make_unique<authentication::HttpCredentials>(authentication::HttpCredentials{
                request.headers, request.query, request.method, request.path, request.body});
        refusal = parts.authenticator.signature_refusal(credentials);
    }
    if (!refusal) return std::nullopt;
    return refuse(gateway, facts_of(gateway, door, asked, tenant), peer, tenant, *refusal, what);
}

}  // namespace gatehouse::gateway
