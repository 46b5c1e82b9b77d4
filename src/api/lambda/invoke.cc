#include "api/lambda/invoke.h"

#include <fmt/format.h>

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/shapes/lambda/errors.h"
#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::api::lambda {
namespace {

// The event as the function gets it: any JSON value, an empty object when nothing was sent.
wire::Outcome<functions::Payload> event_of(const std::optional<Bytes>& payload) {
    if (!payload || payload->empty()) return "{}";
    const std::string_view text = text_of(*payload);
    const auto parsed =
        parse_json(text, "the payload", {.depth_max = passing_depth_max, .bytes_max = text.size()});
    if (!parsed) {
        return wire::fail_as(
            errors::invalid_request_content_exception,
            "Could not parse request body into json: " + parsed.error().describe());
    }
    return functions::Payload(text);
}

wire::Outcome<std::string> client_context_of(const std::optional<std::string>& header) {
    if (!header) return "";
    if (header->size() > functions::client_context_bytes_max) {
        return wire::fail_as(
            errors::invalid_request_content_exception,
            fmt::format("X-Amz-Client-Context must have at most {} bytes of base64",
                        functions::client_context_bytes_max));
    }
    const auto bytes = from_base64(*header);
    if (!bytes ||
        !parse_json(text_of(*bytes), "the client context", {.depth_max = passing_depth_max})) {
        return wire::fail_as(errors::invalid_request_content_exception,
                             "X-Amz-Client-Context must be base64 of JSON");
    }
    return std::string(text_of(*bytes));
}

}  // namespace

async::Task<wire::Outcome<InvokeResponse>> Invoke::handle(const Caller& caller,
                                                          InvokeRequest request) const {
    auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    const auto found =
        directory.get(caller.tenant, function->name,
                      // Invoking says which version it did not find.
                      function->qualifier.empty() ? functions::Qualifier(functions::latest_version)
                                                  : function->qualifier);
    if (!found) co_return failure_of(found.error());
    const auto type = request.invocation_type.value_or(InvocationType::RequestResponse);
    if (type == InvocationType::DryRun) co_return InvokeResponse{.status_code = 204};
    auto event = event_of(request.payload);
    if (!event) co_return std::unexpected(std::move(event.error()));
    if (type == InvocationType::Event) {
        const auto taken = co_await async_invocations.take(*function, std::move(*event),
                                                           functions::RequestId(caller.request_id),
                                                           request.trace_id.value_or(""));
        if (!taken) co_return failure_of(taken.error());
        co_return InvokeResponse{.status_code = 202};
    }
    auto context = client_context_of(request.client_context);
    if (!context) co_return std::unexpected(std::move(context.error()));

    const bool tail = request.log_type == LogType::Tail;
    auto result = co_await invoker.invoke(
        *function, std::move(*event),
        {.deadline = caller.deadline,
         .request_id = functions::RequestId(caller.request_id),
         .trace_id = request.trace_id.value_or(""),
         .client_context = std::move(*context),
         .log_tail = tail ? functions::LogTail::Wanted : functions::LogTail::Unwanted});
    if (!result) co_return failure_of(result.error());
    const BytesView payload = bytes_of(result->payload);
    InvokeResponse response{.status_code = 200,
                            .payload = Bytes(payload.begin(), payload.end()),
                            .executed_version = result->executed_version.value(),
                            .trace_id = std::move(result->trace_id)};
    if (result->function_error) response.function_error = "Unhandled";
    if (tail) response.log_result = to_base64(bytes_of(result->log_tail));
    co_return response;
}

}  // namespace gatehouse::api::lambda
