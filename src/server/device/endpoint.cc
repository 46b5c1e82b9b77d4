#include "server/device/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include <charconv>

#include "net/address.h"

namespace gatehouse::server::device {
namespace {

constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t mqtts_port = 8883;
constexpr std::uint16_t mqtt_port = 1883;

std::unexpected<Error> bad_endpoint(std::string_view text, std::string_view why) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("--endpoint {}: {}; write HOST, HOST:PORT, mqtts://HOST[:PORT], or "
                            "mqtt://HOST[:PORT] for a connection without TLS",
                            text.substr(0, 300), why));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

bool is_ipv6(const std::string& host) {
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_loopback(const std::string& host) {
    in_addr v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    return host == "localhost";
}

bool leads_to(const std::string& name, const std::string& address) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, &wanted, &found) != 0) return false;
    bool leads = false;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        leads = leads || net::Address(at->ai_addr, at->ai_addrlen).host() == address;
    }
    ::freeaddrinfo(found);
    return leads;
}

// A name where one leads there: by name the client sends SNI, as it has to on AWS IoT.
std::string host_of(const ReadyFile& ready) {
    if (is_loopback(ready.host))
        return leads_to("localhost", ready.host) ? "localhost" : ready.host;
    return leads_to(ready.endpoint, ready.host) ? ready.endpoint : ready.host;
}

std::optional<std::uint16_t> port_of(const ReadyFile& ready, Door door) {
    switch (door) {
        case Door::Https: return ready.https;
        case Door::Mqtts: return ready.mqtts;
        case Door::Mqtt: return ready.mqtt;
    }
    return std::nullopt;
}

std::uint16_t standard_port(Door door) {
    switch (door) {
        case Door::Https: return https_port;
        case Door::Mqtts: return mqtts_port;
        case Door::Mqtt: return mqtt_port;
    }
    return https_port;
}

std::string_view name_of(Door door) {
    switch (door) {
        case Door::Https: return "HTTPS";
        case Door::Mqtts: return "MQTTS";
        case Door::Mqtt: return "MQTT";
    }
    return "";
}

// "HOST", "HOST:PORT", "[IPV6]:PORT" or a bare IPv6 address.
struct HostAndPort {
    std::string host;
    std::optional<std::string_view> port;
};
std::optional<HostAndPort> split(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos) return std::nullopt;
        HostAndPort parts{std::string(text.substr(1, end - 1)), std::nullopt};
        const std::string_view rest = text.substr(end + 1);
        if (!is_ipv6(parts.host) || (!rest.empty() && rest.front() != ':')) return std::nullopt;
        if (!rest.empty()) parts.port = rest.substr(1);
        return parts;
    }
    if (is_ipv6(std::string(text))) return HostAndPort{std::string(text), std::nullopt};
    const auto colon = text.find(':');
    if (colon == text.npos) return HostAndPort{std::string(text), std::nullopt};
    return HostAndPort{std::string(text.substr(0, colon)), text.substr(colon + 1)};
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
    Endpoint endpoint;
    std::string_view rest = text;
    if (const auto scheme_end = text.find("://"); scheme_end != text.npos) {
        const std::string_view scheme = text.substr(0, scheme_end);
        rest = text.substr(scheme_end + 3);
        if (scheme == "mqtts") {
            endpoint.door = Door::Mqtts;
        } else if (scheme == "mqtt") {
            endpoint.door = Door::Mqtt;
        } else if (scheme != "https") {
            return bad_endpoint(text, fmt::format("'{}' is no kind of connection", scheme));
        }
    }
    const auto parts = split(rest);
    if (!parts || parts->host.empty() || parts->host.find_first_of("/?@ ") != std::string::npos) {
        return bad_endpoint(text, "there is no host name in it");
    }
    endpoint.host = parts->host;
    if (parts->port) {
        endpoint.port = parse_port(*parts->port);
        if (!endpoint.port) return bad_endpoint(text, "the port is not a number from 1 to 65535");
    }
    if (rest == text && endpoint.port == mqtt_port) {
        return bad_endpoint(text, "port 1883 is MQTT without TLS");
    }
    if (rest == text && endpoint.port == mqtts_port) endpoint.door = Door::Mqtts;
    return endpoint;
}

std::string Target::address() const {
    return net::host_and_port(host, port);
}

Result<Target> resolve(const std::optional<Endpoint>& typed,
                       const std::optional<ReadyFile>& ready) {
    if (!typed && !ready) {
        return fail(ErrorKind::NotFound,
                    "no server runs on this machine; start one with `gatehouse serve`, or name "
                    "another with --endpoint HOST[:PORT]");
    }
    const Endpoint endpoint = typed ? *typed : Endpoint{host_of(*ready), std::nullopt, Door::Https};
    Target target{.host = endpoint.host, .tls = endpoint.door != Door::Mqtt};
    target.local = ready && (is_loopback(endpoint.host) || endpoint.host == ready->host ||
                             endpoint.host == ready->endpoint);
    if (endpoint.port) {
        target.port = *endpoint.port;
    } else if (!target.local) {
        target.port = standard_port(endpoint.door);
    } else if (const auto open = port_of(*ready, endpoint.door)) {
        target.port = *open;
    } else {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the {} port of the server on this machine is closed; name another "
                                "with --endpoint (mqtts://{} or mqtt://{})",
                                name_of(endpoint.door), endpoint.host, endpoint.host));
    }
    if (endpoint.door == Door::Https) target.alpn = "mqtt";
    if (target.tls && target.local) target.ca_file = ready->ca;
    return target;
}

}  // namespace gatehouse::server::device
