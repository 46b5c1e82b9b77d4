#include "api/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "api/refusals.h"
#include "api/wire/form.h"
#include "base/encoding.h"
#include "base/uuid.h"
#include "iam/principal.h"

namespace gatehouse::api {
namespace {

// Larger bodies are hashed on a worker.
constexpr std::size_t verify_inline_max = 256 * 1024;

// The protocol a client speaks whose service is not known.
wire::Protocol protocol_of(const net::HttpRequest& request) {
    if (request.headers.find("X-Amz-Target")) return wire::Protocol::Json11;
    const auto type = request.headers.find("Content-Type").value_or("");
    return type.starts_with("application/x-www-form-urlencoded") ? wire::Protocol::Query
                                                                 : wire::Protocol::RestJson;
}

bool is_signed(const net::HttpRequest& request) {
    return request.headers.find("Authorization") || request.query.contains("X-Amz-Algorithm=");
}

std::optional<std::string> text_of(std::optional<std::string_view> header) {
    return header ? std::optional<std::string>(*header) : std::nullopt;
}

std::string no_operation(const wire::ServiceModel& model, const net::HttpRequest& request,
                         const wire::Fields& fields) {
    if (model.protocol == wire::Protocol::Query) {
        const auto action = std::ranges::find(fields, "Action", &wire::Fields::value_type::first);
        return fmt::format("Could not find operation {} of {}",
                           action == fields.end() ? "(no Action is given)" : action->second,
                           model.full_name);
    }
    const std::string target = model.protocol == wire::Protocol::Json11
                                   ? fmt::format(" with X-Amz-Target '{}'",
                                                 request.headers.find("X-Amz-Target").value_or(""))
                                   : "";
    return fmt::format("{} has no operation for {} {}{}", model.full_name, request.method,
                       request.path, target);
}

}  // namespace

net::HttpResponse to_http(wire::ResponseParts parts, std::string_view request_id) {
    net::HttpResponse response{.status = parts.status, .body = std::move(parts.body)};
    if (!parts.after_request_id.empty()) {
        response.body.append(request_id).append(parts.after_request_id);
    }
    for (auto& [name, value] : parts.headers) {
        response.headers.add(std::move(name), std::move(value));
    }
    return response;
}

// One request on its way.
struct Api::Call {
    net::HttpRequest request;
    AuthMode mode;
    SteadyTime began;
    Caller caller;
    CallRecord record;

    signature::RequestView view() const {
        return {request.method, request.path, request.query, request.headers.fields(),
                request.body};
    }
    wire::ResponseParts refuse(wire::Protocol protocol, const wire::ErrorShape& shape,
                               std::string_view message) {
        record.error = shape.name;
        return encode_refusal(protocol, shape, message);
    }
};

Api::Api(ApiSettings settings, ApiParts parts, std::vector<Service> services,
         std::vector<OpenEndpoint> open_endpoints)
    : parts_(std::move(parts)),
      origin_guard_(std::move(settings.host_names)),
      access_(settings.access, parts_.keys, parts_.clock),
      proving_access_({AuthMode::SigV4, settings.access.tenancy, settings.access.default_tenant},
                      parts_.keys, parts_.clock),
      auth_mode_(settings.access.mode),
      services_(std::move(services)),
      open_endpoints_(std::move(open_endpoints)) {}

async::Task<net::HttpResponse> Api::handle(net::HttpRequest request, const net::PeerFacts& peer,
                                           Deadline deadline) {
    Call call = begin(std::move(request));
    net::HttpResponse response;
    const auto objection = origin_guard_.objection(call.request);
    const OpenEndpoint* const is_open = objection ? nullptr : open(call.request);
    if (objection) {
        response =
            to_http(call.refuse(protocol_of(call.request), refusals::access_denied, *objection),
                    call.record.request_id);
    } else if (is_open != nullptr) {
        response = co_await is_open->answer(std::move(call.request));
    } else {
        response = co_await answer_signed(call, peer, deadline);
    }
    co_return end(call, std::move(response));
}

async::Task<net::HttpResponse> Api::AtDoors::handle(net::HttpRequest request,
                                                    const net::PeerFacts& peer, Deadline deadline) {
    Call call = api_.begin(std::move(request));
    call.mode = AuthMode::SigV4;
    auto response = co_await api_.answer_signed(call, peer, deadline);
    co_return api_.end(call, std::move(response));
}

Api::Call Api::begin(net::HttpRequest request) const {
    Call call{.request = std::move(request),
              .mode = auth_mode_,
              .began = parts_.clock.steady_now(),
              .caller = {},
              .record = {}};
    call.record.request_id = make_uuid(parts_.random);
    return call;
}

net::HttpResponse Api::end(Call& call, net::HttpResponse response) const {
    response.headers.set("x-amzn-RequestId", call.record.request_id);
    call.record.status = response.status;
    call.record.took = std::chrono::duration_cast<std::chrono::microseconds>(
        parts_.clock.steady_now() - call.began);
    if (parts_.on_call) parts_.on_call(call.record);
    return response;
}

async::Task<net::HttpResponse> Api::answer_signed(Call& call, const net::PeerFacts& peer,
                                                  Deadline deadline) {
    call.caller.from_this_machine = peer.remote.is_loopback();
    call.caller.address = peer.remote.host();
    call.caller.is_encrypted = peer.is_tls;
    call.caller.deadline = deadline;
    call.caller.user_agent = text_of(call.request.headers.find("User-Agent"));
    call.caller.referer = text_of(call.request.headers.find("Referer"));
    call.caller.origin = fmt::format("{}://{}", peer.is_tls ? "https" : "http",
                                     call.request.headers.find("Host").value_or("localhost"));
    co_return to_http(co_await answer_always(call), call.record.request_id);
}

const OpenEndpoint* Api::open(const net::HttpRequest& request) const {
    if (request.method != "GET" && request.method != "HEAD") return nullptr;
    const auto found = std::ranges::find_if(open_endpoints_, [&](const OpenEndpoint& endpoint) {
        return endpoint.is_for(request.path) &&
               !(endpoint.is_operation_if_signed && is_signed(request));
    });
    return found == open_endpoints_.end() ? nullptr : &*found;
}

// Of which service nobody knows yet: the form of JSON 1.1 holds what either protocol reads.
net::HttpResponse Api::refuse_request(unsigned status, std::string sentence) const {
    wire::ErrorShape shape = shape_of_status(status);
    shape.status = status;
    return to_http(wire::encode_error(wire::Protocol::Json11, shape, sentence), "");
}

// Memory that runs out while a request is worked on is that request's failure, not the server's.
async::Task<wire::ResponseParts> Api::answer_always(Call& call) {
    std::string what;
    try {
        co_return co_await answer(call);
    } catch (const std::exception& exception) {
        what = exception.what();
    }
    co_return call.refuse(protocol_of(call.request), refusals::internal_failure,
                          fmt::format("the server failed to serve this request: {}", what));
}

async::Task<wire::ResponseParts> Api::answer(Call& call) {
    const auto claim = signature::read_claim(call.view());
    if (!claim) {
        co_return call.refuse(protocol_of(call.request), shape_of(claim.error().problem),
                              claim.error().message);
    }
    const std::string& name = claim->credential.scope.service;
    const Service* service = services_.by_signing_name(name);
    if (service == nullptr) {
        co_return call.refuse(
            protocol_of(call.request), refusals::invalid_signature,
            fmt::format("Credential should be scoped to a service that is served here ({}), not "
                        "'{}'",
                        services_.signing_names(), name));
    }
    call.record.service = service->model().name;
    const wire::Protocol protocol = service->model().protocol;
    if (call.request.body.size() > service->body_bytes_max()) {
        co_return call.refuse(
            protocol, refusals::too_large,
            fmt::format("the body has {} bytes; {} takes at most {}", call.request.body.size(),
                        service->model().full_name, service->body_bytes_max()));
    }
    auto admitted = co_await admit(call, *claim);
    if (!admitted) {
        co_return call.refuse(protocol, *admitted.error().shape, admitted.error().message);
    }
    admitted->from_this_machine = call.caller.from_this_machine;
    admitted->address = std::move(call.caller.address);
    admitted->is_encrypted = call.caller.is_encrypted;
    admitted->deadline = call.caller.deadline;
    admitted->user_agent = std::move(call.caller.user_agent);
    admitted->referer = std::move(call.caller.referer);
    admitted->origin = std::move(call.caller.origin);
    admitted->request_id = call.record.request_id;
    call.caller = std::move(*admitted);
    call.record.principal = call.caller.principal;
    if (call.mode == AuthMode::Any && parts_.admit_account) {
        const auto done = co_await parts_.admit_account(call.caller.tenant.account);
        if (!done) {
            co_return call.refuse(protocol,
                                  done.error().kind == ErrorKind::LimitExceeded
                                      ? refusals::limit_exceeded
                                      : refusals::busy,
                                  done.error().message);
        }
    }
    co_return co_await serve(call, *service);
}

async::Task<std::expected<Caller, AccessRefusal>> Api::admit(Call& call,
                                                             const signature::Claim& claim) {
    const signature::RequestView view = call.view();
    const Access& access = call.mode == AuthMode::SigV4 ? proving_access_ : access_;
    if (call.request.body.size() <= verify_inline_max) co_return access.admit(claim, view);
    // Admission is a value of its own: the pool's own failure has to fit in beside it.
    using Admitted = std::expected<Caller, AccessRefusal>;
    Result<Admitted> done = co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&]() -> Result<Admitted> { return access.admit(claim, view); });
    if (!done) {
        co_return std::unexpected(AccessRefusal{&refusals::busy, std::move(done.error().message)});
    }
    co_return std::move(*done);
}

std::optional<wire::RouteMatch> Api::route(Call& call, const Service& service,
                                           const wire::Fields& query) {
    const auto& request = call.request;
    if (service.model().protocol == wire::Protocol::RestJson) {
        return wire::match_route(service.model(), request.method, request.path, query);
    }
    if (service.model().protocol == wire::Protocol::Query) {
        const auto* action = wire::match_action(service.model(), query);
        if (action == nullptr) return std::nullopt;
        return wire::RouteMatch{action, {}};
    }
    const auto* operation =
        request.method == "POST"
            ? wire::match_target(service.model(), request.headers.find("X-Amz-Target").value_or(""))
            : nullptr;
    if (operation == nullptr) return std::nullopt;
    return wire::RouteMatch{operation, {}};
}

namespace {

// One question to the judge.
struct Need {
    std::string action;
    std::vector<std::string> resources;
    std::string_view passed_to;  // iam:PassedToService; empty: nothing is passed
};

::gatehouse::iam::AccessQuestion question_of(const Caller& caller,
                                             const wire::ServiceModel& model) {
    return {.account = caller.tenant.account,
            .principal = caller.principal,
            .access_key_id = caller.access_key_id,
            .service = std::string(model.signing_names.front()),
            .region = caller.signed_region,
            .action = {},
            .resources = {},
            .context = {},
            .identity_id = caller.identity_id,
            .session_facts = caller.session_facts};
}

async::Task<std::optional<wire::Failure>> refusal_by(
    async::Task<Result<::gatehouse::iam::Verdict>> judging) {
    const auto verdict = co_await std::move(judging);
    if (verdict && verdict->allowed) co_return std::nullopt;
    wire::Failure failure(verdict ? Error{ErrorKind::NotAllowed, verdict->sentence, {}}
                                  : verdict.error());
    failure.shape = verdict ? &refusals::access_denied : &refusals::busy;
    co_return failure;
}

std::vector<Need> needs_of(Permission permission) {
    std::vector<Need> needs;
    needs.push_back({std::move(permission.action), std::move(permission.resources), {}});
    for (PassedRole& role : permission.passed_roles) {
        needs.push_back({"iam:PassRole", {std::move(role.arn)}, role.service});
    }
    for (Permission& beside : permission.besides) {
        needs.push_back({std::move(beside.action), std::move(beside.resources), {}});
    }
    return needs;
}

// Without MFA, which there is none of here, keys of GetSessionToken do not do what would outlive
// them. GetSessionToken itself says why it does not.
// Source: STS API Reference, GetSessionToken.
bool is_beyond_session_token(const Caller& caller, std::string_view service,
                             std::string_view operation) {
    constexpr std::array<std::string_view, 3> of_sts{"AssumeRole", "GetCallerIdentity",
                                                     "GetSessionToken"};
    if (service != "iam" && (service != "sts" || std::ranges::count(of_sts, operation) > 0)) {
        return false;
    }
    if (!caller.access_key_id.view().starts_with("ASIA")) return false;
    const auto self = ::gatehouse::iam::parse_caller(caller.principal);
    return self && self->session.empty();
}

}  // namespace

async::Task<std::optional<wire::ResponseParts>> Api::forbid(Call& call, const Service& service,
                                                            const wire::Operation& operation,
                                                            const wire::RequestParts& parts) {
    const Caller& caller = call.caller;
    const wire::Protocol protocol = service.model().protocol;
    if (call.mode == AuthMode::SigV4 &&
        is_beyond_session_token(caller, service.model().signing_names.front(), operation.name)) {
        co_return call.refuse(protocol, refusals::access_denied,
                              fmt::format("Cannot call {} with the keys of GetSessionToken, which "
                                          "no MFA has proved",
                                          operation.name));
    }
    if (caller.is_root) co_return std::nullopt;
    const RequestNames names(operation, parts, protocol);
    Permission needed = service.permission_for(caller, operation.name, names);
    std::vector<policy::Variable> facts = request_context(caller);
    for (policy::Variable& fact : tag_facts(operation.name, names)) {
        facts.push_back(std::move(fact));
    }
    std::ranges::move(needed.facts, std::back_inserter(facts));
    if (!parts_.judge) {
        co_return call.refuse(protocol, refusals::access_denied,
                              fmt::format("User: {} is not authorized to perform: {}",
                                          caller.principal, needed.action));
    }
    auto question = question_of(caller, service.model());
    question.context = facts;
    call.caller.refusal_of = [judge = parts_.judge, question](std::string action,
                                                              std::vector<std::string> resources) {
        auto asked = question;
        asked.action = std::move(action);
        asked.resources = std::move(resources);
        return refusal_by(judge(std::move(asked)));
    };
    for (Need& need : needs_of(std::move(needed))) {
        question.action = std::move(need.action);
        question.resources = std::move(need.resources);
        question.context = facts;
        if (!need.passed_to.empty()) {
            question.context.push_back({"iam:PassedToService", {std::string(need.passed_to)}, ""});
        }
        const auto verdict = co_await parts_.judge(question);
        if (!verdict) co_return call.refuse(protocol, refusals::busy, verdict.error().message);
        if (!verdict->allowed) {
            co_return call.refuse(protocol, refusals::access_denied, verdict->sentence);
        }
    }
    co_return std::nullopt;
}

async::Task<wire::ResponseParts> Api::serve(Call& call, const Service& service) {
    const wire::ServiceModel& model = service.model();
    wire::RequestParts parts{.query = query_fields(call.request.query),
                             .headers = call.request.headers.fields(),
                             .body = call.request.body};
    if (model.protocol == wire::Protocol::Query) {
        for (auto& field : wire::form_fields(parts.body)) parts.query.push_back(std::move(field));
    }
    auto match = route(call, service, parts.query);
    if (!match) {
        co_return call.refuse(model.protocol, refusals::unknown_operation,
                              no_operation(model, call.request, parts.query));
    }
    call.record.operation = match->operation->name;
    const Endpoint* endpoint = service.find(match->operation->name);
    if (endpoint == nullptr) {
        co_return call.refuse(model.protocol, refusals::not_implemented,
                              fmt::format("{} of {} is not implemented by Gatehouse",
                                          match->operation->name, model.full_name));
    }
    const auto failed = [&](const wire::Failure& failure) {
        call.record.error = service.shape_of(failure).name;
        return service.encode(failure);
    };
    if (model.protocol == wire::Protocol::RestJson && has_broken_escape(call.request.path)) {
        co_return failed({wire::Failure::Stage::Malformed,
                          {ErrorKind::InvalidInput,
                           "the path has a '%' that two hexadecimal digits do not follow"}});
    }
    parts.labels = std::move(match->labels);
    if (auto refusal = co_await forbid(call, service, *match->operation, parts)) {
        co_return std::move(*refusal);
    }
    auto outcome = co_await endpoint->serve(call.caller, parts, parts_.workers);
    if (!outcome) co_return failed(outcome.error());
    co_return std::move(*outcome);
}

}  // namespace gatehouse::api
