#include "gateway/entrance.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "authentication/signed_request.h"
#include "base/uuid.h"
#include "gateway/arrival.h"
#include "gateway/attach_request.h"
#include "gateway/connect_permission.h"
#include "gateway/connect_rules.h"
#include "gateway/door_terms.h"
#include "gateway/entering.h"
#include "gateway/entrance_reports.h"
#include "gateway/first_packet.h"
#include "gateway/gateway.h"
#include "gateway/http_door.h"
#include "gateway/loop_gateway.h"
#include "gateway/proxied_peer.h"
#include "gateway/reason_string.h"
#include "mqtt/connack.h"
#include "mqtt/connect.h"
#include "net/http_server.h"
#include "net/stream.h"
#include "net/websocket_transport.h"

namespace gatehouse::gateway {
namespace {

using authentication::Refusal;
using mqtt::ReasonCode;

constexpr std::size_t read_chunk_bytes = 2048;
constexpr std::uint32_t connack_bytes_min = 5;  // in MQTT 5, without any property
// A CONNECT may be as large as a message; not too small for names, nor any larger than they get.
constexpr std::uint32_t connect_bytes_min = 64 * 1024;
constexpr std::uint32_t connect_bytes_max = 1024 * 1024;
// More than any packet that is taken; clients send a packet a frame.
constexpr std::uint64_t websocket_frame_bytes_max = 64 * 1024 * 1024;

class Entrance final : Entering, Pinned {
public:
    Entrance(LoopGateway& gateway, const Door& door)
        : gateway_(gateway), parts_(gateway.parts()), door_(door) {
        gateway_.add(*this);
    }
    ~Entrance() { gateway_.remove(*this); }

    async::Task<void> run(net::AcceptedSocket socket) {
        slot_ = std::move(socket.slot);
        handshaking_ = socket.descriptor;
        const bool is_open = co_await open_stream(socket);
        handshaking_ = -1;
        if (!is_open) co_return;
        if (!speaks_here()) co_return;
        auto conversation =
            domain_ ? conversation_of(*domain_->configuration) : std::optional<Conversation>();
        if (!conversation) {
            conversation = conversation_of(door_, stream_->facts(), profile().behaviour.door_rules);
        }
        const Deadline deadline = after(gateway_.settings().connect_wait);
        if (!conversation) {
            if (!co_await read_more(deadline)) co_return;
            conversation = conversation_of(text_of(input_));
        }
        if (conversation == Conversation::Http) {
            if (input_.empty() && !co_await read_first_of_http()) co_return;
            const std::string initial(text_of(input_));
            HttpDoor http(gateway_, door_, domain_);
            auto upgrade =
                co_await net::serve_http(*stream_, initial, http, gateway_.settings().http);
            if (upgrade) co_await converse_by_websocket(std::move(*upgrade));
            co_return;
        }
        co_await converse(deadline);
    }

    // As run(), for a connection on which another server spoke HTTP.
    async::Task<void> run(UpgradedConnection connection) {
        slot_ = std::move(connection.slot);
        stream_ = std::move(connection.stream);
        co_await converse_by_websocket(std::move(connection.upgrade));
    }

private:
    const Profile& profile() const { return gateway_.settings().profile; }
    Deadline after(std::chrono::milliseconds wait) const {
        return Deadline::after(parts_.clock, wait);
    }

    void stop(Stop how) override {
        if (how == Stop::Politely && is_authenticating_) return;
        if (handshaking_ != -1) ::shutdown(handshaking_, SHUT_RDWR);
        if (stream_) stream_->cancel();
    }

    // Whether the door takes what the domain configuration has its clients speak; reported if not.
    bool speaks_here() {
        const auto problem = domain_ ? protocol_problem(*domain_->configuration, door_.kind)
                                     : std::optional<std::string>();
        if (!problem) return true;
        report_no_connect(gateway_, door_, stream_->facts(), domain_,
                          {.at = logs::StepKind::Alpn, .details = *problem});
        return false;
    }

    async::Task<void> converse_by_websocket(net::HttpUpgrade upgrade) {
        net::PeerFacts facts = stream_->facts();
        auto transport = net::make_websocket_transport(
            stream_->release(), bytes_of(upgrade.read_ahead), websocket_frame_bytes_max);
        stream_ =
            std::make_unique<net::Stream>(gateway_.loop(), std::move(transport), std::move(facts));
        upgrade_ = std::move(upgrade.request);
        input_.clear();
        if (domain_ == nullptr) domain_ = gateway_.domain_of(name_asked_for());
        co_await converse(after(gateway_.settings().connect_wait));
    }

    async::Task<bool> open_stream(const net::AcceptedSocket& socket) {
        net::PeerFacts facts{.local = socket.local, .remote = socket.remote};
        if (socket.is_proxied &&
            !co_await find_peer(gateway_, door_, socket.descriptor, facts, slot_)) {
            co_return false;
        }
        if (door_.tls == nullptr) {
            domain_ = gateway_.domain_of(facts.server_name);
            stream_ = std::make_unique<net::Stream>(
                gateway_.loop(), net::make_plain_transport(socket.descriptor), std::move(facts));
            co_return true;
        }
        auto stream =
            co_await net::accept_tls(gateway_.loop(), socket.descriptor, facts, door_.tls->get(),
                                     after(gateway_.settings().handshake_wait),
                                     [this](std::string_view name) { return context_for(name); });
        // Port scans and health checks connect and leave; that is no event.
        if (!stream && stream.error().kind == ErrorKind::Cancelled) co_return false;
        if (!stream) {
            report_no_connect(gateway_, door_, facts, domain_,
                              {.at = logs::StepKind::Tls, .details = stream.error().message});
            co_return false;
        }
        stream_ = std::move(*stream);
        co_return true;
    }

    std::shared_ptr<const net::TlsContext> context_for(std::string_view server_name) {
        domain_ = gateway_.domain_of(server_name);
        return domain_ ? domain_->context_at(door_.kind) : nullptr;
    }

    // False: the stream ended or the deadline passed, reported unless nothing ever came.
    async::Task<bool> read_more(Deadline deadline) {
        const std::size_t before = input_.size();
        input_.resize(before + read_chunk_bytes);
        const auto count = co_await stream_->read_some(std::span(input_).subspan(before), deadline);
        input_.resize(before + count.value_or(0));
        if (count && *count > 0) co_return true;
        if (!count || before > 0) {
            const std::string problem = count ? "the client left before its CONNECT was complete"
                                              : "no CONNECT came: " + count.error().message;
            report_no_connect(gateway_, door_, stream_->facts(), domain_, {.details = problem});
        }
        co_return false;
    }

    // False: the client is gone, or began with MQTT, which is told.
    async::Task<bool> read_first_of_http() {
        input_.resize(read_chunk_bytes);
        const auto count =
            co_await stream_->read_some(input_, after(gateway_.settings().http.header_wait));
        input_.resize(count.value_or(0));
        if (input_.empty()) co_return false;
        if (conversation_of(text_of(input_)) == Conversation::Http) co_return true;
        const std::string problem = mqtt_where_http_is_spoken(door_, stream_->facts());
        report_no_connect(gateway_, door_, stream_->facts(), domain_,
                          {.at = logs::StepKind::Alpn, .details = problem});
        co_return false;
    }

    async::Task<void> converse(Deadline deadline) {
        mqtt::FrameScan scan;
        ConnectBytes::Held held(gateway_.connect_bytes());
        const std::uint32_t size_max =
            std::clamp(profile().limits.payload_bytes_max, connect_bytes_min, connect_bytes_max);
        while (true) {
            scan = mqtt::find_frame(input_, size_max);
            if (scan.status != mqtt::FrameStatus::NeedMore) break;
            if (!input_.empty() && !begins_connect(input_)) break;  // do not wait for more
            if (!co_await read_more(deadline)) co_return;
            if (!held.grow_to(input_.size())) {
                co_return report_no_connect(
                    gateway_, door_, stream_->facts(), domain_,
                    {.details = "too many large CONNECTs are on their way at once"});
            }
        }
        if (scan.status != mqtt::FrameStatus::Complete || !begins_connect(input_)) {
            co_return report_no_connect(gateway_, door_, stream_->facts(), domain_,
                                        {.details = why_no_connect(input_, scan.status)});
        }
        auto connect = mqtt::OwnedConnect::decode(scan.frame);
        if (!connect) {
            version_ = mqtt::answer_version(scan.frame);
            const std::string problem = connect.error().describe();
            const std::string trace_id = make_uuid(parts_.random);
            report_no_connect(gateway_, door_, stream_->facts(), domain_,
                              {.details = problem,
                               .told = connack_text(connect.error().reason),
                               .trace_id = trace_id});
            co_return co_await refuse(connect.error().reason, told_of_problem(problem, trace_id));
        }
        early_input_.assign(input_.begin() + scan.frame.size, input_.end());
        input_ = Bytes();
        connect_.emplace(std::move(*connect));
        co_await authenticate();
    }

    async::Task<void> authenticate() {
        const mqtt::Connect& connect = **connect_;
        version_ = connect.version;
        facts_ = make_facts();
        note_arrival(facts_->trace, door_, stream_->facts(), facts_->domain, connect);
        auto problem = check_connect(connect, profile());
        if (!problem) problem = check_answer(connect, assigned_client_id(), profile());
        if (problem) {
            gateway_.metrics().add(logs::Metric::ConnectClientError);
            facts_->trace.step(logs::StepKind::ConnectParsed, logs::StepStatus::Failed,
                               problem->sentence);
            report_connect_failed(
                gateway_, *facts_, ConnectFault::Rules,
                {.reason = mqtt::constant_of(problem->reason), .sentence = problem->sentence});
            const std::string told = told_of_problem(problem->sentence, facts_->trace_id);
            // Who sends no client id and should is told so by every server [MQTT-3.1.3-8].
            if (connect.client_id.empty() &&
                problem->reason == ReasonCode::ClientIdentifierNotValid) {
                co_return co_await refuse(problem->reason, told);
            }
            co_return co_await refuse_by_profile(told, problem->reason);
        }
        if (const auto over_rate = rate_problem(Proven::NotYet)) {
            co_return co_await refuse_by_profile(*over_rate, ReasonCode::QuotaExceeded);
        }
        if (refusal_by_name_) co_return co_await refuse(*refusal_by_name_);
        const SteadyTime asked_at = parts_.clock.steady_now();
        const auto credentials = make_credentials();
        is_authenticating_ = true;
        auto identity = co_await parts_.authenticator.authenticate(
            credentials,
            [this](const auto& identity) { return may_connect(identity, **connect_, *facts_); },
            facts_->trace, after(gateway_.settings().authenticate_wait));
        is_authenticating_ = false;
        if (!identity) co_return co_await refuse(identity.error());
        if (const auto denial = connect_denial(**identity, **connect_, *facts_)) {
            facts_->log_level = parts_.levels.level_for(facts_->subject((*identity)->principal_id));
            gateway_.metrics().add(logs::Metric::ConnectAuthError);
            report_connect_denied(gateway_, *facts_, **identity, *denial);
            gateway_.lifecycle().connect_failed({.tenant = facts_->tenant(),
                                                 .client_id = facts_->client_id,
                                                 .thing_name = (*identity)->thing_name(),
                                                 .session_identifier = facts_->trace_id,
                                                 .principal_identifier = (*identity)->principal_id,
                                                 .ip_address = facts_->source_ip});
            co_return co_await refuse_by_profile(told_to_client("CONNACK", facts_->trace_id),
                                                 ReasonCode::NotAuthorized);
        }
        if (const auto over_rate = rate_problem(Proven::Yes)) {
            co_return co_await refuse_by_profile(*over_rate, ReasonCode::QuotaExceeded);
        }
        if (gateway_.is_stopping()) {
            co_return co_await refuse(ReasonCode::ServerUnavailable,
                                      told_of_problem("the server is stopping", facts_->trace_id));
        }
        if ((*identity)->is_of_iam()) {
            facts_->credentials = authentication::kept_for_review(*credentials);
        } else if ((*identity)->refresh_after.count() != 0 || (*identity)->is_of_registry()) {
            facts_->credentials = credentials;
        }
        hand_over(std::move(*identity), asked_at);
    }

    // Counts the connect of a client that proved that it may, since others could keep it out by its
    // client id; what was counted spares the authorizer the next ones. The sentence with which the
    // client is refused, if it is.
    enum class Proven : bool { NotYet, Yes };
    std::optional<std::string> rate_problem(Proven proven) {
        ConnectRates* const rates = gateway_.gateway().connect_rates();
        if (rates == nullptr || client_id_assigned_) return std::nullopt;
        const bool throttles = profile().behaviour.rates == Rates::Throttled;
        if (proven == Proven::NotYet && !throttles) return std::nullopt;
        const std::uint32_t most = profile().limits.client_connects_per_second_max;
        const SteadyTime now = gateway_.loop().now();
        const std::uint32_t count =
            proven == Proven::Yes ? rates->note(facts_->tenant(), facts_->client_id, now)
                                  : rates->count(facts_->tenant(), facts_->client_id, now) + 1;
        if (count <= most) return std::nullopt;
        gateway_.metrics().add(logs::Metric::ConnectClientIdThrottle);
        std::string sentence = fmt::format("the client id connects more than {} time{} a second",
                                           most, most == 1 ? "" : "s");
        facts_->trace.step(logs::StepKind::ConnectParsed,
                           throttles ? logs::StepStatus::Failed : logs::StepStatus::Noted,
                           throttles ? sentence : sentence + "; AWS IoT would refuse it");
        if (throttles) {
            report_connect_failed(gateway_, *facts_, ConnectFault::Rules,
                                  {.reason = "THROTTLED", .sentence = sentence});
            return told_of_problem(sentence, facts_->trace_id);
        }
        // The first one over it speaks for those that follow in this second.
        if (count == most + 1) report_connect_rate(gateway_, *facts_, sentence);
        return std::nullopt;
    }

    // SNI, and over HTTP without TLS the Host.
    std::string name_asked_for() const {
        const std::string& sent = stream_->facts().server_name;
        if (!sent.empty() || !upgrade_) return sent;
        return std::string(host_of(*upgrade_));
    }

    Carrier carrier() const { return upgrade_ ? Carrier::WebSocket : Carrier::Tcp; }

    // Empty: the client has its own.
    std::string_view assigned_client_id() const {
        return client_id_assigned_ ? std::string_view(facts_->client_id) : "";
    }

    std::unique_ptr<DeviceFacts> make_facts() {
        const mqtt::Connect& connect = **connect_;
        const net::PeerFacts& peer = stream_->facts();
        auto facts = std::make_unique<DeviceFacts>();
        const std::string asked_name = name_asked_for();
        domain_ = present_domain(domain_, gateway_.domain_of(asked_name));
        TenantAnswer tenant = tenant_for(parts_, domain_, asked_name, peer,
                                         upgrade_ ? proof_of(*upgrade_) : ProvesItself::Otherwise);
        facts->shared_tenant = std::move(tenant.tenant);
        if (domain_) facts->domain = domain_->configuration;
        refusal_by_name_ = refusal_of(tenant, domain_, {door_.kind, carrier(), peer.tls_version});
        names_endpoint_ = tenant.is_endpoint;
        facts->trace_id = UuidText(make_uuid(parts_.random));
        client_id_assigned_ = connect.client_id.empty();
        facts->client_id = client_id_assigned_ ? "auto-" + make_uuid(parts_.random)
                                               : std::string(connect.client_id);
        facts->source_ip = peer.remote.host();
        facts->source_port = peer.remote.port();
        facts->door = door_.kind;
        if (connect.password) facts->password_exposure = exposure_of(peer);
        facts->version = connect.version;
        facts->log_level = parts_.levels.level_for(facts->subject());
        facts->trace = parts_.traces.begin(facts->tenant(), facts->trace_id, peer.remote.text());
        facts->trace.name_client(facts->client_id);
        facts->slot = std::move(slot_);
        return facts;
    }

    std::shared_ptr<const authentication::Credentials> make_credentials() const {
        const mqtt::Connect& connect = **connect_;
        auto credentials = std::make_shared<authentication::Credentials>();
        credentials->tenant = facts_->tenant();
        credentials->trace_id = authentication::TraceId(facts_->trace_id);
        credentials->peer = stream_->facts();
        credentials->domain = facts_->domain;
        const std::string asked_name = name_asked_for();
        note_door(*credentials, door_, {asked_name, names_endpoint_}, carrier(),
                  profile().behaviour.door_rules);
        if (upgrade_) {
            credentials->http =
                std::make_unique<authentication::HttpCredentials>(authentication::HttpCredentials{
                    upgrade_->headers, upgrade_->query, upgrade_->method, upgrade_->path, {}});
        }
        authentication::MqttCredentials& mqtt = credentials->mqtt.emplace();
        mqtt.client_id = facts_->client_id;
        mqtt.is_client_id_assigned = client_id_assigned_;
        if (connect.user_name) mqtt.user_name = *connect.user_name;
        if (connect.password)
            mqtt.password.emplace(connect.password->begin(), connect.password->end());
        return credentials;
    }

    void hand_over(authentication::IdentityPtr identity, SteadyTime asked_at) {
        const mqtt::Connect& connect = **connect_;
        auto arrival = std::make_unique<Arrival>();
        arrival->terms = terms_for(connect, profile().limits);
        arrival->client_id_assigned = client_id_assigned_;
        arrival->problem_information = connect.properties.request_problem_information;
        arrival->authenticated_at = asked_at;
        arrival->early_input = std::move(early_input_);
        arrival->attach = attach_request(connect, *facts_, identity, arrival->terms, profile());
        facts_->keep_alive_seconds = arrival->terms.keep_alive_seconds;
        facts_->session_expiry_asked = connect.properties.session_expiry_interval;
        facts_->trace.step(logs::StepKind::Answered, logs::StepStatus::Passed,
                           "CONNACK: connected");
        const std::size_t home = parts_.broker.home_of(facts_->tenant(), facts_->client_id);
        arrival->facts = std::move(facts_);
        arrival->identity = std::move(identity);
        arrival->transport = stream_->release();
        gateway_.gateway().on_loop(home).adopt_from(std::move(arrival));
    }

    async::Task<void> refuse(const Refusal& refusal) {
        gateway_.metrics().add(refusal.kind == Refusal::Kind::Unavailable
                                   ? logs::Metric::ConnectServerError
                                   : logs::Metric::ConnectAuthError);
        if (names_endpoint_ || profile().behaviour.door_rules == DoorRules::Every) {
            report_not_authenticated(gateway_, *facts_, stream_->facts(), refusal);
        }
        report_connect_failed(gateway_, *facts_, ConnectFault::NotAuthenticated, refusal);
        if (refusal.kind == Refusal::Kind::Unavailable) {
            co_return co_await refuse_by_profile(told_when_unavailable("CONNACK", facts_->trace_id),
                                                 ReasonCode::ServerUnavailable);
        }
        co_await refuse_by_profile(told_to_client("CONNACK", facts_->trace_id),
                                   ReasonCode::NotAuthorized);
    }

    // With a CONNACK, or AWS's silent close.
    async::Task<void> refuse_by_profile(std::string told, ReasonCode reason) {
        const Behaviour& behaviour = profile().behaviour;
        const ConnectRefusal how = version_ == mqtt::ProtocolVersion::V5
                                       ? behaviour.connect_refused_5
                                       : behaviour.connect_refused_311;
        if (how == ConnectRefusal::Connack) co_return co_await refuse(reason, std::move(told));
        facts_->trace.step(logs::StepKind::Answered, logs::StepStatus::Failed,
                           "the connection was closed without CONNACK, as AWS IoT does");
        facts_->trace.outcome(logs::Outcome::Refused);
        stream_->transport().shut_down();
    }

    std::uint32_t packet_bytes_max() const {
        return connect_ ? (**connect_).properties.maximum_packet_size : mqtt::packet_size_max;
    }

    // Not every version has a code for each reason, nobody knows what a broken packet speaks, and
    // there are clients that take no packet of any use.
    bool can_tell(ReasonCode reason) const {
        if (packet_bytes_max() < connack_bytes_min) return false;
        const bool silent = !version_ || (*version_ == mqtt::ProtocolVersion::V3_1 &&
                                          profile().behaviour.mqtt_31 == Mqtt31::Close);
        return !silent && (version_ == mqtt::ProtocolVersion::V5 ||
                           mqtt::connect_return_code(reason).has_value());
    }

    std::string connack_text(ReasonCode reason) const {
        return text_of_connack(can_tell(reason) ? version_ : std::nullopt, reason);
    }

    // CONNACK with the code, where the version has one, then the end.
    async::Task<void> refuse(ReasonCode reason, std::string told) {
        if (facts_) {
            facts_->trace.step(logs::StepKind::Answered, logs::StepStatus::Failed,
                               connack_text(reason));
            facts_->trace.outcome(logs::Outcome::Refused);
        }
        if (can_tell(reason)) {
            if (profile().behaviour.explanation != Explanation::Given) told.clear();
            const Bytes packet = encode_with_reason(mqtt::Connack{.reason = reason}, told,
                                                    *version_, packet_bytes_max());
            co_await stream_->write_all(packet, after(gateway_.settings().linger_wait));
        }
        stream_->transport().shut_down();
        if (!gateway_.is_stopping()) {
            co_await stream_->drop_input(gateway_.settings().linger_wait);
        }
    }

    LoopGateway& gateway_;
    const GatewayParts& parts_;
    const Door& door_;
    int handshaking_ = -1;  // the socket, while there is no stream yet
    bool is_authenticating_ = false;
    net::ConnectionLimits::Slot slot_;
    std::unique_ptr<net::Stream> stream_;
    Bytes input_;
    Bytes early_input_;
    std::optional<mqtt::OwnedConnect> connect_;
    std::optional<mqtt::ProtocolVersion> version_;
    std::unique_ptr<DeviceFacts> facts_;
    std::optional<net::HttpRequest> upgrade_;  // that became a WebSocket
    DomainPtr domain_;                         // of the host name asked for; null: none
    std::optional<Refusal> refusal_by_name_;
    bool names_endpoint_ = false;
    bool client_id_assigned_ = false;
};

}  // namespace

async::Task<void> let_in(LoopGateway& gateway, net::AcceptedSocket socket, const Door& door) {
    Entrance entrance(gateway, door);
    co_await entrance.run(std::move(socket));
}

async::Task<void> let_in(LoopGateway& gateway, UpgradedConnection connection, const Door& door) {
    Entrance entrance(gateway, door);
    co_await entrance.run(std::move(connection));
}

}  // namespace gatehouse::gateway
