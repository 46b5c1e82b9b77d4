#include "server/serve/device_operations.h"

#include <string>
#include <utility>

#include "api/api.h"
#include "base/encoding.h"

namespace gatehouse::server {
namespace {

api::wire::Failure broken_path() {
    return {
        api::wire::Failure::Stage::Malformed,
        {ErrorKind::InvalidInput, "the path has a '%' that two hexadecimal digits do not follow"}};
}

}  // namespace

DeviceOperations::DeviceOperations(gateway::Gateway& gateway, async::WorkerPool& workers)
    : publisher_(gateway),
      retained_(gateway),
      connections_(gateway),
      service_(api::make_data_service(
          {.publisher = publisher_, .retained = retained_, .connections = connections_})),
      workers_(workers) {}

std::optional<gateway::DeviceApi::Operation> DeviceOperations::operation_of(
    const net::HttpRequest& request) const {
    auto match = api::wire::match_route(service_.model(), request.method, request.path,
                                        query_fields(request.query));
    if (!match || service_.find(match->operation->name) == nullptr) return std::nullopt;
    const auto action = policy::action_named("iot:" + std::string(match->operation->name));
    if (!action || *action == policy::Action::Publish) return std::nullopt;
    return Operation{*action,
                     match->labels.empty() ? std::string() : std::move(match->labels.front())};
}

async::Task<net::HttpResponse> DeviceOperations::answer(const Call& call) const {
    const net::HttpRequest& request = call.request;
    api::wire::RequestParts parts{.query = query_fields(request.query),
                                  .headers = request.headers.fields(),
                                  .body = request.body};
    auto match =
        api::wire::match_route(service_.model(), request.method, request.path, parts.query);
    parts.labels = std::move(match->labels);
    api::Caller caller{.tenant = call.tenant,
                       .principal = std::string(call.principal_id),
                       .request_id = std::string(call.trace_id),
                       .deadline = call.deadline};
    const auto outcome =
        has_broken_escape(request.path)
            ? api::wire::Outcome<api::wire::ResponseParts>(std::unexpected(broken_path()))
            : co_await service_.find(match->operation->name)->serve(caller, parts, workers_);
    net::HttpResponse response =
        api::to_http(outcome ? *outcome : service_.encode(outcome.error()), call.trace_id);
    response.headers.set("x-amzn-RequestId", std::string(call.trace_id));
    co_return response;
}

}  // namespace gatehouse::server
