#include "api/iot/test_invoke_authorizer.h"

#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

using authentication::CustomAuthorizer;

std::shared_ptr<const authentication::Credentials> credentials_of(
    const Caller& caller, const TestInvokeAuthorizerRequest& request) {
    auto credentials = std::make_shared<authentication::Credentials>();
    credentials->tenant = caller.tenant;
    credentials->trace_id = authentication::TraceId(caller.request_id);
    if (request.tls_context) {
        credentials->peer.is_tls = true;
        credentials->peer.server_name = request.tls_context->server_name.value_or("");
    }
    if (request.http_context) {
        credentials->http = std::make_unique<authentication::HttpCredentials>();
        authentication::HttpCredentials& http = *credentials->http;
        if (request.http_context->headers) {
            for (const auto& [name, value] : *request.http_context->headers) {
                http.headers.add(name, value);
            }
        }
        http.query = request.http_context->query_string.value_or("");
        if (http.query.starts_with('?')) http.query.erase(0, 1);
    }
    if (request.mqtt_context) {
        authentication::MqttCredentials& mqtt = credentials->mqtt.emplace();
        mqtt.client_id = request.mqtt_context->client_id.value_or("");
        mqtt.user_name = request.mqtt_context->username;
        mqtt.password = request.mqtt_context->password;
    }
    return credentials;
}

TestInvokeAuthorizerResponse response_of(const authentication::AuthorizerAnswer& answer) {
    TestInvokeAuthorizerResponse response{.is_authenticated = answer.granted.has_value()};
    if (!answer.granted) return response;
    response.principal_id = answer.granted->principal_id;
    response.policy_documents = answer.granted->policy_documents;
    response.refresh_after_in_seconds =
        static_cast<std::int32_t>(answer.granted->refresh_after.count());
    response.disconnect_after_in_seconds =
        static_cast<std::int32_t>(answer.granted->disconnect_after.count());
    return response;
}

}  // namespace

async::Task<wire::Outcome<TestInvokeAuthorizerResponse>> TestInvokeAuthorizer::handle(
    const Caller& caller, TestInvokeAuthorizerRequest request) const {
    using Problem = CustomAuthorizer::TestResult::Problem;
    if (authorizer == nullptr) {
        co_return wire::fail_as(errors::service_unavailable_exception,
                                "no authorizer can be asked here");
    }
    CustomAuthorizer::TestQuestion question{.authorizer_name = request.authorizer_name,
                                            .token = request.token,
                                            .token_signature = request.token_signature.value_or(""),
                                            .credentials = credentials_of(caller, request)};
    const auto result = co_await authorizer->test(std::move(question), caller.deadline);
    switch (result.problem) {
        case Problem::None: break;
        case Problem::NotFound:
            co_return wire::fail_as(errors::resource_not_found_exception, result.sentence);
        case Problem::Inactive:
            co_return wire::fail_as(errors::invalid_request_exception, result.sentence);
        case Problem::TokenRefused:
            co_return wire::fail_as(errors::unauthorized_exception, result.sentence);
        case Problem::BadAnswer:
            co_return wire::fail_as(errors::invalid_response_exception, result.sentence);
        case Problem::Unavailable:
            co_return wire::fail_as(errors::service_unavailable_exception, result.sentence);
    }
    co_return response_of(result.answer);
}

}  // namespace gatehouse::api::iot
