#include "gateway/http_door.h"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <optional>

#include "async/wake.h"
#include "authentication/kept_answer.h"
#include "authentication/signed_request.h"
#include "base/json.h"
#include "base/uuid.h"
#include "broker/publisher.h"
#include "gateway/door_terms.h"
#include "gateway/gateway.h"
#include "gateway/http_credentials.h"
#include "gateway/loop_gateway.h"
#include "gateway/signature_check.h"
#include "net/websocket.h"

namespace gatehouse::gateway {
namespace {

using authentication::Refusal;

// The second one is what some clients of MQTT 3.1 offer.
constexpr std::array<std::string_view, 2> mqtt_protocols{"mqtt", "mqttv3.1"};

constexpr const char* only_publishing_for_authorizers =
    "AWS IoT lets a custom authorizer decide over HTTPS about publishing alone: show a client "
    "certificate, or sign the request and send it to the API port";

logs::EventType event_type_of(policy::Action action) {
    using policy::Action;
    switch (action) {
        case Action::GetRetainedMessage: return logs::EventType::GetRetainedMessage;
        case Action::ListRetainedMessages: return logs::EventType::ListRetainedMessage;
        case Action::DeleteConnection: return logs::EventType::DeleteConnection;
        case Action::GetConnection: return logs::EventType::GetConnection;
        case Action::ListSubscriptions: return logs::EventType::ListSubscriptions;
        case Action::SendDirectMessage: return logs::EventType::SendDirectMessage;
        default: return logs::EventType::PublishIn;
    }
}

std::string_view error_type_of(unsigned status) {
    switch (status) {
        case 400: return "InvalidRequestException";
        case 401: return "UnauthorizedException";
        case 403: return "ForbiddenException";
        case 404: return "ResourceNotFoundException";
        case 405: return "MethodNotAllowedException";
        case 408: return "RequestTimeoutException";
        case 413: return "RequestEntityTooLargeException";
        case 429: return "ThrottlingException";
        case 503: return "ServiceUnavailableException";
        case 505: return "InvalidRequestException";  // the client's HTTP version
        default: return status < 500 ? "InvalidRequestException" : "InternalFailureException";
    }
}

}  // namespace

net::HttpResponse answer_mqtt_websocket(const net::HttpRequest& request) {
    return net::answer_websocket(request, mqtt_protocols);
}

ProvesItself proof_of(const net::HttpRequest& request) {
    return authentication::is_signed(request.headers, request.query) ? ProvesItself::BySignature
                                                                     : ProvesItself::Otherwise;
}

std::string_view host_of(const net::HttpRequest& request) {
    const std::string_view host = request.headers.find("Host").value_or("");
    return host.substr(0, host.find(':'));
}

std::string_view asked_name(const net::HttpRequest& request, const net::PeerFacts& peer) {
    return peer.server_name.empty() ? host_of(request) : peer.server_name;
}

namespace {

// Until other loops have caught up: the client publishes no faster than they take it.
class Relief final : broker::ReliefWaiter, Pinned {
public:
    explicit Relief(LoopGateway& gateway) : gateway_(gateway), came_(gateway.loop()) {
        gateway_.shard().wait_for_relief(*this);
    }
    ~Relief() { gateway_.shard().cancel_relief(*this); }
    auto wait(Deadline deadline) { return came_.wait(deadline); }

private:
    void on_relieved() override { came_.notify(); }

    LoopGateway& gateway_;
    async::Wake came_;
};

}  // namespace

async::Task<broker::Kept> pass_on_and_wait(LoopGateway& gateway, const Tenant& tenant,
                                           const HttpPublish& publish, BytesView payload,
                                           Deadline deadline, broker::PublishedBy by) {
    assert(&gateway.loop() == async::EventLoop::current());
    broker::Publisher publisher(gateway.shard(), tenant);
    const auto outcome = publisher.publish(publisher.route_for(publish.topic),
                                           {.payload = payload,
                                            .properties = publish.properties,
                                            .expiry_seconds = publish.expiry_seconds,
                                            .expiry_at = publish.expiry_at,
                                            .qos = publish.qos,
                                            .retain = publish.retain,
                                            .by = &by});
    struct Answer {
        explicit Answer(async::EventLoop& loop) : came(loop) {}
        async::Wake came;
        bool is_kept = false;
    };
    // Shared: the disk may answer when nobody waits any more.
    std::shared_ptr<Answer> waiting;
    if (outcome.kept == broker::Kept::OnItsWay) {
        waiting = std::make_shared<Answer>(gateway.loop());
        gateway.shard().when_kept([waiting](bool kept) {
            waiting->is_kept = kept;
            waiting->came.notify();
        });
    }
    if (outcome.congestion == broker::Congestion::Congested) {
        Relief relief(gateway);
        co_await relief.wait(deadline);
    }
    if (waiting == nullptr) co_return outcome.kept;
    const bool is_kept = co_await waiting->came.wait(deadline) && waiting->is_kept;
    co_return is_kept ? broker::Kept::Yes : broker::Kept::No;
}

struct HttpDoor::Call {
    const net::HttpRequest& request;
    const net::PeerFacts& peer;
    std::string trace_id;
    std::string source_ip;
    Tenant tenant;
    HttpPublish publish;
    std::optional<DeviceApi::Operation> operation;  // instead of the publish
    authentication::IdentityPtr identity;
    bool names_endpoint = false;
    DomainPtr domain;  // null: none

    std::optional<Refused> refused_to(const authentication::Identity& asking) const {
        if (!operation) return refused_of_publish(asking, publish.topic, publish.retain);
        const auto decision = asking.policies->decide(operation->action, operation->resource_name);
        if (decision.allowed()) return std::nullopt;
        return Refused{operation->action, decision};
    }
    bool is_about_client() const {
        return operation &&
               policy::resource_type_of(operation->action) == policy::ResourceType::Client;
    }
    std::string_view resource_name() const {
        return operation ? operation->resource_name : publish.topic;
    }
    logs::Origin origin() const {
        return {.protocol = "HTTP",
                .client_id = is_about_client() ? resource_name() : std::string_view(),
                .principal_id =
                    identity ? std::string_view(identity->principal_id) : std::string_view(),
                .source_ip = source_ip,
                .source_port = peer.remote.port()};
    }
};

async::Task<net::HttpResponse> HttpDoor::handle(net::HttpRequest request,
                                                const net::PeerFacts& peer, Deadline deadline) {
    if (request.path == mqtt_websocket_path) co_return open_websocket(request, peer);
    if (request.path.starts_with(topics_path)) {
        co_return co_await publish(std::move(request), peer, deadline);
    }
    net::Routes* const operations = gateway_.gateway().data_plane();
    if (operations != nullptr && proof_of(request) == ProvesItself::BySignature) {
        auto refused = refuse_signature(gateway_, door_, {request, peer, domain_of(request, peer)},
                                        SignedFor::DataPlane);
        if (refused) co_return std::move(*refused);
        co_return co_await operations->handle(std::move(request), peer, deadline);
    }
    const DeviceApi* const api = gateway_.gateway().device_api();
    if (auto operation = api != nullptr ? api->operation_of(request) : std::nullopt) {
        co_return co_await operate(std::move(request), peer, std::move(*operation), deadline);
    }
    if (request.path.starts_with(role_aliases_path)) {
        co_return co_await provide_credentials(gateway_, door_,
                                               {request, peer, domain_of(request, peer)});
    }
    co_return answer(404,
                     fmt::format("nothing is served at {} on this port; the AWS API is on the API "
                                 "port",
                                 request.path),
                     make_uuid(gateway_.parts().random));
}

net::HttpResponse HttpDoor::open_websocket(const net::HttpRequest& request,
                                           const net::PeerFacts& peer) {
    const DomainPtr domain = domain_of(request, peer);
    const auto problem = domain ? use_problem(*domain->configuration,
                                              {door_.kind, Carrier::WebSocket, peer.tls_version})
                                : std::optional<std::string>();
    if (problem) return answer(403, *problem, make_uuid(gateway_.parts().random));
    // Where signatures do not count, whatever does is looked at with the CONNECT.
    const bool proves = proof_of(request) == ProvesItself::BySignature &&
                        (domain == nullptr || domain->configuration->takes_signatures());
    auto refused =
        proves ? refuse_signature(gateway_, door_, {request, peer, domain}, SignedFor::WebSocket)
               : std::nullopt;
    return refused ? std::move(*refused) : answer_mqtt_websocket(request);
}

DomainPtr HttpDoor::domain_of(const net::HttpRequest& request, const net::PeerFacts& peer) const {
    return present_domain(domain_, gateway_.domain_of(asked_name(request, peer)));
}

net::HttpResponse HttpDoor::refuse_request(unsigned status, std::string sentence) const {
    return answer(status, sentence, make_uuid(gateway_.parts().random));
}

async::Task<net::HttpResponse> HttpDoor::publish(net::HttpRequest request,
                                                 const net::PeerFacts& peer, Deadline deadline) {
    Call call = call_of(request, peer);
    if (request.method != "POST") {
        co_return answer(405, "a message is published with POST", call.trace_id);
    }
    auto parsed = parse_publish(request, gateway_.settings().profile);
    if (!parsed) {
        gateway_.metrics().add(logs::Metric::PublishInClientError);
        co_return answer(parsed.error().status, parsed.error().sentence, call.trace_id);
    }
    call.publish = std::move(*parsed);
    if (auto refusal = co_await admit(call, deadline)) co_return std::move(*refusal);
    co_return co_await pass_on(call, deadline);
}

async::Task<net::HttpResponse> HttpDoor::operate(net::HttpRequest request,
                                                 const net::PeerFacts& peer,
                                                 DeviceApi::Operation operation,
                                                 Deadline deadline) {
    Call call = call_of(request, peer);
    call.operation = std::move(operation);
    if (auto refusal = co_await admit(call, deadline)) co_return std::move(*refusal);
    co_return co_await gateway_.gateway().device_api()->answer(
        {.request = request,
         .tenant = call.tenant,
         .principal_id = call.identity->principal_id,
         .trace_id = call.trace_id,
         .deadline = deadline});
}

HttpDoor::Call HttpDoor::call_of(const net::HttpRequest& request,
                                 const net::PeerFacts& peer) const {
    return {.request = request,
            .peer = peer,
            .trace_id = make_uuid(gateway_.parts().random),
            .source_ip = peer.remote.host(),
            .tenant = {},
            .publish = {},
            .operation = std::nullopt,
            .identity = nullptr,
            .domain = domain_of(request, peer)};
}

async::Task<std::optional<net::HttpResponse>> HttpDoor::admit(Call& call, Deadline deadline) {
    TenantAnswer tenant =
        tenant_for(gateway_.parts(), call.domain, asked_name(call.request, call.peer), call.peer,
                   proof_of(call.request));
    call.names_endpoint = tenant.is_endpoint;
    call.tenant = *tenant.tenant;
    if (const auto refusal =
            refusal_of(tenant, call.domain, {door_.kind, Carrier::Http, call.peer.tls_version})) {
        co_return refuse(call, *refusal);
    }
    auto identity = co_await identify(call, deadline);
    if (!identity) co_return refuse(call, identity.error());
    call.identity = std::move(*identity);
    if (const auto refused = call.refused_to(*call.identity)) co_return deny(call, *refused);
    co_return std::nullopt;
}

std::shared_ptr<const authentication::Credentials> HttpDoor::credentials_of(
    const Call& call) const {
    const DoorRules rules = gateway_.settings().profile.behaviour.door_rules;
    auto credentials = std::make_shared<authentication::Credentials>();
    credentials->tenant = call.tenant;
    credentials->trace_id = authentication::TraceId(call.trace_id);
    credentials->peer = call.peer;
    if (call.domain) credentials->domain = call.domain->configuration;
    note_door(*credentials, door_, {asked_name(call.request, call.peer), call.names_endpoint},
              Carrier::Http, rules);
    if (call.operation && rules == DoorRules::AsAws) {
        credentials->custom_authentication_problem =
            std::make_unique<const std::string>(only_publishing_for_authorizers);
    }
    credentials->http = std::make_unique<authentication::HttpCredentials>(
        authentication::HttpCredentials{call.request.headers, call.request.query,
                                        call.request.method, call.request.path, call.request.body});
    credentials->is_certificate_checked = call.domain != nullptr && checked_by_ == call.domain;
    return credentials;
}

async::Task<authentication::AuthenticationResult> HttpDoor::identify(Call& call,
                                                                     Deadline deadline) {
    const auto credentials = credentials_of(call);
    const GatewayParts& parts = gateway_.parts();
    std::string asked_with = authentication::asked_with(*credentials->http);
    if (kept_.identity != nullptr && !call.operation && kept_.asked_with == asked_with &&
        kept_.tenant == call.tenant && kept_.domain == call.domain &&
        parts.clock.steady_now() < kept_.until) {
        co_return kept_.identity;
    }
    const Deadline patience =
        deadline.sooner_of(Deadline::after(parts.clock, gateway_.settings().authenticate_wait));
    auto trace = parts.traces.begin(call.tenant, call.trace_id, call.peer.remote.text());
    if (call.domain) {
        trace.step(logs::StepKind::ServerName, logs::StepStatus::Noted,
                   fmt::format("{}: {}", call.domain->configuration->domain_name,
                               describe(*call.domain->configuration)));
    }
    auto identity = co_await parts.authenticator.authenticate(
        credentials,
        [&call](const authentication::Identity& identity) { return !call.refused_to(identity); },
        trace, patience);
    if (identity) checked_by_ = call.domain;
    kept_ = {};
    if (identity && (*identity)->may_be_kept_for_http) {
        kept_ = {.identity = *identity,
                 .asked_with = std::move(asked_with),
                 .tenant = call.tenant,
                 .domain = call.domain,
                 .until = parts.clock.steady_now() + (*identity)->refresh_after};
    }
    co_return identity;
}

async::Task<net::HttpResponse> HttpDoor::pass_on(Call& call, Deadline deadline) {
    const HttpPublish& publish = call.publish;
    const broker::Kept kept = co_await pass_on_and_wait(
        gateway_, call.tenant, publish, bytes_of(call.request.body), deadline,
        {call.origin().principal_id, call.source_ip, call.trace_id});
    if (kept == broker::Kept::NotRetained) {
        gateway_.metrics().add(logs::Metric::PublishRetainedThrottle);
        report(call, "RETAINED_LIMIT", no_room_to_retain);
        co_return answer(429, no_room_to_retain, call.trace_id);
    }
    if (kept == broker::Kept::No) {
        gateway_.metrics().add(logs::Metric::PublishInServerError);
        co_return answer(503,
                         "the message cannot be kept: the server's disk takes nothing now, "
                         "or too much waits for a rule with at-least-once delivery",
                         call.trace_id);
    }
    gateway_.metrics().add(logs::Metric::PublishInSuccess);
    report(call, {}, {});
    co_return answer(200, "OK", call.trace_id);
}

net::HttpResponse HttpDoor::refuse(Call& call, const Refusal& refusal) {
    if (!call.operation) gateway_.metrics().add(logs::Metric::PublishInAuthError);
    report(call, refusal.reason, refusal.sentence);
    const bool explains = gateway_.settings().profile.behaviour.explanation == Explanation::Given;
    const std::string_view packet = call.operation ? "HTTP" : "PUBLISH";
    if (refusal.kind == Refusal::Kind::Unavailable) {
        return answer(503,
                      explains ? told_when_unavailable(packet, call.trace_id)
                               : std::string("Service Unavailable"),
                      call.trace_id);
    }
    const bool is_forbidden = refusal.kind == Refusal::Kind::NotAuthorized ||
                              proof_of(call.request) == ProvesItself::BySignature;
    return answer(is_forbidden ? 403 : 401,
                  explains ? told_to_client(packet, call.trace_id) : std::string("Forbidden"),
                  call.trace_id);
}

net::HttpResponse HttpDoor::deny(Call& call, const Refused& refused) {
    if (!call.operation) {
        gateway_.metrics().add(call.publish.retain == broker::Retain::Yes
                                   ? logs::Metric::PublishRetainedAuthError
                                   : logs::Metric::PublishInAuthError);
    }
    const Denial denial = describe_denial(*call.identity, refused, call.resource_name());
    report(call, "AUTHORIZATION_FAILURE", "Authorization Failure", denial.json);
    return answer(403, "Forbidden", call.trace_id);
}

// Without a reason: it was passed on.
void HttpDoor::report(const Call& call, std::string_view reason, std::string_view details,
                      std::string_view explanation) {
    const GatewayParts& parts = gateway_.parts();
    const logs::Status status = reason.empty() ? logs::Status::Success : logs::Status::Failure;
    const logs::EventType type =
        call.operation ? event_type_of(call.operation->action) : logs::EventType::PublishIn;
    const logs::Origin origin = call.origin();
    const logs::Level level = parts.levels.level_for({.tenant = call.tenant,
                                                      .client_id = origin.client_id,
                                                      .principal_id = origin.principal_id,
                                                      .source_ip = origin.source_ip});
    if (!parts.events.keeps(level, type, status)) return;
    parts.events.record(
        {.tenant = call.tenant,
         .type = type,
         .status = status,
         .trace_id = call.trace_id,
         .origin = origin,
         .topic_name = call.is_about_client() ? std::string_view() : call.resource_name(),
         .reason = reason,
         .details = details,
         .door = name_of(door_.kind),
         .domain_configuration = name_of(call.domain ? call.domain->configuration : nullptr),
         .explanation_object = logs::JsonText(explanation)});
}

net::HttpResponse HttpDoor::answer(unsigned status, std::string_view message,
                                   std::string_view trace_id) const {
    net::HttpResponse response{.status = status};
    response.headers.set("Content-Type", "application/json");
    response.headers.set("x-amzn-RequestId", std::string(trace_id));
    if (status != 200) {
        response.headers.set("x-amzn-ErrorType", std::string(error_type_of(status)));
    }
    response.body =
        fmt::format(R"({{"message":{},"traceId":"{}"}})", quote_json(message), trace_id);
    return response;
}

}  // namespace gatehouse::gateway
