#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>
#include <span>

namespace gatehouse::net {
namespace {

const in6_addr& ipv6_bytes(const sockaddr_in6& storage) {
    return storage.sin6_addr;
}

const in_addr& ipv4_bytes(const sockaddr_in6& storage) {
    return reinterpret_cast<const sockaddr_in&>(storage).sin_addr;
}

// By hand: each connection's is printed several times, and inet_ntop() takes ten times as long.
std::string print_ipv4(const void* bytes) {
    std::array<char, INET_ADDRSTRLEN> text;
    char* end = text.data();
    for (const std::uint8_t byte : std::span(static_cast<const std::uint8_t*>(bytes), 4)) {
        end = std::to_chars(end, text.data() + text.size(), byte).ptr;
        *end++ = '.';
    }
    return {text.data(), end - 1};
}

std::string print_ipv6(const void* bytes) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(AF_INET6, bytes, text, sizeof text);
    return text;
}

}  // namespace

Address::Address(const sockaddr* address, socklen_t length)
    : length_(std::min<socklen_t>(length, sizeof storage_)) {
    std::memcpy(&storage_, address, length_);
}

Result<Address> Address::parse(std::string_view host, std::uint16_t port) {
    const std::string text(host);
    sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        return Address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        return Address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
    }
    return fail(ErrorKind::InvalidInput, fmt::format("'{}' is not an IPv4 or IPv6 address", host));
}

std::string Address::host() const {
    if (storage_.sin6_family == AF_INET) return print_ipv4(&ipv4_bytes(storage_));
    if (storage_.sin6_family != AF_INET6) return "";
    const in6_addr& bytes = ipv6_bytes(storage_);
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) return print_ipv4(&bytes.s6_addr[12]);
    return print_ipv6(&bytes);
}

std::uint16_t Address::port() const {
    if (storage_.sin6_family == AF_INET) {
        return ntohs(reinterpret_cast<const sockaddr_in&>(storage_).sin_port);
    }
    if (storage_.sin6_family == AF_INET6) {
        return ntohs(storage_.sin6_port);
    }
    return 0;
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
    const bool is_ipv6 = host.find(':') != host.npos;  // a name has none
    return is_ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string host_from_here(std::string_view listening_on) {
    if (listening_on == "0.0.0.0") return "127.0.0.1";
    const auto address = Address::parse(listening_on, 0);
    return address && address->is_any() ? "::1" : std::string(listening_on);
}

std::string Address::text() const {
    return host_and_port(host(), port());
}

bool Address::is_loopback() const {
    if (storage_.sin6_family == AF_INET) return ntohl(ipv4_bytes(storage_).s_addr) >> 24 == 127;
    if (storage_.sin6_family != AF_INET6) return false;
    const in6_addr& bytes = ipv6_bytes(storage_);
    return IN6_IS_ADDR_LOOPBACK(&bytes) ||
           (IN6_IS_ADDR_V4MAPPED(&bytes) && bytes.s6_addr[12] == 127);
}

bool Address::is_any() const {
    if (storage_.sin6_family == AF_INET) return ipv4_bytes(storage_).s_addr == INADDR_ANY;
    return storage_.sin6_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&ipv6_bytes(storage_));
}

std::string Address::rate_key() const {
    return network_key(8);
}

std::string Address::site_key() const {
    return network_key(6);
}

std::string Address::network_key(std::size_t ipv6_bytes_kept) const {
    if (storage_.sin6_family != AF_INET6 || IN6_IS_ADDR_V4MAPPED(&ipv6_bytes(storage_))) {
        return host();
    }
    in6_addr network = ipv6_bytes(storage_);
    std::memset(&network.s6_addr[ipv6_bytes_kept], 0, sizeof network - ipv6_bytes_kept);
    return fmt::format("{}/{}", print_ipv6(&network), ipv6_bytes_kept * 8);
}

}  // namespace gatehouse::net
