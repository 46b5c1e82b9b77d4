#include "gateway/http_credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "authentication/device_keys.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/uuid.h"
#include "gateway/door_terms.h"
#include "gateway/gateway.h"
#include "gateway/http_door.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::gateway {
namespace {

constexpr std::string_view path_end = "/credentials";
constexpr std::string_view thing_name_header = "x-amzn-iot-thingname";
constexpr std::size_t alias_characters_max = 128;

bool is_alias_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_=,@-").contains(c);
}

std::optional<registry::RoleAliasName> alias_in(std::string_view path) {
    path.remove_prefix(role_aliases_path.size());
    if (!path.ends_with(path_end)) return std::nullopt;
    path.remove_suffix(path_end.size());
    const std::string name = percent_decode(path);
    if (name.empty() || name.size() > alias_characters_max ||
        !std::ranges::all_of(name, is_alias_character)) {
        return std::nullopt;
    }
    return registry::RoleAliasName(name);
}

net::HttpResponse answer(unsigned status, std::string_view error_type, std::string body,
                         const std::string& request_id) {
    net::HttpResponse response{.status = status};
    response.headers.set("Content-Type", "application/json");
    response.headers.set("x-amzn-RequestId", request_id);
    if (!error_type.empty()) response.headers.set("x-amzn-ErrorType", std::string(error_type));
    // Nobody on the way may keep keys.
    response.headers.set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

net::HttpResponse refusal(unsigned status, std::string_view error_type, std::string_view message,
                          const std::string& request_id) {
    return answer(status, error_type, fmt::format(R"({{"message":{}}})", quote_json(message)),
                  request_id);
}

// "2017-08-10T15:37:23Z": without fractions, which not every SDK reads.
std::string whole_seconds(WallTime time) {
    constexpr std::size_t digits = std::string_view("2017-08-10T15:37:23").size();
    return format_iso8601(time).substr(0, digits) + "Z";
}

std::string body_of(const authentication::DeviceKey& key) {
    return fmt::format(
        R"({{"credentials":{{"accessKeyId":{},"secretAccessKey":{},"sessionToken":{},)"
        R"("expiration":"{}"}}}})",
        quote_json(key.access_key_id), quote_json(key.secret), quote_json(key.session_token),
        whole_seconds(key.expires));
}

// Why not; empty: it was answered with keys.
struct Reason {
    std::string_view reason;
    std::string_view details;
    std::string_view explanation;  // JSON
};

void report(LoopGateway& gateway, const Door& door, const authentication::Credentials& credentials,
            std::string_view principal_id, const Reason& why) {
    const GatewayParts& parts = gateway.parts();
    const std::string source_ip = credentials.peer.remote.host();
    const auto status = why.reason.empty() ? logs::Status::Success : logs::Status::Failure;
    const logs::Level level = parts.levels.level_for(
        {.tenant = credentials.tenant, .principal_id = principal_id, .source_ip = source_ip});
    if (!parts.events.keeps(level, logs::EventType::GetDeviceCredentials, status)) return;
    parts.events.record({.tenant = credentials.tenant,
                         .type = logs::EventType::GetDeviceCredentials,
                         .status = status,
                         .trace_id = credentials.trace_id.view(),
                         .origin = {.protocol = "HTTP",
                                    .principal_id = principal_id,
                                    .source_ip = source_ip,
                                    .source_port = credentials.peer.remote.port()},
                         .reason = why.reason,
                         .details = why.details,
                         .door = name_of(door.kind),
                         .domain_configuration = name_of(credentials.domain),
                         .explanation_object = logs::JsonText(why.explanation)});
}

std::shared_ptr<authentication::Credentials> credentials_of(LoopGateway& gateway, const Door& door,
                                                            const DoorRequest& asked,
                                                            const TenantAnswer& tenant) {
    auto credentials = std::make_shared<authentication::Credentials>();
    credentials->tenant = *tenant.tenant;
    credentials->trace_id = authentication::TraceId(make_uuid(gateway.parts().random));
    credentials->peer = asked.peer;
    if (asked.domain) credentials->domain = asked.domain->configuration;
    note_door(*credentials, door, {asked_name(asked.request, asked.peer), tenant.is_endpoint},
              Carrier::Http, gateway.settings().profile.behaviour.door_rules);
    if (const auto thing = asked.request.headers.find(thing_name_header)) {
        credentials->thing_name = std::make_unique<const std::string>(*thing);
    }
    return credentials;
}

}  // namespace

async::Task<net::HttpResponse> provide_credentials(LoopGateway& gateway, const Door& door,
                                                   DoorRequest asked) {
    const GatewayParts& parts = gateway.parts();
    const net::HttpRequest& request = asked.request;
    const net::PeerFacts& peer = asked.peer;
    const TenantAnswer tenant =
        tenant_for(parts, asked.domain, asked_name(request, peer), peer, ProvesItself::Otherwise);
    const auto credentials = credentials_of(gateway, door, asked, tenant);
    const std::string request_id(credentials->trace_id.view());
    if (request.method != "GET") {
        co_return refusal(405, "MethodNotAllowedException", "credentials are asked for with GET",
                          request_id);
    }
    auto alias = alias_in(request.path);
    if (!alias || parts.device_keys == nullptr) {
        co_return refusal(400, "InvalidRequestException",
                          "the path is /role-aliases/ROLE-ALIAS/credentials", request_id);
    }
    if (const auto refused =
            refusal_of(tenant, asked.domain, {door.kind, Carrier::Http, peer.tls_version})) {
        report(gateway, door, *credentials, {}, {refused->reason, refused->sentence, {}});
        co_return refusal(403, "AccessDeniedException", "Certificate is invalid on this endpoint",
                          request_id);
    }
    const auto provided = co_await parts.device_keys->provide(
        credentials, std::move(*alias),
        parts.traces.begin(credentials->tenant, request_id, peer.remote.text()));
    const std::string_view principal_id =
        provided.identity ? std::string_view(provided.identity->principal_id) : std::string_view();
    if (!provided.key) {
        const authentication::DeviceKeyRefusal& refused = provided.key.error();
        report(gateway, door, *credentials, principal_id,
               {refused.reason, refused.sentence, refused.explanation});
        co_return refusal(refused.status, refused.error_type, refused.message, request_id);
    }
    report(gateway, door, *credentials, principal_id, {});
    co_return answer(200, {}, body_of(*provided.key), request_id);
}

}  // namespace gatehouse::gateway
