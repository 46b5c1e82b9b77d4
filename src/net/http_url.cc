#include "net/http_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "net/address.h"

namespace gatehouse::net {
namespace {

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

std::unexpected<Error> refuse(std::string_view why) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the URL {}; it must look like https://HOST[:PORT]/PATH", why));
}

bool is_host_name(std::string_view host) {
    return !host.empty() && host.size() <= 253 && host.front() != '-' && host.front() != '.' &&
           std::ranges::all_of(host, [](char c) {
               return letters_and_digits.contains(c) || std::string_view("-._").contains(c);
           });
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || port == 0) {
        return refuse("has no port from 1 to 65535 behind the colon");
    }
    return port;
}

Result<void> parse_authority(std::string_view authority, HttpUrl& url) {
    std::string_view port;
    bool has_port = false;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == authority.npos) return refuse("has an address that does not end");
        url.host = authority.substr(1, end - 1);
        const auto address = Address::parse(url.host, 0);
        if (!address || !address->is_ipv6()) return refuse("has no IPv6 address in its brackets");
        const std::string_view rest = authority.substr(end + 1);
        has_port = rest.starts_with(':');
        if (!rest.empty() && !has_port) return refuse("goes on behind its address");
        if (has_port) port = rest.substr(1);
    } else {
        const auto colon = authority.find(':');
        has_port = colon != authority.npos;
        url.host = authority.substr(0, colon);
        if (has_port) port = authority.substr(colon + 1);
        if (!is_host_name(url.host)) return refuse("has no host that can be looked up");
    }
    if (!has_port) return {};
    const auto number = parse_port(port);
    if (!number) return fail(number.error());
    url.port = *number;
    return {};
}

}  // namespace

Result<HttpUrl> HttpUrl::parse(std::string_view text) {
    if (text.size() > http_url_bytes_max) {
        return refuse(fmt::format("has over {} characters", http_url_bytes_max));
    }
    // Whatever would mean something in the head of a request stays out of it.
    if (std::ranges::any_of(text, [](char c) { return c <= ' ' || c >= '\x7F'; })) {
        return refuse("holds blanks, or characters that have to be percent-encoded");
    }
    HttpUrl url;
    constexpr std::string_view https = "https://";
    constexpr std::string_view http = "http://";
    if (text.starts_with(https)) {
        text.remove_prefix(https.size());
    } else if (text.starts_with(http)) {
        text.remove_prefix(http.size());
        url.is_https = false;
        url.port = 80;
    } else {
        return refuse("begins with neither https:// nor http://");
    }
    if (text.contains('#')) return refuse("has a fragment, which no server gets to see");
    const auto end = std::min(text.find_first_of("/?"), text.size());
    const std::string_view authority = text.substr(0, end);
    if (authority.contains('@')) {
        return refuse("has a user in it; give an Authorization header instead");
    }
    if (auto parsed = parse_authority(authority, url); !parsed) return fail(parsed.error());
    const std::string_view target = text.substr(end);
    url.target = target.starts_with('/') ? std::string(target) : fmt::format("/{}", target);
    return url;
}

std::string HttpUrl::authority() const {
    const std::uint16_t usual = is_https ? 443 : 80;
    if (port != usual) return host_and_port(host, port);
    return host.contains(':') ? fmt::format("[{}]", host) : host;
}

std::string HttpUrl::shown() const {
    return fmt::format("{}://{}{}", is_https ? "https" : "http", authority(),
                       target.substr(0, target.find('?')));
}

bool HttpUrl::is_loopback() const {
    if (host == "localhost") return true;
    const auto address = Address::parse(host, port);
    return address && address->is_loopback();
}

}  // namespace gatehouse::net
