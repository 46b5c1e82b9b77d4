#include "authentication/signed_request.h"

#include <algorithm>

#include "authentication/user_name.h"
#include "signature/claim.h"

namespace gatehouse::authentication {
namespace {

constexpr std::string_view algorithm_parameter = "X-Amz-Algorithm";

}  // namespace

bool is_signed(const net::HttpHeaders& headers, std::string_view query) {
    const auto authorization = headers.find("Authorization");
    if (authorization && authorization->starts_with("AWS4-")) return true;
    if (!query.contains(algorithm_parameter)) return false;
    return std::ranges::any_of(
        parse_query(query), [](const Parameter& one) { return one.name == algorithm_parameter; });
}

signature::RequestView view_of(const HttpCredentials& http) {
    return {.method = http.method,
            .path = http.path,
            .query = http.query,
            .headers = http.headers.fields(),
            .body = http.body};
}

std::shared_ptr<const Credentials> kept_for_review(const Credentials& credentials) {
    auto kept = std::make_shared<Credentials>();
    kept->tenant = credentials.tenant;
    kept->trace_id = credentials.trace_id;
    kept->peer = credentials.peer;
    kept->domain = credentials.domain;
    if (credentials.mqtt) kept->mqtt.emplace().client_id = credentials.mqtt->client_id;
    kept->names_endpoint = credentials.names_endpoint;
    if (const auto claim = signature::read_claim(view_of(*credentials.http))) {
        kept->access_key_id =
            std::make_unique<const std::string>(claim->credential.access_key_id.value());
    }
    return kept;
}

}  // namespace gatehouse::authentication
