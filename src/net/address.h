// An IP address and port.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::net {

// "host:1883", "[::1]:1883".
std::string host_and_port(std::string_view host, std::uint16_t port);

// Where this machine reaches a listener at that address: loopback for one that listens on every
// address ("0.0.0.0", "::"), else the address itself.
std::string host_from_here(std::string_view listening_on);

class Address {
public:
    Address() = default;
    Address(const sockaddr* address, socklen_t length);
    // A literal IPv4 or IPv6 address; names are not looked up.
    static Result<Address> parse(std::string_view host, std::uint16_t port);

    // "203.0.113.5" or "::1"; an IPv4-mapped IPv6 address shows as IPv4.
    std::string host() const;
    std::uint16_t port() const;
    // "203.0.113.5:1883", "[::1]:1883".
    std::string text() const;
    bool is_loopback() const;
    // "0.0.0.0" or "::", where a listener listens on every address.
    bool is_any() const;
    bool is_ipv6() const { return storage_.sin6_family == AF_INET6; }
    // What per-address limits count by: the IPv4 address, or the IPv6 /64.
    std::string rate_key() const;
    // What counts as one place in the net, whatever addresses it can choose from: the IPv4 address,
    // or the IPv6 /48, the largest that sites are given (RFC 6177).
    std::string site_key() const;

    const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t raw_length() const { return length_; }

private:
    std::string network_key(std::size_t ipv6_bytes_kept) const;

    // The larger of the two kinds, begun like every sockaddr; a sockaddr_storage would cost each
    // connection a hundred bytes more.
    sockaddr_in6 storage_{};
    socklen_t length_ = 0;
};

}  // namespace gatehouse::net
