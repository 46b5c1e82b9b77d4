// What the way in tells the log and the trace.
#pragma once

#include "authentication/authenticator.h"
#include "gateway/denial.h"
#include "gateway/device_facts.h"
#include "gateway/door.h"
#include "logs/trace.h"
#include "mqtt/connect.h"
#include "net/transport.h"

namespace gatehouse::gateway {

class LoopGateway;

// Ended before a CONNECT was understood: a record and a trace, which begins and ends here. Port
// scans and health checks that connect and leave are none of it.
struct NoConnect {
    logs::StepKind at = logs::StepKind::ConnectParsed;
    std::string_view details;
    std::string_view told = "the connection was closed";
    std::string_view trace_id = {};  // empty: a new one
};
// `domain`: of the name that was asked for, by SNI or Host; null: none.
void report_no_connect(LoopGateway& gateway, const Door& door, const net::PeerFacts& peer,
                       const DomainPtr& domain, const NoConnect& problem);
// More connections through a load balancer than their client's address may have; of a flood one
// record a second, without traces.
void report_over_limit(LoopGateway& gateway, const Door& door, std::string_view why);
// Authentication refused: Connection.AuthNError. Source: AWS IoT Developer Guide, "CloudWatch log
// entries": it is about attempts that name an endpoint.
void report_not_authenticated(LoopGateway& gateway, const DeviceFacts& facts,
                              const net::PeerFacts& peer, const authentication::Refusal& refusal);
// The Connect record of the same, or of a CONNECT that breaks rules.
enum class ConnectFault : std::uint8_t { NotAuthenticated, Rules };
void report_connect_failed(LoopGateway& gateway, const DeviceFacts& facts, ConnectFault fault,
                           const authentication::Refusal& refusal);
// A client id that connects faster than AWS IoT takes it, where such rates are only counted.
void report_connect_rate(LoopGateway& gateway, const DeviceFacts& facts, std::string_view sentence);
// Authenticated, and the policies do not allow the connection.
void report_connect_denied(LoopGateway& gateway, const DeviceFacts& facts,
                           const authentication::Identity& identity, const Denial& denial);

// The first steps of a trace: door, TLS, server name with its domain configuration, ALPN; then the
// CONNECT.
void note_arrival(logs::TraceStore::Recorder& trace, const Door& door, const net::PeerFacts& peer,
                  const DomainConfigurationPtr& domain, const mqtt::Connect& connect);

}  // namespace gatehouse::gateway
