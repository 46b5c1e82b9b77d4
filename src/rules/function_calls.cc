#include "rules/function_calls.h"

#include <fmt/format.h>

#include "authentication/missing_permission.h"
#include "base/uuid.h"

namespace gatehouse::rules {

std::string tracing_header(std::string_view uuid) {
    std::string digits;
    for (const char each : uuid) {
        if (each != '-') digits += each;
    }
    constexpr std::size_t time_digits = 8;
    if (digits.size() != 32) return {};
    return fmt::format("Root=1-{}-{}", digits.substr(0, time_digits), digits.substr(time_digits));
}

Result<std::string> FunctionCalls::permission(const functions::FunctionRef& function,
                                              const FunctionCall& call) const {
    if (parts_.lookup.choose(function, parts_.random) == nullptr) {
        return fail(ErrorKind::NotFound, fmt::format("Function not found: {}", call.function_arn));
    }
    const MissingPermission rule =
        authentication::rule_for(function, call.tenant, parts_.missing_permission);
    if (rule == MissingPermission::Invoke) return {};
    const auto problem = parts_.permissions.problem(function, call.tenant, call.rule_arn);
    if (!problem) return {};
    if (rule == MissingPermission::Refuse) return fail(ErrorKind::NotAllowed, *problem);
    return "AWS would refuse this call: " + *problem;
}

async::Task<Result<std::string>> FunctionCalls::hand_over(FunctionCall call) {
    const auto function = authentication::called_function(call.function_arn, call.tenant);
    auto details = permission(function, call);
    if (!details) co_return fail(std::move(details.error()));
    const std::string request = make_uuid(parts_.random);
    auto taken = co_await parts_.events.take(
        function, std::move(call.payload), functions::RequestId(request),
        tracing_header(call.trace_id),
        call.is_kept ? functions::EventKept::OnDisk : functions::EventKept::InMemory);
    if (!taken) co_return fail(std::move(taken.error()));
    co_return fmt::format("RequestId: {}{}{}", request, details->empty() ? "" : ". ", *details);
}

async::Task<Result<std::string>> FunctionCalls::ask(FunctionCall call, Deadline deadline) {
    const auto function = authentication::called_function(call.function_arn, call.tenant);
    if (auto allowed = permission(function, call); !allowed) {
        co_return fail(std::move(allowed.error()));
    }
    auto result = co_await parts_.invoker.invoke(
        function, std::move(call.payload),
        {.deadline = deadline,
         .request_id = functions::RequestId(make_uuid(parts_.random)),
         .trace_id = tracing_header(call.trace_id)});
    if (!result) co_return fail(std::move(result.error()));
    if (result->function_error) {
        co_return fail(ErrorKind::InvalidInput,
                       fmt::format("the function failed: {}", result->payload.substr(0, 500)));
    }
    co_return std::move(result->payload);
}

}  // namespace gatehouse::rules
