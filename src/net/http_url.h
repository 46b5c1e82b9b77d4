// The address of an HTTP service elsewhere: "https://auth.example:8443/mqtt?site=1".
//
// Values. Source: RFC 3986; only the forms that an endpoint needs: http and https, a host name or
// address, no user and no fragment.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::net {

inline constexpr std::size_t http_url_bytes_max = 2048;

struct HttpUrl {
    bool is_https = true;
    std::string host;  // without the brackets of an IPv6 address
    std::uint16_t port = 443;
    std::string target = "/";  // path and query, as sent

    // InvalidInput, with what is wrong; the text itself is not repeated, since it may hold a
    // secret.
    static Result<HttpUrl> parse(std::string_view text);

    // The Host header: with the port only where it is not the scheme's own.
    std::string authority() const;
    // "https://auth.example:8443/mqtt", without the query, which may hold a secret.
    std::string shown() const;
    // Whether the host is this machine by its very name: "localhost", or a loopback address.
    bool is_loopback() const;

    bool operator==(const HttpUrl&) const = default;
};

}  // namespace gatehouse::net
