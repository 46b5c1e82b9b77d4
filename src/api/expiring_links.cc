#include "api/expiring_links.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/encoding.h"
#include "signature/digest.h"

namespace gatehouse::api {
namespace {

// "expires=NUMBER&proof=HEX", as link_to() writes it.
struct LinkQuery {
    std::string_view expires;
    std::string_view proof;
};

std::optional<LinkQuery> read_link_query(std::string_view text) {
    constexpr std::string_view first = "expires=", second = "&proof=";
    const auto at = text.find(second);
    if (!text.starts_with(first) || at == text.npos) return std::nullopt;
    return LinkQuery{text.substr(first.size(), at - first.size()), text.substr(at + second.size())};
}

}  // namespace

ExpiringLinks::ExpiringLinks(const Clock& clock, Random& random, std::chrono::minutes lifetime,
                             std::string_view source)
    : clock_(clock), lifetime_(lifetime), source_(source) {
    std::array<std::uint8_t, 32> key;
    random.fill(key);
    key_.assign(key.begin(), key.end());
}

std::string ExpiringLinks::proof_of(std::string_view path, std::string_view expires) const {
    return to_hex(signature::hmac_sha256(key_, fmt::format("{}\n{}", path, expires)));
}

std::string ExpiringLinks::link_to(std::string_view origin, std::string_view path) const {
    const auto end = std::chrono::floor<std::chrono::seconds>(clock_.wall_now()) + lifetime_;
    const std::string expires = std::to_string(end.time_since_epoch().count());
    return fmt::format("{}{}?expires={}&proof={}", origin, path, expires, proof_of(path, expires));
}

net::HttpResponse ExpiringLinks::refused(unsigned status, std::string sentence) {
    net::HttpResponse response{.status = status};
    response.headers.set("Content-Type", "text/plain; charset=utf-8");
    response.body = std::move(sentence) + "\n";
    return response;
}

std::optional<net::HttpResponse> ExpiringLinks::refusal_of(const net::HttpRequest& request) const {
    const auto query = read_link_query(request.query);
    if (!query || !equal_in_constant_time(query->proof, proof_of(request.path, query->expires))) {
        return refused(403,
                       fmt::format("this address was not made by this server, or before it was "
                                   "started again; ask {} for another",
                                   source_));
    }
    std::int64_t expires = 0;
    std::from_chars(query->expires.data(), query->expires.data() + query->expires.size(), expires);
    if (clock_.wall_now() >= WallTime(std::chrono::seconds(expires))) {
        return refused(403, fmt::format("this address was valid for {} minutes; ask {} for another",
                                        lifetime_.count(), source_));
    }
    return std::nullopt;
}

}  // namespace gatehouse::api
