#include "server/client/api_client.h"

#include <fmt/format.h>

#include <charconv>

#include "async/run_to_end.h"
#include "base/durable_file.h"
#include "base/encoding.h"
#include "net/http_client.h"
#include "net/tls_client.h"
#include "server/command.h"
#include "server/version.h"
#include "signature/signer.h"

namespace gatehouse::server {
namespace {

constexpr std::size_t answer_bytes_max = 64 * 1024 * 1024;

// Where the API is: what its address in the ready file says.
struct UrlPlace {
    bool is_tls = false;
    std::string host;
    net::Address address;
    std::string host_header;
};

// "http://127.0.0.1:4566", "https://[::1]:4566".
Result<UrlPlace> place_of(const ReadyFile& server) {
    const auto wrong = [&] {
        return fail(ErrorKind::Corrupt,
                    fmt::format("the ready file's api_url '{}' is no address", server.api_url));
    };
    std::string_view rest = server.api_url;
    UrlPlace place;
    place.is_tls = rest.starts_with("https://");
    if (!place.is_tls && !rest.starts_with("http://")) return wrong();
    rest.remove_prefix(rest.find("//") + 2);
    place.host_header = rest;
    const auto colon = rest.rfind(':');
    if (colon == rest.npos) return wrong();
    std::string_view host = rest.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    place.host = host;
    std::uint16_t port = 0;
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size()) return wrong();
    // The ready file names addresses; a name stands for this machine.
    auto address = net::Address::parse(host, port);
    if (!address) address = net::Address::parse("127.0.0.1", port);
    if (!address) return wrong();
    place.address = *address;
    return place;
}

async::Task<Result<net::HttpResponse>> exchange(const UrlPlace& place, std::string authorities_pem,
                                                net::HttpRequest request,
                                                std::chrono::seconds wait) {
    async::EventLoop& loop = *async::EventLoop::current();
    const Deadline deadline = Deadline::after(loop.clock(), wait);
    std::shared_ptr<const net::TlsTrust> authorities;
    if (place.is_tls) {
        auto read = net::TlsTrust::of(authorities_pem);
        if (!read) co_return fail(std::move(read.error()));
        authorities = std::move(*read);
    }
    auto stream = place.is_tls
                      ? co_await net::connect_tls(loop, place.address,
                                                  {place.host, std::move(authorities)}, deadline)
                      : co_await net::connect_tcp(loop, place.address, deadline);
    if (!stream) co_return fail(std::move(stream.error()));
    co_return co_await net::exchange_http(**stream, std::move(request), answer_bytes_max, deadline);
}

std::string query_text(const std::vector<std::pair<std::string, std::string>>& query) {
    std::string text;
    for (const auto& [name, value] : query) {
        if (!text.empty()) text += '&';
        text += percent_encode(name) + "=" + percent_encode(value);
    }
    return text;
}

ErrorKind kind_of(unsigned status, std::string_view code) {
    if (code.contains("NotFound")) return ErrorKind::NotFound;
    if (code.contains("AlreadyExists") || code.contains("Conflict")) return ErrorKind::Conflict;
    if (code.contains("TooManyRequests") || code.contains("Throttl")) return ErrorKind::Throttled;
    if (code.contains("AccessDenied")) return ErrorKind::NotAllowed;
    switch (status) {
        case 401:
        case 403: return ErrorKind::Unauthorized;
        case 404: return ErrorKind::NotFound;
        case 409: return ErrorKind::Conflict;
        case 413: return ErrorKind::TooLarge;
        case 429: return ErrorKind::Throttled;
        case 501: return ErrorKind::Unsupported;
        case 503: return ErrorKind::Unavailable;
        case 504: return ErrorKind::Timeout;
        default: return status >= 500 ? ErrorKind::Internal : ErrorKind::InvalidInput;
    }
}

// The first of the members that is a text. Services do not agree on names and case.
std::string member_of(const json::value& body, std::initializer_list<std::string_view> names) {
    if (!body.is_object()) return "";
    for (const std::string_view name : names) {
        const json::value* member = body.get_object().if_contains(name);
        if (member != nullptr && member->is_string()) return std::string(member->get_string());
    }
    return "";
}

}  // namespace

std::string path_of(std::string_view prefix, std::string_view name, std::string_view rest) {
    return fmt::format("{}{}{}", prefix, percent_encode(name), rest);
}

ApiError error_of_answer(const net::HttpResponse& response) {
    const auto parsed = parse_json(response.body, "the answer");
    const json::value body = parsed ? *parsed : json::value();
    std::string code(response.headers.find("x-amzn-ErrorType").value_or(""));
    if (code.empty()) code = member_of(body, {"__type", "code", "Code"});
    // "com.amazon.coral.service#UnknownOperationException:http://…"
    if (const auto hash = code.find('#'); hash != code.npos) code.erase(0, hash + 1);
    code.resize(std::min(code.find(':'), code.size()));
    std::string message = member_of(body, {"message", "Message", "errorMessage"});
    if (message.empty()) message = fmt::format("the server answered {}", response.status);
    // What a signature should have been is for those who write signers.
    message.resize(std::min(message.find("\n\n"), message.size()));
    if (!code.empty()) message += fmt::format(" ({})", code);
    return {Error{kind_of(response.status, code), std::move(message), {}}, std::move(code)};
}

Result<ApiClient> ApiClient::find(const Arguments& arguments, const Environment& environment) {
    auto server = find_server(arguments, environment);
    if (!server) return fail(std::move(server.error()));
    if (server->api_url.empty()) {
        return fail(ErrorKind::Unavailable,
                    "the server's API is closed (api-port off), so commands cannot reach it");
    }
    auto key = read_credentials_file(credentials_file_path(server->data_dir));
    if (key) {
        std::string origin = credentials_file_path(server->data_dir);
        return ApiClient(std::move(*server), {std::move(*key), "", std::move(origin)});
    }
    const auto id = environment.find("AWS_ACCESS_KEY_ID");
    const auto secret = environment.find("AWS_SECRET_ACCESS_KEY");
    if (!id || !secret) {
        return fail(key.error().kind,
                    key.error().message +
                        "; or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that the "
                        "server knows");
    }
    return ApiClient(
        std::move(*server),
        {{*id, *secret}, environment.find("AWS_SESSION_TOKEN").value_or(""), "AWS_ACCESS_KEY_ID"});
}

ApiClient::ApiClient(ReadyFile server, Signer signer)
    : server_(std::move(server)), signer_(std::move(signer)) {}

Result<net::HttpRequest> ApiClient::signed_request(const ApiCall& call) const {
    const auto place = place_of(server_);
    if (!place) return fail(place.error());
    net::HttpRequest request{.method = call.method,
                             .target = call.path,
                             .path = call.path,
                             .query = query_text(call.query),
                             .body = call.body};
    if (!request.query.empty()) request.target += "?" + request.query;
    request.headers.add("Host", place->host_header);
    request.headers.add("User-Agent", fmt::format("gatehouse/{}", program_version()));
    for (const auto& [name, value] : call.headers) request.headers.add(name, value);
    const signature::RequestView view{request.method, request.path, request.query,
                                      request.headers.fields(), request.body};
    for (auto& [name, value] : signature::sign_headers(
             view,
             {signature::AccessKeyId(signer_.key.id), signer_.key.secret, signer_.session_token},
             Region(server_.region), call.service, clock_.wall_now())) {
        request.headers.add(std::move(name), std::move(value));
    }
    return request;
}

Answer<net::HttpResponse> ApiClient::send(const ApiCall& call) const {
    const auto no_answer = [](Error error) {
        return std::unexpected(ApiError{std::move(error), ""});
    };
    auto place = place_of(server_);
    if (!place) return no_answer(std::move(place.error()));
    std::string authorities;
    if (place->is_tls) {
        auto read = read_file(server_.api_ca);
        if (!read) return no_answer(std::move(read.error()));
        authorities = std::move(*read);
    }
    auto request = signed_request(call);
    if (!request) return no_answer(std::move(request.error()));
    auto response = async::run_to_end(
        clock_, exchange(*place, std::move(authorities), std::move(*request), call.wait));
    if (!response && response.error().kind == ErrorKind::Timeout) {
        return no_answer({ErrorKind::Timeout,
                          fmt::format("the server (pid {}) did not answer within {} s", server_.pid,
                                      call.wait.count()),
                          {}});
    }
    if (!response && response.error().kind == ErrorKind::Unavailable) {
        return no_answer(
            {ErrorKind::Unavailable,
             fmt::format("{}. The server that wrote {} (pid {}) seems to have ended; "
                         "start one with `gatehouse serve`",
                         response.error().message, ready_file_path(server_.data_dir), server_.pid),
             {}});
    }
    if (!response) return no_answer(std::move(response.error()));
    if (response->status / 100 != 2) {
        ApiError error = error_of_answer(*response);
        if (error.code.contains("Signature") || error.code == "UnrecognizedClientException") {
            error.error.message +=
                fmt::format("; the access key {} comes from {}", signer_.key.id, signer_.origin);
        }
        return std::unexpected(std::move(error));
    }
    return std::move(*response);
}

Answer<json::value> ApiClient::call(const ApiCall& call) const {
    auto response = send(call);
    if (!response) return std::unexpected(std::move(response.error()));
    if (response->body.empty()) return json::value();
    auto parsed = parse_json(response->body, "the server's answer",
                             {.depth_max = 64, .bytes_max = answer_bytes_max});
    if (!parsed) return std::unexpected(ApiError{std::move(parsed.error()), ""});
    return std::move(*parsed);
}

Answer<json::value> ApiClient::call_logs(std::string_view operation,
                                         const json::object& request) const {
    return call({.service = "logs",
                 .method = "POST",
                 .path = "/",
                 .query = {},
                 .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                             {"X-Amz-Target", fmt::format("Logs_20140328.{}", operation)}},
                 .body = to_text(request)});
}

}  // namespace gatehouse::server
