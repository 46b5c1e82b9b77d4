#include "rules/targets/http_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "signature/request_view.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t http_answer_bytes_max = 256 * 1024;
constexpr std::string_view how_to_allow =
    "the setting rules.http-to names the address; for endpoints on this machine that is "
    "127.0.0.0/8,::1";

// Those that the URL names without a look-up.
std::vector<net::Address> addresses_in(const net::HttpUrl& url) {
    if (const auto literal = net::Address::parse(url.host, url.port)) return {*literal};
    std::string_view host = url.host;
    if (host.ends_with('.')) host.remove_suffix(1);
    const auto dot = host.rfind('.');
    const std::string_view last = dot == host.npos ? host : host.substr(dot + 1);
    // Source: RFC 6761 section 6.3.
    if (!signature::equal_ignoring_case(last, "localhost")) return {};
    return {net::Address::parse("127.0.0.1", url.port).value(),
            net::Address::parse("::1", url.port).value()};
}

std::string endpoint_name(const net::HttpUrl& url) {
    return fmt::format("{}://{}", url.is_https ? "https" : "http", url.authority());
}

}  // namespace

class HttpTargets::Asking : Pinned {
public:
    Asking(std::map<AccountId, Asked>& asked, const AccountId& account, std::string name)
        : asked_(asked), account_(account), name_(std::move(name)) {
        ++asked_[account_][name_];
    }
    ~Asking() {
        const auto found = asked_.find(account_);
        const auto count = found->second.find(name_);
        if (--count->second == 0) found->second.erase(count);
        if (found->second.empty()) asked_.erase(found);
    }

    static bool has_room(const std::map<AccountId, Asked>& asked, const AccountId& account,
                         const std::string& name, std::size_t max) {
        const auto found = asked.find(account);
        return found == asked.end() || found->second.contains(name) || found->second.size() < max;
    }

private:
    std::map<AccountId, Asked>& asked_;
    const AccountId account_;
    const std::string name_;
};

HttpTargets::HttpTargets(const Parts& parts, Settings settings)
    : parts_(parts),
      settings_(std::move(settings)),
      reach_(std::make_shared<const net::Reach>(settings_.ranges)) {}

HttpTargets::~HttpTargets() = default;

void HttpTargets::close() {
    is_closed_ = true;
    for (const auto& [name, known] : endpoints_) known->endpoint->close();
}

Result<std::shared_ptr<const net::TlsTrust>> HttpTargets::trust() {
    if (settings_.trust) return settings_.trust;
    if (!system_trust_) {
        auto read = net::TlsTrust::of_system();
        if (!read) return read;
        system_trust_ = std::move(*read);
    }
    return system_trust_;
}

Result<HttpTargets::KnownPtr> HttpTargets::endpoint_for(const net::HttpUrl& url) {
    const std::string name = endpoint_name(url);
    if (const auto known = endpoints_.find(name); known != endpoints_.end()) return known->second;
    if (endpoints_.size() >= settings_.endpoints_max) {
        std::erase_if(endpoints_, [](const auto& entry) { return entry.second->calls == 0; });
    }
    if (endpoints_.size() >= settings_.endpoints_max) {
        return fail(ErrorKind::Throttled, "too many endpoints are being asked at once");
    }
    net::HttpEndpointSettings settings{.url = url,
                                       .plain_http = net::PlainHttp::Anywhere,
                                       .answer_bytes_max = http_answer_bytes_max,
                                       .reach = reach_};
    if (url.is_https) {
        auto trusted = trust();
        if (!trusted) return fail(std::move(trusted.error()));
        settings.trust = std::move(*trusted);
    }
    auto made = std::make_shared<Known>();
    made->endpoint =
        std::make_shared<net::HttpEndpoint>(parts_.loop, parts_.lookups, std::move(settings));
    endpoints_.emplace(name, made);
    return made;
}

Result<void> HttpTargets::may_reach(const net::HttpUrl& url) const {
    if (!url.is_https && settings_.ranges.empty()) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("leads over http; http actions post over https into the public "
                                "Internet alone, unless {}",
                                how_to_allow));
    }
    const std::vector<net::Address> addresses = addresses_in(url);
    const bool is_refused =
        !addresses.empty() && std::ranges::none_of(addresses, [&](const net::Address& address) {
            return reach_->allows(address, url.is_https);
        });
    if (!is_refused) return {};
    return fail(ErrorKind::NotAllowed, fmt::format("leads to {}, where http actions do not post "
                                                   "unless {}",
                                                   url.host, how_to_allow));
}

Result<void> HttpTargets::may_sign(const AccountId& account, const SigV4Terms& terms,
                                   std::string_view host) const {
    if (!settings_.signing || !settings_.signing_accounts.contains(account)) {
        return fail(ErrorKind::NotAllowed,
                    "needs a key to sign with that the account may use; declare 'httpSigning' in "
                    "the file that rules.targets-file names");
    }
    return check_signing(terms, host);
}

// The key is the operator's: whoever makes rules could have it sign for anything elsewhere that it
// is good for.
Result<void> HttpTargets::check_signing(const SigV4Terms& terms, std::string_view host) const {
    const DeclaredHttpSigning& signing = *settings_.signing;
    if (!signing.services.contains(terms.service)) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("signs for the services alone that 'httpSigning.services' of the "
                                "targets file lists, and '{}' is none of them",
                                terms.service));
    }
    if (!host.empty() && !signing.is_for_host(host)) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("signs for the hosts alone that 'httpSigning.hosts' of the targets "
                                "file lists, and '{}' is none of them",
                                host));
    }
    return {};
}

void HttpTargets::sign(HttpPost& post) const {
    signature::HeaderFields fields{{"Host", post.url.authority()}};
    fields.insert(fields.end(), post.headers.fields().begin(), post.headers.fields().end());
    const std::string_view target = post.url.target;
    const auto question = target.find('?');
    const signature::RequestView view{
        .method = "POST",
        .path = target.substr(0, question),
        .query = question == target.npos ? std::string_view() : target.substr(question + 1),
        .headers = fields,
        .body = post.body};
    for (auto& [name, value] :
         signature::sign_headers(view, settings_.signing->key, post.signing->region,
                                 post.signing->service, parts_.clock.wall_now())) {
        post.headers.set(name, std::move(value));
    }
}

async::Task<Result<net::HttpResponse>> HttpTargets::post(HttpPost post, Deadline deadline) {
    if (is_closed_) co_return fail(ErrorKind::Cancelled, "the server is stopping");
    if (post.signing && !settings_.signing) {
        co_return fail(ErrorKind::Unsupported, "this server has no key to sign with");
    }
    if (post.signing) {
        if (auto may = check_signing(*post.signing, post.url.host); !may) {
            co_return fail(std::move(may.error()));
        }
    }
    const std::size_t share =
        std::max<std::size_t>(1, settings_.endpoints_max / settings_.endpoint_shares);
    if (!Asking::has_room(asked_, post.account, endpoint_name(post.url), share)) {
        co_return fail(ErrorKind::Throttled,
                       "too many endpoints are being asked at once for this account");
    }
    const Asking asking(asked_, post.account, endpoint_name(post.url));
    auto found = endpoint_for(post.url);
    if (!found) co_return fail(std::move(found.error()));
    if (post.signing) sign(post);
    net::HttpQuestion question{.target = std::move(post.url.target),
                               .headers = std::move(post.headers),
                               .body = std::move(post.body)};
    const KnownPtr known = std::move(*found);
    ++known->calls;
    auto answer = co_await known->endpoint->ask(std::move(question), deadline);
    --known->calls;
    if (!answer && answer.error().kind == ErrorKind::NotAllowed) {
        co_return fail(ErrorKind::NotAllowed,
                       fmt::format("{}, unless {}", answer.error().message, how_to_allow));
    }
    if (!answer) co_return fail(std::move(answer.error()));
    co_return std::move(answer->response);
}

}  // namespace gatehouse::rules
