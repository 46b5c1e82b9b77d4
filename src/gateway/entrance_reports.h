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

// Ended before a CONNECT was understood.
void report_no_connect(LoopGateway& gateway, const Door& door, const net::PeerFacts& peer,
                       std::string_view details);
// Authentication refused, or the CONNECT itself.
void report_connect_failed(LoopGateway& gateway, const DeviceFacts& facts,
                           const net::PeerFacts& peer, const authentication::Refusal& refusal);
// Authenticated, and the policies do not allow the connection.
void report_connect_denied(LoopGateway& gateway, const DeviceFacts& facts,
                           const authentication::Identity& identity, const Denial& denial);

// The first steps of a trace: door, TLS, server name, ALPN, CONNECT.
void note_arrival(logs::TraceStore::Recorder& trace, const Door& door, const net::PeerFacts& peer,
                  const mqtt::Connect& connect);

}  // namespace gatehouse::gateway
