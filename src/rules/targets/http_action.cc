#include "rules/targets/http_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "async/task_group.h"
#include "registry/topic_rule_destinations.h"
#include "rules/targets/http_door.h"
#include "rules/targets/http_headers.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t url_bytes_max = 2000;
constexpr std::size_t headers_max = 100;
constexpr std::size_t service_name_bytes_max = 64;
// An endpoint that says no at such length is not asked again.
constexpr std::size_t repeated_answer_bytes_max = 16'384;
constexpr unsigned status_too_many_requests = 429;

struct HeaderText {
    std::string name;
    Text value;
};

struct HttpBatching {
    BatchTerms terms;
    bool across_topics = false;
};

struct HttpMembers {
    Text url;
    std::optional<Text> confirmation_url;
    std::vector<HeaderText> headers;
    std::optional<SigV4Terms> signing;
    std::string role;
    std::optional<HttpBatching> batching;
};

Result<void> judge_http(const net::HttpResponse& response) {
    if (response.status >= 200 && response.status < 300) return {};
    std::string why = fmt::format("The endpoint answered with status {}.", response.status);
    const bool may_pass = response.status == status_too_many_requests || response.status >= 500;
    if (!may_pass || response.body.size() > repeated_answer_bytes_max) {
        return fail(ErrorKind::InvalidInput, std::move(why));
    }
    return fail(
        response.status == status_too_many_requests ? ErrorKind::Throttled : ErrorKind::Unavailable,
        std::move(why));
}

class HttpAction final : public Action {
public:
    HttpAction(HttpMembers members, const ActionParts& parts)
        : members_(std::move(members)), parts_(parts) {}

    std::string_view name() const override { return "HttpAction"; }
    // Without the query, which may hold a secret.
    std::string resource(const Job& job) const override {
        const std::string_view url = job.text(members_.url);
        return std::string(url.substr(0, url.find('?')));
    }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job& job) const override {
        return {{"Url", resource(job)}};
    }
    std::string_view role_arn() const override { return members_.role; }
    BatchTerms batch_terms() const override {
        return members_.batching ? members_.batching->terms : BatchTerms();
    }

    async::Task<Result<Done>> perform(const Job& job, Deadline deadline) const override {
        co_return co_await send({&job}, deadline);
    }

    async::Task<std::vector<Result<Done>>> perform_all(std::span<const Job* const> jobs,
                                                       Deadline deadline) const override;

private:
    using Jobs = std::vector<const Job*>;

    bool go_together(const Job& a, const Job& b) const;
    std::string body(const Jobs& jobs) const;
    Result<HttpPost> post_of(const Jobs& jobs) const;
    Result<void> check_destination(const Job& job, const net::HttpUrl& url) const;
    async::Task<Result<Done>> send(Jobs jobs, Deadline deadline) const;
    std::vector<std::vector<std::size_t>> groups(std::span<const Job* const> jobs) const;
    async::Task<void> send_group(std::span<const Job* const> jobs,
                                 const std::vector<std::size_t>& group, Deadline deadline,
                                 std::vector<Result<Done>>& outcomes) const;

    const HttpMembers members_;
    const ActionParts parts_;
};

bool HttpAction::go_together(const Job& a, const Job& b) const {
    return a.text(members_.url) == b.text(members_.url) &&
           (members_.batching->across_topics || a.message->topic == b.message->topic);
}

// With batching, an array, of however many.
std::string HttpAction::body(const Jobs& jobs) const {
    if (!members_.batching) return *jobs.front()->payload;
    std::string array = "[";
    for (const Job* const job : jobs) {
        if (array.size() > 1) array += ',';
        array += *job->payload;
    }
    array += ']';
    return array;
}

Result<void> HttpAction::check_destination(const Job& job, const net::HttpUrl& url) const {
    const std::string confirmation(
        job.text(members_.confirmation_url ? *members_.confirmation_url : members_.url));
    const auto parsed = net::HttpUrl::parse(confirmation);
    if (!parsed || !registry::covers(*parsed, url)) {
        return fail(ErrorKind::InvalidInput,
                    "url comes to what does not begin with confirmationUrl");
    }
    return parts_.destinations->directory().get()->check(job.rule->tenant, confirmation);
}

// The last job says what is in the headers.
Result<HttpPost> HttpAction::post_of(const Jobs& jobs) const {
    const Job& last = *jobs.back();
    const std::string_view text = last.text(members_.url);
    auto url = net::HttpUrl::parse(text);
    if (!url || text.size() > url_bytes_max) {
        return fail(ErrorKind::InvalidInput, fmt::format("url comes to what cannot be posted to{}",
                                                         url ? "" : ": " + url.error().message));
    }
    if (auto checked = check_destination(last, *url); !checked) {
        return fail(std::move(checked.error()));
    }
    HttpPost post{.account = last.rule->tenant.account,
                  .url = std::move(*url),
                  .body = body(jobs),
                  .signing = members_.signing};
    post.headers.add("User-Agent", "gatehouse");
    const bool is_json = std::ranges::all_of(jobs, [](const Job* job) { return job->is_json; });
    post.headers.add("Content-Type", is_json ? "application/json" : "application/octet-stream");
    for (const HeaderText& header : members_.headers) {
        const std::string_view value = last.text(header.value);
        if (!is_header_value(value)) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("the header {} comes to what no header can hold", header.name));
        }
        if (members_.batching && signature::equal_ignoring_case(header.name, "content-type")) {
            continue;
        }
        post.headers.set(header.name, std::string(value));
    }
    return post;
}

async::Task<Result<Done>> HttpAction::send(Jobs jobs, Deadline deadline) const {
    if (members_.batching && !std::ranges::all_of(jobs, [](auto* job) { return job->is_json; })) {
        co_return fail(ErrorKind::InvalidInput, "only JSON can be posted in batches");
    }
    auto post = post_of(jobs);
    if (!post) co_return fail(std::move(post.error()));
    if (post->signing) {
        const auto& rule = jobs.front()->rule;
        if (auto may = parts_.http->may_sign(rule->tenant.account, *post->signing, post->url.host);
            !may) {
            co_return fail(may.error().kind, "auth.sigv4 " + may.error().message);
        }
        // What is asked elsewhere is named there, by each service in its own way.
        auto trusted = co_await parts_.roles->check(rule, members_.role, std::nullopt);
        if (!trusted) co_return fail(std::move(trusted.error()));
    }
    const auto response = co_await parts_.http->post(std::move(*post), deadline);
    if (!response) co_return fail(response.error());
    if (auto judged = judge_http(*response); !judged) co_return fail(std::move(judged.error()));
    co_return Done{};
}

// Places in `jobs` of those that go into one request each.
std::vector<std::vector<std::size_t>> HttpAction::groups(std::span<const Job* const> jobs) const {
    std::vector<std::vector<std::size_t>> made;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto group = std::ranges::find_if(made, [&](const auto& numbers) {
            const Job& first = *jobs[numbers.front()];
            return first.is_json == jobs[i]->is_json && go_together(first, *jobs[i]);
        });
        if (group == made.end()) {
            made.push_back({i});
        } else {
            group->push_back(i);
        }
    }
    return made;
}

async::Task<void> HttpAction::send_group(std::span<const Job* const> jobs,
                                         const std::vector<std::size_t>& group, Deadline deadline,
                                         std::vector<Result<Done>>& outcomes) const {
    Jobs together;
    for (const std::size_t number : group) together.push_back(jobs[number]);
    const auto outcome = co_await send(std::move(together), deadline);
    for (const std::size_t number : group) outcomes[number] = outcome;
}

// All at once, so that none has less time for another that hangs.
async::Task<std::vector<Result<Done>>> HttpAction::perform_all(std::span<const Job* const> jobs,
                                                               Deadline deadline) const {
    std::vector<Result<Done>> outcomes(jobs.size());
    const auto all = groups(jobs);
    async::TaskGroup sending(*async::EventLoop::current(), "posts of a batch");
    for (const auto& group : all) sending.start(send_group(jobs, group, deadline, outcomes));
    co_await sending.join(Deadline::never());
    co_return outcomes;
}

void read_headers(Parameters& parameters, HttpMembers& members) {
    for (Parameters& each : parameters.objects("headers", 0, headers_max)) {
        HeaderText header{.name = each.literal("key"), .value = each.text("value")};
        if (!header.name.empty() && !is_header_name(header.name)) {
            each.refuse("key", "cannot be the name of a header");
        }
        if (is_of_request(header.name)) each.refuse("key", "is of the request's own headers");
        if (members.signing && is_of_signature(header.name)) {
            each.refuse("key", "is one of the signature's");
        }
        if (header.value.is_constant() && !is_header_value(header.value.constant())) {
            each.refuse("value", "is what no header can hold");
        }
        members.headers.push_back(std::move(header));
    }
}

// It becomes part of the Authorization header.
bool is_service_name(std::string_view name) {
    return name.size() <= service_name_bytes_max && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

void read_signing(Parameters& parameters, HttpMembers& members, const ActionParts& parts) {
    auto auth = parameters.object("auth");
    auto sigv4 = auth ? auth->object("sigv4") : std::nullopt;
    if (!sigv4) return;
    members.signing =
        SigV4Terms{Region(sigv4->literal("signingRegion")), sigv4->literal("serviceName")};
    members.role = sigv4->role_arn();
    if (!is_region(members.signing->region.view())) {
        sigv4->refuse("signingRegion", "cannot be a region");
    }
    if (!is_service_name(members.signing->service)) {
        sigv4->refuse("serviceName",
                      "cannot be the name of a service: small letters, digits and hyphens");
    }
    if (parts.http == nullptr) return;
    // The url of one message alone may say where it leads.
    const bool is_known = members.url.is_constant() && !members.url.constant().empty();
    const auto url = is_known ? net::HttpUrl::parse(members.url.constant())
                              : Result<net::HttpUrl>(net::HttpUrl());
    const auto may = parts.http->may_sign(parts.tenant.account, *members.signing,
                                          url ? std::string_view(url->host) : "");
    if (!may) auth->refuse("sigv4", may.error().message);
}

// Source: AWS IoT API Reference, BatchConfig.
void read_batching(Parameters& parameters, HttpMembers& members) {
    const bool is_enabled = parameters.truth("enableBatching", false);
    auto config = parameters.object("batchConfig");
    if (config && !is_enabled) {
        parameters.refuse("batchConfig", "has no effect unless enableBatching is true");
    }
    HttpBatching batching{.terms = {.jobs_max = 10,
                                    .bytes_max = 5120,
                                    .open_max = std::chrono::milliseconds(20),
                                    .told = BatchTold::OfOneTopic}};
    if (config) {
        batching.terms.open_max =
            std::chrono::milliseconds(config->number("maxBatchOpenMs", 5, 200, 20));
        batching.terms.jobs_max =
            static_cast<std::size_t>(config->number("maxBatchSize", 2, 10, 10));
        batching.terms.bytes_max =
            static_cast<std::size_t>(config->number("maxBatchSizeBytes", 100, 131'072, 5120));
        batching.across_topics = config->truth("batchAcrossTopics", false);
        if (batching.across_topics) batching.terms.told = BatchTold::AcrossTopics;
    }
    if (is_enabled) members.batching = batching;
}

void check_url(Parameters& parameters, std::string_view member, const Text& url,
               const ActionParts& parts) {
    if (!url.is_constant() || url.constant().empty()) return;
    const auto parsed = net::HttpUrl::parse(url.constant());
    if (!parsed) return parameters.refuse(member, "cannot be posted to: " + parsed.error().message);
    if (url.constant().size() > url_bytes_max) {
        return parameters.refuse(member, fmt::format("has over {} characters", url_bytes_max));
    }
    if (parts.http == nullptr) return;
    if (const auto may = parts.http->may_reach(*parsed); !may) {
        parameters.refuse(member, may.error().message);
    }
}

void read_urls(Parameters& parameters, HttpMembers& members, const ActionParts& parts) {
    members.url = parameters.text("url");
    members.confirmation_url = parameters.optional_text("confirmationUrl", OnUndefined::Fail);
    check_url(parameters, "url", members.url, parts);
    if (!members.confirmation_url) {
        if (!members.url.is_constant()) {
            parameters.refuse("confirmationUrl",
                              "is missing, which a url with substitution templates needs");
        }
        return;
    }
    check_url(parameters, "confirmationUrl", *members.confirmation_url, parts);
    if (!members.url.is_constant() || !members.confirmation_url->is_constant()) return;
    const auto url = net::HttpUrl::parse(members.url.constant());
    const auto confirmation = net::HttpUrl::parse(members.confirmation_url->constant());
    if (url && confirmation && !registry::covers(*confirmation, *url)) {
        parameters.refuse("confirmationUrl", "is not what url begins with");
    }
}

std::optional<std::string> confirmation_url_of(const ActionText& text) {
    const auto action = parse_json(text.view(), "the action", {.bytes_max = rule_bytes_max});
    const json::object* const object = action ? action->if_object() : nullptr;
    const json::value* const http = object != nullptr ? object->if_contains("http") : nullptr;
    if (http == nullptr || !http->is_object()) return std::nullopt;
    for (const char* member : {"confirmationUrl", "url"}) {
        const json::value* const url = http->as_object().if_contains(member);
        if (url == nullptr || !url->is_string()) continue;
        if (std::string_view(url->as_string()).contains("${")) return std::nullopt;
        return std::string(url->as_string());
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> confirmation_urls(const RulePayload& payload) {
    std::vector<std::string> urls;
    const auto add = [&](const ActionText& text) {
        auto url = confirmation_url_of(text);
        if (url && std::ranges::find(urls, *url) == urls.end()) urls.push_back(std::move(*url));
    };
    for (const ActionText& action : payload.actions) add(action);
    if (payload.error_action) add(*payload.error_action);
    return urls;
}

Result<ActionPtr> make_http_action(Parameters& parameters, const ActionParts& parts) {
    HttpMembers members;
    read_urls(parameters, members, parts);
    read_signing(parameters, members, parts);
    read_headers(parameters, members);
    read_batching(parameters, members);
    if (auto read = parameters.finish(); !read) return fail(std::move(read.error()));
    return std::make_shared<HttpAction>(std::move(members), parts);
}

}  // namespace gatehouse::rules
