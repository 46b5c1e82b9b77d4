#include "authentication/token_authorizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "authentication/user_name.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {
namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t principal_bytes_max = 128;

std::string_view without_scheme(std::string_view text) {
    const bool has_scheme = signature::equal_ignoring_case(text.substr(0, bearer.size()), bearer);
    return has_scheme ? text.substr(bearer.size()) : text;
}

AuthorizerAnswer no(std::string problem) {
    AuthorizerAnswer answer;
    answer.refused = true;
    answer.problem = std::move(problem);
    return answer;
}

bool is_printable(std::string_view text) {
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

// Rounded up, so that a token which is just within the leeway lives for a moment.
std::chrono::seconds until(WallTime end, WallTime now) {
    constexpr std::chrono::seconds longest(std::numeric_limits<std::uint32_t>::max());
    return std::clamp(std::chrono::ceil<std::chrono::seconds>(end - now), std::chrono::seconds(1),
                      longest);
}

}  // namespace

std::string TokenAuthorizer::token_of(const Credentials& credentials,
                                      const TokenFacts& token) const {
    if (settings_.has_token_key) {
        return std::string(token.token ? without_scheme(*token.token) : std::string_view());
    }
    if (settings_.place == TokenPlace::UserName) {
        return parse_user_name(credentials.user_name(), SecondQuestionMark::ReadAsSeparator).user;
    }
    if (credentials.mqtt) {
        return credentials.mqtt->password ? std::string(text_of(*credentials.mqtt->password))
                                          : std::string();
    }
    if (!credentials.http) return {};
    const auto header = credentials.http->headers.find("Authorization");
    if (!header || without_scheme(*header).size() == header->size()) return {};
    return std::string(without_scheme(*header));
}

async::Task<Result<AuthorizerAnswer>> TokenAuthorizer::ask(const Credentials& credentials,
                                                           const TokenFacts& facts,
                                                           Deadline deadline) {
    const std::string token = token_of(credentials, facts);
    if (token.empty()) co_return no("the client brought no token");
    // What is no token makes nobody fetch keys.
    if (const auto read = signature::read_web_token(token); !read) {
        co_return no(read.error().message);
    }
    auto keys = co_await keys_->current(deadline);
    if (!keys) co_return fail(std::move(keys.error()));
    const WallTime now = clock_.wall_now();
    auto claims = signature::judge_web_token(token, (*keys)->all(), settings_.rules, now);
    using enum signature::WebTokenProblem::Kind;
    if (!claims && claims.error().kind == UnknownKey) {
        if (const TokenKeySet newer = co_await keys_->newer(*keys, deadline)) {
            claims = signature::judge_web_token(token, newer->all(), settings_.rules, now);
        }
    }
    if (!claims) co_return no(std::move(claims.error().sentence));
    auto granted = grant(*claims, now);
    if (!granted) co_return no(std::move(granted.error().message));
    AuthorizerAnswer answer;
    answer.granted = std::move(*granted);
    co_return answer;
}

Result<Granted> TokenAuthorizer::grant(const signature::WebTokenClaims& claims,
                                       WallTime now) const {
    auto principal = claim_text(claims.all, settings_.principal_claim);
    if (!principal) return fail(std::move(principal.error()));
    if (principal->size() > principal_bytes_max || !is_printable(*principal)) {
        return fail(ErrorKind::Unauthorized,
                    fmt::format("the token's claim '{}' is no principal: it has over {} bytes, or "
                                "control characters",
                                settings_.principal_claim, principal_bytes_max));
    }
    auto documents = settings_.policies.documents_for(claims.all);
    if (!documents) return fail(std::move(documents.error()));
    Granted granted{.principal_id = std::move(*principal),
                    .policy_documents = std::move(*documents)};
    if (claims.expires) granted.disconnect_after = until(*claims.expires, now);
    return granted;
}

}  // namespace gatehouse::authentication
