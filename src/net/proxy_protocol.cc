#include "net/proxy_protocol.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "net/await_ready.h"

namespace gatehouse::net {
namespace {

constexpr std::array<std::uint8_t, 12> signature = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D,
                                                    0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
constexpr std::uint8_t version_2 = 2;
constexpr std::uint8_t local_command = 0;
constexpr std::uint8_t proxy_command = 1;
// Address family and transport in one byte.
constexpr std::uint8_t tcp_over_ipv4 = 0x11;
constexpr std::uint8_t tcp_over_ipv6 = 0x21;
constexpr std::size_t ipv4_block_bytes = 12;
constexpr std::size_t ipv6_block_bytes = 36;
constexpr std::uint8_t checksum_type = 0x03;     // PP2_TYPE_CRC32C
constexpr std::uint8_t tls_type = 0x20;          // PP2_TYPE_SSL
constexpr std::uint8_t client_spoke_tls = 0x01;  // PP2_CLIENT_SSL, in its first byte

std::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorKind::InvalidInput, fmt::format("PROXY protocol: {}", what));
}

std::uint16_t number_at(BytesView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

Address ipv4_at(BytesView bytes, std::size_t address_at, std::size_t port_at) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    std::memcpy(&address.sin_addr, &bytes[address_at], 4);
    address.sin_port = htons(number_at(bytes, port_at));
    return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

Address ipv6_at(BytesView bytes, std::size_t address_at, std::size_t port_at) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    std::memcpy(&address.sin6_addr, &bytes[address_at], 16);
    address.sin6_port = htons(number_at(bytes, port_at));
    return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

// CRC-32C (RFC 9260, appendix A), with the bytes of `zeroed` taken as 0.
std::uint32_t checksum_of(BytesView bytes, std::size_t zeroed) {
    std::uint32_t sum = 0xFFFF'FFFF;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum ^= i >= zeroed && i < zeroed + 4 ? 0 : bytes[i];
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0x82F6'3B78 : 0);
    }
    return ~sum;
}

// What they say about TLS; the checksum is checked.
Result<TlsBefore> read_extensions(BytesView header, std::size_t at) {
    TlsBefore tls = TlsBefore::Unknown;
    while (at < header.size()) {
        if (header.size() - at < 3) return malformed("an extension is cut off");
        const std::size_t size = number_at(header, at + 1);
        if (header.size() - at - 3 < size) return malformed("an extension is longer than the rest");
        if (header[at] == checksum_type) {
            if (size != 4) return malformed("the checksum has not 4 bytes");
            const std::uint32_t said = static_cast<std::uint32_t>(number_at(header, at + 3)) << 16 |
                                       number_at(header, at + 5);
            if (said != checksum_of(header, at + 3)) return malformed("the checksum is wrong");
        }
        if (header[at] == tls_type && size > 0) {
            tls = (header[at + 3] & client_spoke_tls) != 0 ? TlsBefore::Yes : TlsBefore::No;
        }
        at += 3 + size;
    }
    return tls;
}

// Reads until `bytes` is full.
async::Task<Result<void>> receive(async::EventLoop& loop, int descriptor,
                                  std::span<std::uint8_t> bytes, Deadline deadline) {
    while (!bytes.empty()) {
        const ssize_t count = ::recv(descriptor, bytes.data(), bytes.size(), 0);
        if (count > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            co_return fail(ErrorKind::Unavailable,
                           "the connection ended before its PROXY protocol header was complete");
        } else if (errno == EAGAIN && !co_await await_ready(loop, descriptor, EPOLLIN, deadline)) {
            co_return fail(ErrorKind::Timeout, "no PROXY protocol header came in time");
        }
    }
    co_return Result<void>();
}

}  // namespace

Result<std::size_t> proxy_header_size(BytesView prefix) {
    if (prefix.size() < proxy_prefix_bytes ||
        !std::ranges::equal(prefix.first(signature.size()), signature)) {
        return malformed("the connection does not begin with a header of version 2");
    }
    if (prefix[12] >> 4 != version_2) return malformed("another version than 2");
    const std::size_t size = proxy_prefix_bytes + number_at(prefix, 14);
    if (size > proxy_header_bytes_max) return malformed("the header is too long");
    return size;
}

Result<ProxyHeader> parse_proxy_header(BytesView header) {
    const auto size = proxy_header_size(header);
    if (!size) return fail(size.error());
    if (*size != header.size()) return malformed("the header has another length than it says");
    const std::uint8_t command = header[12] & 0x0F;
    if (command == local_command) return ProxyHeader{*size, std::nullopt};
    if (command != proxy_command) return malformed("an unknown command");
    const std::uint8_t family = header[13];
    const std::size_t address_bytes = family == tcp_over_ipv4   ? ipv4_block_bytes
                                      : family == tcp_over_ipv6 ? ipv6_block_bytes
                                                                : 0;
    // Of another family nothing can be said, and by the specification nothing is read from it.
    if (address_bytes == 0) return ProxyHeader{*size, std::nullopt};
    if (header.size() < proxy_prefix_bytes + address_bytes) return malformed("no whole address");
    const auto tls = read_extensions(header, proxy_prefix_bytes + address_bytes);
    if (!tls) return fail(tls.error());
    constexpr std::size_t at = proxy_prefix_bytes;
    ProxiedPeer peer =
        family == tcp_over_ipv4
            ? ProxiedPeer{ipv4_at(header, at, at + 8), ipv4_at(header, at + 4, at + 10), *tls}
            : ProxiedPeer{ipv6_at(header, at, at + 32), ipv6_at(header, at + 16, at + 34), *tls};
    return ProxyHeader{*size, peer};
}

async::Task<Result<std::optional<ProxiedPeer>>> read_proxy_header(async::EventLoop& loop,
                                                                  int descriptor,
                                                                  Deadline deadline) {
    Bytes header(proxy_prefix_bytes);
    if (auto got = co_await receive(loop, descriptor, header, deadline); !got) {
        co_return fail(std::move(got.error()));
    }
    const auto size = proxy_header_size(header);
    if (!size) co_return fail(size.error());
    header.resize(*size);
    auto rest =
        co_await receive(loop, descriptor, std::span(header).subspan(proxy_prefix_bytes), deadline);
    if (!rest) co_return fail(std::move(rest.error()));
    auto parsed = parse_proxy_header(header);
    if (!parsed) co_return fail(std::move(parsed.error()));
    co_return parsed->peer;
}

}  // namespace gatehouse::net
