#include "signature/web_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/encoding.h"
#include "signature/base64url.h"
#include "signature/unique_members.h"

namespace gatehouse::signature {
namespace {

// A token without a key's id is tried with this many keys at most.
constexpr std::size_t keys_tried_max = 8;
constexpr std::size_t shown_bytes_max = 64;
constexpr JsonLimits token_limits{.depth_max = 16, .bytes_max = web_token_bytes_max};
// The year 9999.
constexpr double seconds_max = 253'402'300'799.0;

std::unexpected<Error> refuse(std::string_view why) {
    return fail(ErrorKind::InvalidInput, fmt::format("the token {}", why));
}

std::unexpected<WebTokenProblem> refused(std::string sentence) {
    return std::unexpected(WebTokenProblem{WebTokenProblem::Kind::Refused, std::move(sentence)});
}

// What stands in the log of a text that somebody sent.
std::string shown(std::string_view text) {
    std::string plain;
    for (const char c : text.substr(0, shown_bytes_max)) {
        plain += c >= ' ' && c <= '~' && c != '\'' ? c : '?';
    }
    return text.size() > shown_bytes_max ? plain + "…" : plain;
}

// One part of the token as an object.
Result<json::object> object_of(std::string_view part, std::string_view what) {
    const auto bytes = from_base64url(part);
    if (!bytes) return refuse(fmt::format("has a {} that is no base64url", what));
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    auto value = parse_json(text, what, token_limits);
    if (!value) return refuse(fmt::format("has a {} that is no JSON", what));
    if (!value->is_object()) return refuse(fmt::format("has a {} that is no object", what));
    if (!has_unique_members(text)) {
        return refuse(fmt::format("has a {} that names a member twice", what));
    }
    return std::move(value->as_object());
}

Result<void> check_header(const json::object& header) {
    if (header.contains("crit")) {
        return refuse("asks for an extension ('crit'), and none is known here");
    }
    if (const json::value* const plain = header.if_contains("b64");
        plain != nullptr && *plain != true) {
        return refuse("has a payload that is not encoded ('b64')");
    }
    if (header.contains("enc") || header.contains("zip")) {
        return refuse("is encrypted or compressed; only signed tokens are taken");
    }
    if (const json::value* const content = header.if_contains("cty");
        content != nullptr && content->is_string()) {
        std::string kind(content->as_string());
        std::ranges::transform(kind, kind.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
        });
        if (kind == "JWT" || kind == "APPLICATION/JWT")
            return refuse("holds another token ('cty')");
    }
    return {};
}

// Times are seconds since 1970, whole or not.
Result<std::optional<WallTime>> time_of(const json::object& claims, std::string_view name) {
    const json::value* const value = claims.if_contains({name.data(), name.size()});
    if (value == nullptr) return std::nullopt;
    if (!value->is_number()) {
        return refuse(fmt::format("has a claim '{}' that is no number", name));
    }
    const double seconds = value->to_number<double>();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > seconds_max) {
        return refuse(fmt::format("has a claim '{}' that is no time", name));
    }
    return WallTime(std::chrono::duration_cast<WallTime::duration>(
        std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000))));
}

std::int64_t seconds_between(WallTime from, WallTime to) {
    return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}

// By the rules that hold for everything in the token but its signature.
class ClaimsJudge {
public:
    ClaimsJudge(const WebTokenRules& rules, WallTime now) : rules_(rules), now_(now) {}

    Result<WebTokenClaims> judge(json::object all) const {
        if (auto checked = check_times(all); !checked) return fail(std::move(checked.error()));
        if (auto checked = check_issuer(all); !checked) return fail(std::move(checked.error()));
        if (auto checked = check_audience(all); !checked) return fail(std::move(checked.error()));
        WebTokenClaims claims{.expires = *time_of(all, "exp")};
        claims.all = std::move(all);
        return claims;
    }

private:
    Result<void> check_times(const json::object& all) const {
        const auto expires = time_of(all, "exp");
        if (!expires) return fail(expires.error());
        if (!*expires && rules_.wants_expiry) return refuse("has no 'exp': it would never expire");
        if (*expires && now_ >= **expires + rules_.leeway) {
            return refuse(fmt::format("expired {} s ago", seconds_between(**expires, now_)));
        }
        const auto begins = time_of(all, "nbf");
        if (!begins) return fail(begins.error());
        if (*begins && now_ + rules_.leeway < **begins) {
            return refuse(fmt::format("is not valid for another {} s ('nbf')",
                                      seconds_between(now_, **begins)));
        }
        const auto issued = time_of(all, "iat");
        if (!issued) return fail(issued.error());
        if (*issued && now_ + rules_.leeway < **issued) {
            return refuse(
                fmt::format("was issued {} s from now ('iat'); one of the clocks is wrong",
                            seconds_between(now_, **issued)));
        }
        return {};
    }

    Result<void> check_issuer(const json::object& all) const {
        if (rules_.issuers.empty()) return {};
        const json::value* const issuer = all.if_contains("iss");
        if (issuer == nullptr || !issuer->is_string()) {
            return refuse(fmt::format("names no issuer; '{}' is expected", rules_.issuers.front()));
        }
        if (is_one_of(rules_.issuers, *issuer)) return {};
        return refuse(fmt::format("is from the issuer '{}'; '{}' is expected",
                                  shown(std::string(issuer->as_string())),
                                  fmt::join(rules_.issuers, "' or '")));
    }

    Result<void> check_audience(const json::object& all) const {
        if (rules_.audiences.empty()) return {};
        const json::value* const audience = all.if_contains("aud");
        std::string found = "nobody";
        if (audience != nullptr && audience->is_string()) {
            if (is_one_of(rules_.audiences, *audience)) return {};
            found = fmt::format("'{}'", shown(std::string(audience->as_string())));
        } else if (audience != nullptr && audience->is_array()) {
            const json::array& all_of = audience->as_array();
            if (std::ranges::any_of(all_of, [&](const json::value& one) {
                    return is_one_of(rules_.audiences, one);
                })) {
                return {};
            }
            found = fmt::format("{} others", all_of.size());
        }
        return refuse(fmt::format("is for {}; audience '{}' is expected", found,
                                  fmt::join(rules_.audiences, "' or '")));
    }

    static bool is_one_of(const std::vector<std::string>& names, const json::value& value) {
        return value.is_string() && std::ranges::any_of(names, [&](const std::string& name) {
                   return value.as_string() == std::string_view(name);
               });
    }

    const WebTokenRules& rules_;
    const WallTime now_;
};

struct Candidates {
    std::vector<const JsonWebKey*> keys;
    bool is_id_known = false;
    bool is_named = false;  // a key has the very id that the token names
};

// A key without an id, as those of PEM files, may be whichever the token names.
Candidates keys_for(const WebToken& token, TokenAlgorithm algorithm,
                    std::span<const JsonWebKey> keys) {
    Candidates candidates;
    for (const JsonWebKey& key : keys) {
        if (token.key_id && !key.id().empty() && key.id() != *token.key_id) continue;
        candidates.is_id_known = true;
        candidates.is_named = candidates.is_named || (token.key_id && key.id() == *token.key_id);
        if (key.serves_for(algorithm)) candidates.keys.push_back(&key);
    }
    return candidates;
}

std::expected<void, WebTokenProblem> check_signature(const WebToken& token,
                                                     std::span<const JsonWebKey> keys,
                                                     const WebTokenRules& rules) {
    const auto algorithm = parse_choice<TokenAlgorithm>(token.algorithm);
    if (!algorithm || std::ranges::find(rules.algorithms, *algorithm) == rules.algorithms.end()) {
        std::vector<std::string_view> names;
        for (const TokenAlgorithm one : rules.algorithms) names.push_back(name_of_choice(one));
        return refused(fmt::format("the token says it is signed with '{}'; only {} is taken",
                                   shown(token.algorithm), fmt::join(names, ", ")));
    }
    const Candidates candidates = keys_for(token, *algorithm, keys);
    if (!candidates.is_id_known && token.key_id) {
        return std::unexpected(
            WebTokenProblem{WebTokenProblem::Kind::UnknownKey,
                            fmt::format("the token is signed by the key '{}', which is not known",
                                        shown(token.key_id.value_or("")))});
    }
    // Unless the token names one of the keys, its own may be among those of tomorrow.
    const auto kind =
        candidates.is_named ? WebTokenProblem::Kind::Refused : WebTokenProblem::Kind::UnknownKey;
    if (candidates.keys.empty()) {
        return std::unexpected(WebTokenProblem{
            kind, fmt::format("the token is signed with {}, and no key is for that{}",
                              token.algorithm, token.key_id ? " under the id that it names" : "")});
    }
    if (candidates.keys.size() > keys_tried_max) {
        return refused(fmt::format("the token does not say which of {} keys signed it ('kid')",
                                   candidates.keys.size()));
    }
    if (std::ranges::any_of(candidates.keys, [&](const JsonWebKey* key) {
            return key->verifies(*algorithm, token.signed_text, token.signature);
        })) {
        return {};
    }
    return std::unexpected(WebTokenProblem{kind, "the token's signature is wrong"});
}

}  // namespace

Result<WebToken> read_web_token(std::string_view text) {
    if (text.size() > web_token_bytes_max) {
        return refuse(
            fmt::format("has {} bytes; at most {} are read", text.size(), web_token_bytes_max));
    }
    if (text.empty()) return refuse("is empty");
    const auto dots = std::ranges::count(text, '.');
    if (dots == 4) return refuse("is encrypted; only signed tokens are taken");
    if (dots != 2) return refuse("has not the three parts of a JSON Web Token");
    const auto first = text.find('.');
    const auto second = text.rfind('.');
    auto header = object_of(text.substr(0, first), "header");
    if (!header) return fail(std::move(header.error()));
    if (auto checked = check_header(*header); !checked) return fail(std::move(checked.error()));
    WebToken token;
    const json::value* const algorithm = header->if_contains("alg");
    if (algorithm == nullptr || !algorithm->is_string())
        return refuse("names no algorithm ('alg')");
    token.algorithm = algorithm->as_string();
    if (const json::value* const id = header->if_contains("kid")) {
        if (!id->is_string()) return refuse("has a 'kid' that is no text");
        token.key_id = std::string(id->as_string());
    }
    token.signed_text = text.substr(0, second);
    token.claims_text = text.substr(first + 1, second - first - 1);
    auto signature = from_base64url(text.substr(second + 1));
    if (!signature) return refuse("has a signature that is no base64url");
    if (signature->empty()) return refuse("is not signed");
    token.signature = std::move(*signature);
    return token;
}

std::expected<WebTokenClaims, WebTokenProblem> judge_web_token(std::string_view text,
                                                               std::span<const JsonWebKey> keys,
                                                               const WebTokenRules& rules,
                                                               WallTime now) {
    const auto token = read_web_token(text);
    if (!token) return refused(token.error().message);
    if (auto checked = check_signature(*token, keys, rules); !checked) {
        return std::unexpected(std::move(checked.error()));
    }
    // What is not signed by a known key is not read any further.
    auto all = object_of(token->claims_text, "claims");
    if (!all) return refused(all.error().message);
    auto claims = ClaimsJudge(rules, now).judge(std::move(*all));
    if (!claims) return refused(claims.error().message);
    return std::move(*claims);
}

}  // namespace gatehouse::signature
