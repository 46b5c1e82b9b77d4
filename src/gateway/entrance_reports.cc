#include "gateway/entrance_reports.h"

#include <fmt/format.h>

#include "base/uuid.h"
#include "gateway/gateway.h"
#include "gateway/loop_gateway.h"
#include "logs/masking.h"

namespace gatehouse::gateway {

using logs::StepKind;
using logs::StepStatus;

namespace {

// Up to where TLS is through, or is not wanted.
void note_transport(logs::TraceStore::Recorder& trace, const net::PeerFacts& peer,
                    const DomainConfigurationPtr& domain) {
    const std::string of_domain = domain ? ": " + describe(*domain) : std::string();
    if (!peer.is_tls) {
        trace.step(
            StepKind::Tls, StepStatus::Skipped,
            peer.tls_before == net::TlsBefore::Yes ? "TLS to the load balancer, none from there on"
            : peer.tls_before == net::TlsBefore::Unknown
                ? "no TLS from the load balancer on: user name and password travel in the clear"
                : "no TLS: user name and password travel in the clear");
        if (domain)
            trace.step(StepKind::ServerName, StepStatus::Noted, domain->domain_name + of_domain);
        return;
    }
    trace.step(
        StepKind::Tls, StepStatus::Passed,
        fmt::format("{}{}, {}", peer.tls_version, peer.is_tls_by_kernel ? " by the kernel" : "",
                    peer.client_certificate.empty() ? "no client certificate"
                                                    : "with a client certificate"));
    trace.step(
        StepKind::ServerName, StepStatus::Noted,
        (peer.server_name.empty() ? "the client sent no SNI" : peer.server_name) + of_domain);
    trace.step(
        StepKind::Alpn, StepStatus::Noted,
        peer.application_protocol.empty() ? "no protocol agreed on" : peer.application_protocol);
}

void note_door(logs::TraceStore::Recorder& trace, const Door& door, const net::PeerFacts& peer) {
    trace.step(
        StepKind::Door, StepStatus::Noted,
        fmt::format("{} ({}) from {}", name_of(door.kind), peer.local.text(), peer.remote.text()));
}

}  // namespace

void report_no_connect(LoopGateway& gateway, const Door& door, const net::PeerFacts& peer,
                       const DomainPtr& domain, const NoConnect& problem) {
    gateway.metrics().add(logs::Metric::ConnectClientError);
    const GatewayParts& parts = gateway.parts();
    const Tenant tenant =
        *tenant_for(parts, domain, peer.server_name, peer, ProvesItself::Otherwise).tenant;
    const DomainConfigurationPtr configuration = domain ? domain->configuration : nullptr;
    const std::string source_ip = peer.remote.host();
    const std::string trace_id =
        problem.trace_id.empty() ? make_uuid(parts.random) : std::string(problem.trace_id);
    auto trace = parts.traces.begin(tenant, trace_id, peer.remote.text(), logs::Attempt::NoConnect);
    note_door(trace, door, peer);
    if (problem.at != StepKind::Tls && problem.at != StepKind::Door)
        note_transport(trace, peer, configuration);
    trace.step(problem.at, StepStatus::Failed, std::string(problem.details));
    trace.step(StepKind::Answered, StepStatus::Failed, std::string(problem.told));
    trace.outcome(logs::Outcome::Refused);
    const logs::Level level = parts.levels.level_for({.tenant = tenant, .source_ip = source_ip});
    if (!parts.events.keeps(level, logs::EventType::ConnectionRefused, logs::Status::Failure)) {
        return;
    }
    parts.events.record(
        {.tenant = tenant,
         .type = logs::EventType::ConnectionRefused,
         .status = logs::Status::Failure,
         .trace_id = trace_id,
         .origin = {.protocol = "MQTT", .source_ip = source_ip, .source_port = peer.remote.port()},
         .reason = "CLIENT_ERROR",
         .details = problem.details,
         .server_name_indication = peer.server_name,
         .door = name_of(door.kind),
         .domain_configuration = name_of(configuration)});
}

void report_over_limit(LoopGateway& gateway, const Door& door, std::string_view why) {
    gateway.metrics().add(logs::Metric::ConnectClientError);
    const auto count = gateway.over_limits().add(gateway.loop().now());
    if (!count) return;
    const GatewayParts& parts = gateway.parts();
    const std::string details =
        fmt::format("{} connections to {} through a load balancer were refused: {}", *count,
                    name_of(door.kind), why);
    parts.events.record({.tenant = *parts.tenant_of({}).tenant,
                         .type = logs::EventType::ConnectionRefused,
                         .status = logs::Status::Failure,
                         .reason = "LIMIT_EXCEEDED",
                         .details = details,
                         .door = name_of(door.kind)});
}

void report_not_authenticated(LoopGateway& gateway, const DeviceFacts& facts,
                              const net::PeerFacts& peer, const authentication::Refusal& refusal) {
    gateway.metrics().add(logs::Metric::ConnectionAuthNError);
    const GatewayParts& parts = gateway.parts();
    const std::string destination_ip = peer.local.host();
    if (!parts.events.keeps(facts.log_level, logs::EventType::ConnectionAuthNError,
                            logs::Status::Failure)) {
        return;
    }
    parts.events.record({.tenant = facts.tenant(),
                         .type = logs::EventType::ConnectionAuthNError,
                         .status = logs::Status::Failure,
                         .trace_id = facts.trace_id,
                         .origin = facts.origin({}),
                         .reason = refusal.reason,
                         .details = refusal.sentence,
                         .authentication_type = name_of(refusal.type),
                         .server_name_indication = peer.server_name,
                         .destination_ip = destination_ip,
                         .destination_port = peer.local.port(),
                         .authorizer_name = refusal.authorizer_name,
                         .door = name_of(facts.door),
                         .domain_configuration = name_of(facts.domain)});
}

void report_connect_failed(LoopGateway& gateway, const DeviceFacts& facts, ConnectFault fault,
                           const authentication::Refusal& refusal) {
    const GatewayParts& parts = gateway.parts();
    if (!parts.events.keeps(facts.log_level, logs::EventType::Connect, logs::Status::Failure)) {
        return;
    }
    const bool is_authentication = fault == ConnectFault::NotAuthenticated;
    parts.events.record(
        {.tenant = facts.tenant(),
         .type = logs::EventType::Connect,
         .status = logs::Status::Failure,
         .trace_id = facts.trace_id,
         .origin = facts.origin({}),
         .reason = is_authentication ? std::string_view("AUTHORIZATION_FAILURE") : refusal.reason,
         .details =
             is_authentication ? std::string_view("Authorization Failure") : refusal.sentence,
         .authorizer_name = refusal.authorizer_name,
         .door = name_of(facts.door),
         .domain_configuration = name_of(facts.domain),
         .explanation = refusal.sentence});
}

void report_connect_rate(LoopGateway& gateway, const DeviceFacts& facts,
                         std::string_view sentence) {
    const GatewayParts& parts = gateway.parts();
    if (!parts.events.keeps(facts.log_level, logs::EventType::ConnectionRate,
                            logs::Status::Failure)) {
        return;
    }
    parts.events.record({.tenant = facts.tenant(),
                         .type = logs::EventType::ConnectionRate,
                         .status = logs::Status::Failure,
                         .trace_id = facts.trace_id,
                         .origin = facts.origin({}),
                         .reason = "CONNECT_RATE",
                         .details = sentence,
                         .door = name_of(facts.door),
                         .explanation = "AWS IoT would refuse this CONNECT"});
}

void report_connect_denied(LoopGateway& gateway, const DeviceFacts& facts,
                           const authentication::Identity& identity, const Denial& denial) {
    logs::TraceStore::Recorder trace = facts.trace;
    trace.step(StepKind::PolicyDecided, StepStatus::Failed, denial.sentence);
    const GatewayParts& parts = gateway.parts();
    if (!parts.events.keeps(facts.log_level, logs::EventType::Connect, logs::Status::Failure)) {
        return;
    }
    parts.events.record({.tenant = facts.tenant(),
                         .type = logs::EventType::Connect,
                         .status = logs::Status::Failure,
                         .trace_id = facts.trace_id,
                         .origin = facts.origin(identity.principal_id),
                         .reason = "AUTHORIZATION_FAILURE",
                         .details = "Authorization Failure",
                         .authentication_type = name_of(identity.type),
                         .authorizer_name = identity.authorizer_name,
                         .door = name_of(facts.door),
                         .domain_configuration = name_of(facts.domain),
                         .explanation_object = logs::JsonText(denial.json)});
}

void note_arrival(logs::TraceStore::Recorder& trace, const Door& door, const net::PeerFacts& peer,
                  const DomainConfigurationPtr& domain, const mqtt::Connect& connect) {
    note_door(trace, door, peer);
    note_transport(trace, peer, domain);
    trace.step(StepKind::ConnectParsed, StepStatus::Passed,
               fmt::format("MQTT {}, client id '{}', user name '{}', {}, keep-alive {} s{}",
                           mqtt::name_of(connect.version), logs::shown_text(connect.client_id),
                           logs::shown_text(logs::masked_user_name(connect.user_name.value_or(""))),
                           connect.password ? "with a password" : "no password", connect.keep_alive,
                           connect.will ? ", with a will" : ""));
}

}  // namespace gatehouse::gateway
