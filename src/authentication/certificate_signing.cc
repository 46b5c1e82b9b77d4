#include "authentication/certificate_signing.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "async/event_loop.h"
#include "authentication/function_failure.h"
#include "authentication/missing_permission.h"
#include "base/json.h"
#include "certificates/certificate.h"
#include "certificates/issuer.h"

namespace gatehouse::authentication {
namespace {

constexpr std::string_view signed_operation = "CreateCertificateFromCsr";
constexpr std::size_t shown_answer_max = 2048;

Result<std::string> certificate_in(std::string_view payload) {
    const auto value =
        parse_json(payload, "the function's answer", {.depth_max = passing_depth_max});
    if (!value) return fail(ErrorKind::InvalidInput, value.error().describe());
    const json::value* const pem =
        value->is_object() ? value->as_object().if_contains("certificatePem") : nullptr;
    if (pem == nullptr) return fail(ErrorKind::InvalidInput, "certificatePem is missing");
    if (!pem->is_string()) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("certificatePem is {}, and has to be a string", kind_name(*pem)));
    }
    return std::string(std::string_view(pem->get_string()));
}

// What the function made of the request, if it is a certificate for it.
Result<std::string> certificate_for(std::string_view request_pem, std::string_view payload) {
    auto pem = certificate_in(payload);
    if (!pem) return pem;
    const auto certificate = certificates::parse_single_certificate_pem(*pem);
    if (!certificate) return fail(certificate.error());
    if (certificate->is_authority) {
        return fail(ErrorKind::InvalidInput, "the certificate is an authority's");
    }
    const auto is_for_it = certificates::is_for_request(certificate->der, request_pem);
    if (!is_for_it) return fail(is_for_it.error());
    if (!*is_for_it) {
        return fail(ErrorKind::InvalidInput,
                    "the certificate is for another key than the signing request");
    }
    return pem;
}

}  // namespace

// One request on its way to a provider's function.
struct CertificateSigning::Call {
    Request request;
    registry::CertificateProvider provider;
    functions::FunctionRef function;

    std::string answerer() const {
        return fmt::format("the function '{}' of certificate provider '{}'", function.name.view(),
                           provider.name.view());
    }
    std::string event() const {
        return to_text(json::object{{"certificateSigningRequest", request.pem},
                                    {"principalId", request.principal_id},
                                    {"accountId", request.tenant.account.view()},
                                    {"clientId", request.client_id}});
    }
    // Of what a function of another account answered nothing is shown to this one.
    std::string shown(const functions::InvocationResult& result) const {
        if (function.tenant.account != request.tenant.account) {
            return "(the function is of another account, which alone sees its answer)";
        }
        return std::string(std::string_view(result.payload).substr(0, shown_answer_max));
    }
};

async::Task<Result<std::string>> CertificateSigning::sign(Request request, Deadline deadline) {
    auto provider =
        co_await parts_.providers.run([&](registry::CertificateProviderRecords& records) {
            return records.default_for(request.tenant, signed_operation);
        });
    if (!provider) co_return fail(provider.error().as_error());
    if (!*provider) co_return co_await sign_here(std::move(request.pem));
    const auto read = co_await parts_.workers.run(
        *async::EventLoop::current(), [&] { return certificates::parse_request_pem(request.pem); });
    if (!read) co_return fail(read.error());
    auto function = called_function((*provider)->function_arn, request.tenant);
    co_return co_await ask(Call{std::move(request), std::move(**provider), std::move(function)},
                           deadline);
}

async::Task<Result<std::string>> CertificateSigning::sign_here(std::string request_pem) {
    auto issued = co_await parts_.workers.run(*async::EventLoop::current(), [&] {
        return parts_.authority.issue_device_for_request(request_pem);
    });
    if (!issued) co_return fail(std::move(issued.error()));
    co_return std::move(issued->certificate_pem);
}

Result<void> CertificateSigning::check_permission(const Call& call) const {
    const auto rule =
        rule_for(call.function, call.request.tenant, profile_.behaviour.missing_permission);
    if (rule != MissingPermission::Refuse) return {};
    auto problem =
        parts_.permissions.problem(call.function, call.request.tenant, call.provider.arn());
    if (!problem) return {};
    return fail(ErrorKind::NotAllowed, std::move(*problem));
}

async::Task<Result<std::string>> CertificateSigning::ask(Call call, Deadline deadline) {
    if (auto allowed = check_permission(call); !allowed) co_return fail(allowed.error());
    const std::chrono::milliseconds wait(profile_.limits.authorizer_wait_ms);
    const SteadyTime began = parts_.clock.steady_now();
    auto result = co_await parts_.functions.invoke(
        call.function, call.event(),
        {.deadline = deadline.sooner_of(Deadline::after(parts_.clock, wait)), .run_max = wait});
    if (result && !result->function_error) {
        co_return co_await check_answer(call, std::move(result->payload));
    }
    const auto duration =
        std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.steady_now() - began);
    const FunctionFailure failure =
        failure_of(result, call.answerer(),
                   {.duration = duration, .wait_ms = profile_.limits.authorizer_wait_ms},
                   result ? call.shown(*result) : std::string());
    co_return fail(failure.passes_by_itself ? ErrorKind::Unavailable : ErrorKind::InvalidInput,
                   failure.sentence);
}

async::Task<Result<std::string>> CertificateSigning::check_answer(const Call& call,
                                                                  std::string answer) {
    auto pem = co_await parts_.workers.run(
        *async::EventLoop::current(), [&] { return certificate_for(call.request.pem, answer); });
    if (pem) co_return pem;
    co_return fail(pem.error().kind, fmt::format("the answer of {} cannot be used: {}",
                                                 call.answerer(), pem.error().message));
}

}  // namespace gatehouse::authentication
