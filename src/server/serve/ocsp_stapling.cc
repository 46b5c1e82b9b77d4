#include "server/serve/ocsp_stapling.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "certificates/certificate.h"
#include "net/http_url.h"

namespace gatehouse::server {
namespace {

using certificates::OcspResponse;

constexpr std::size_t response_bytes_max = 4096;
constexpr std::chrono::hours interval_max(1);
constexpr std::chrono::seconds answer_wait_max(10);
// After a failure, doubled with each that follows.
constexpr std::chrono::seconds retry_first(10);
// How often it looks whom to ask.
constexpr std::chrono::seconds look_interval(1);
constexpr std::size_t under_way_max = 8;
// Of a response that says no end. Newer information is always there, then.
constexpr std::chrono::hours kept_without_end(2);
// Before its end a response is not stapled any more, so that none runs out on its way.
constexpr std::chrono::minutes margin_max(1);

WallTime end_of(const OcspResponse& told) {
    if (!told.next_update) return told.this_update + kept_without_end;
    const auto whole = *told.next_update - told.this_update;
    return *told.next_update - std::min<WallTime::duration>(margin_max, whole / 10);
}

std::string text_of_time(WallTime time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       std::chrono::time_point_cast<std::chrono::seconds>(time));
}

std::string reason_of(const Error& error) {
    switch (error.kind) {
        case ErrorKind::InvalidInput: return "OCSP_RESPONSE_INVALID";
        case ErrorKind::NotFound:
        case ErrorKind::NotAllowed: return "OCSP_RESPONDER_NOT_ASKED";
        case ErrorKind::TooLarge: return "OCSP_RESPONSE_TOO_LARGE";
        case ErrorKind::Timeout: return "OCSP_RESPONDER_TIMEOUT";
        default: return "OCSP_RESPONDER_UNAVAILABLE";
    }
}

// What can be told of the answer, as an object.
std::string response_details(const OcspResponse& told) {
    json::object details{{"responseStatus", "successful"},
                         {"certStatus", name_of(told.status)},
                         {"thisUpdateTime", text_of_time(told.this_update)},
                         {"producedAtTime", text_of_time(told.produced_at)}};
    if (told.next_update) details["nextUpdateTime"] = text_of_time(*told.next_update);
    return to_text(details);
}

}  // namespace

OcspStapling::OcspStapling(const Parts& parts)
    : parts_(parts),
      lookups_(parts.loop),
      tasks_(parts.loop, "OCSP stapling"),
      timer_([this] { look(); }) {}

void OcspStapling::look() {
    follow();
    const SteadyTime now = parts_.loop.now();
    for (auto& [domain, asked] : asked_) {
        if (under_way_ >= under_way_max) break;
        if (asked.is_under_way || now < asked.next) continue;
        asked.is_under_way = true;
        ++under_way_;
        tasks_.start(ask(domain));
    }
    parts_.loop.timers().set(timer_, now + look_interval);
}

// Those that are new are asked about at once; what is under way for those that are gone ends by
// itself.
void OcspStapling::follow() {
    auto now = parts_.domains.stapled();
    if (now == followed_) return;
    std::erase_if(asked_, [&](const auto& entry) {
        return !entry.second.is_under_way && std::ranges::find(*now, entry.first) == now->end();
    });
    for (const auto& domain : *now) asked_.try_emplace(domain);
    followed_ = std::move(now);
}

async::Task<void> OcspStapling::ask(std::shared_ptr<StapledDomain> domain) {
    Outcome outcome;
    auto response = co_await retrieve(*domain, outcome);
    if (response) {
        const auto& facts = domain->facts();
        outcome.told = certificates::prove_ocsp_response(
            *response, facts.subject, facts.authorized_responder, parts_.clock.wall_now());
        if (outcome.told) domain->keep(std::move(*response), end_of(*outcome.told));
    } else {
        outcome.told = fail(std::move(response.error()));
    }
    --under_way_;
    Asked& asked = asked_.at(domain);
    asked.is_under_way = false;
    asked.failures = outcome.told ? 0 : asked.failures + 1;
    asked.next = next_after(outcome, asked.failures);
    if (std::ranges::find(*followed_, domain) == followed_->end()) asked_.erase(domain);
    if (!is_stopping_) report(*domain, outcome);
}

SteadyTime OcspStapling::next_after(const Outcome& outcome, unsigned failures) const {
    std::chrono::milliseconds wait = interval_max;
    if (failures > 0) {
        wait = std::min(
            wait, std::chrono::milliseconds(retry_first) * (1 << std::min(failures - 1, 10U)));
    } else if (const auto& told = outcome.told; told && told->next_update) {
        // Twice in its life, so that one failure leaves no gap.
        const auto left = end_of(*told) - parts_.clock.wall_now();
        wait = std::clamp<std::chrono::milliseconds>(left / 2, retry_first, wait);
    }
    return parts_.loop.now() + wait;
}

async::Task<Result<Bytes>> OcspStapling::retrieve(const StapledDomain& domain, Outcome& outcome) {
    const StapledDomain::Facts& facts = domain.facts();
    if (!facts.problem.empty()) co_return fail(ErrorKind::NotFound, facts.problem);
    const auto certificate = certificates::parse_certificate_der(facts.subject.certificate);
    if (certificate) outcome.certificate_id = certificate->serial;
    const auto request = certificates::make_ocsp_request(facts.subject);
    if (!request) co_return fail(request.error());
    auto response = facts.configuration->ocsp->lambda_arn.empty()
                        ? co_await ask_responder(domain, *request, outcome)
                        : co_await ask_function(domain, *request, outcome);
    if (response && response->size() > response_bytes_max) {
        co_return fail(ErrorKind::TooLarge,
                       fmt::format("the response has over {} bytes", response_bytes_max));
    }
    co_return response;
}

// RFC 6960, appendix A.1.
async::Task<Result<Bytes>> OcspStapling::ask_responder(const StapledDomain& domain,
                                                       const Bytes& request, Outcome& outcome) {
    outcome.responder = certificates::ocsp_responder_of(domain.facts().subject.certificate);
    if (outcome.responder.empty()) {
        co_return fail(ErrorKind::NotFound,
                       "the certificate names no OCSP responder (authority information access)");
    }
    auto url = net::HttpUrl::parse(outcome.responder);
    if (!url) co_return fail(std::move(url.error()));
    if (url->is_https) {
        co_return fail(ErrorKind::NotAllowed,
                       "the certificate's OCSP responder is asked over https, which takes a "
                       "certificate to ask about another");
    }
    // Signed, so that whoever is on the way can change nothing.
    const auto endpoint = std::make_shared<net::HttpEndpoint>(
        parts_.loop, lookups_,
        net::HttpEndpointSettings{.url = std::move(*url),
                                  .trust = nullptr,
                                  .plain_http = net::PlainHttp::Anywhere,
                                  .answer_bytes_max = response_bytes_max,
                                  .kept_max = 1});
    endpoints_[&domain] = endpoint;
    net::HttpQuestion question{.body = std::string(text_of(request))};
    question.headers.add("Content-Type", "application/ocsp-request");
    question.headers.add("Accept", "application/ocsp-response");
    auto answer =
        co_await endpoint->ask(std::move(question), Deadline::after(parts_.clock, answer_wait_max));
    endpoints_.erase(&domain);
    if (!answer) co_return fail(std::move(answer.error()));
    outcome.http_status = answer->response.status;
    if (answer->response.status != 200) {
        co_return fail(ErrorKind::Unavailable, fmt::format("the responder answered with status {}",
                                                           answer->response.status));
    }
    const BytesView body = bytes_of(answer->response.body);
    co_return Bytes(body.begin(), body.end());
}

// Developer Guide, "Configuring server certificate OCSP for private endpoints": base64 of DER as a
// JSON text, both ways.
async::Task<Result<Bytes>> OcspStapling::ask_function(const StapledDomain& domain,
                                                      const Bytes& request, Outcome& outcome) {
    const registry::DomainConfiguration& configuration = *domain.facts().configuration;
    outcome.responder = configuration.ocsp->lambda_arn;
    const auto function =
        authentication::called_function(configuration.ocsp->lambda_arn, configuration.tenant);
    if (parts_.missing_permission != MissingPermission::Invoke) {
        auto problem =
            parts_.permissions.problem(function, configuration.tenant, configuration.arn());
        if (problem && parts_.missing_permission == MissingPermission::Refuse) {
            co_return fail(ErrorKind::NotAllowed, std::move(*problem));
        }
        if (problem) outcome.note = "AWS would not call the function: " + *problem;
    }
    auto result = co_await parts_.functions.invoke(
        function, quote_json(to_base64(request)),
        {.deadline = Deadline::after(parts_.clock, answer_wait_max),
         .run_max = std::chrono::milliseconds(answer_wait_max)});
    if (!result) {
        co_return fail(result.error().kind,
                       fmt::format("function '{}' could not be called: {}", function.name.view(),
                                   result.error().message));
    }
    constexpr std::size_t shown_bytes_max = 512;
    const std::string_view shown = std::string_view(result->payload).substr(0, shown_bytes_max);
    if (result->function_error) {
        co_return fail(ErrorKind::Unavailable,
                       fmt::format("function '{}' failed: {}", function.name.view(), shown));
    }
    const auto answer = parse_json(result->payload, "the function's answer");
    const bool is_text = answer && answer->is_string();
    auto response = is_text ? from_base64(std::string_view(answer->get_string())) : std::nullopt;
    if (!response) {
        co_return fail(ErrorKind::InvalidInput,
                       fmt::format("function '{}' has to answer a text, base64 of an OCSP "
                                   "response, not {}",
                                   function.name.view(), shown));
    }
    co_return std::move(*response);
}

void OcspStapling::report(const StapledDomain& domain, const Outcome& outcome) const {
    const registry::DomainConfiguration& configuration = *domain.facts().configuration;
    const auto type = logs::EventType::RetrieveOcspStapleData;
    const auto status = outcome.told ? logs::Status::Success : logs::Status::Failure;
    const logs::Level level = parts_.levels.level_for({.tenant = configuration.tenant});
    if (!parts_.events.keeps(level, type, status)) return;
    json::object connection{{"ocspResponderUri", outcome.responder}};
    if (outcome.http_status) connection["httpStatusCode"] = std::to_string(*outcome.http_status);
    const std::string connection_text = to_text(connection);
    const std::string request_text =
        to_text(json::object{{"requestCertId", outcome.certificate_id}});
    const std::string response_text = outcome.told ? response_details(*outcome.told) : "{}";
    const std::string reason = outcome.told ? std::string() : reason_of(outcome.told.error());
    const std::string details =
        outcome.told ? outcome.note : "nothing new is stapled: " + outcome.told.error().message;
    std::vector<logs::Member> more{{"domainConfigName", configuration.name.view()},
                                   {"connectionDetails", logs::JsonText(connection_text)},
                                   {"ocspRequestDetails", logs::JsonText(request_text)}};
    if (outcome.told) more.push_back({"ocspResponseDetails", logs::JsonText(response_text)});
    parts_.events.record({.tenant = configuration.tenant,
                          .type = type,
                          .status = status,
                          .reason = reason,
                          .details = details,
                          .more = more});
}

async::Task<void> OcspStapling::stop() {
    is_stopping_ = true;
    timer_.cancel();
    for (const auto& [domain, endpoint] : endpoints_) endpoint->close();
    co_await tasks_.join(Deadline::after(parts_.clock, answer_wait_max));
}

}  // namespace gatehouse::server
