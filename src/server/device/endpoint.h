// Where a device connects: what was typed, and what it means beside a server on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/ready_file.h"

namespace gatehouse::server::device {

// Which of a server's doors is meant. Without a word about it, the HTTPS port, where AWS IoT takes
// user names and passwords when the client offers ALPN "mqtt".
enum class Door : std::uint8_t {
    Https,  // HOST, HOST:PORT; by default port 443, ALPN "mqtt"
    Mqtts,  // mqtts://HOST, HOST:8883; port 8883, no ALPN
    Mqtt,   // mqtt://HOST; port 1883, no TLS
};

struct Endpoint {
    std::string host;  // a name or address, an IPv6 one without brackets
    std::optional<std::uint16_t> port;
    Door door = Door::Https;

    bool operator==(const Endpoint&) const = default;
};

// InvalidInput says what is wrong and which forms there are. A bare HOST:1883 is refused: whoever
// sends a password without TLS has to say so.
Result<Endpoint> parse_endpoint(std::string_view text);

// What to connect to, and how.
struct Target {
    std::string host;
    std::uint16_t port = 0;
    bool tls = true;
    std::string alpn;     // empty: none is offered
    std::string ca_file;  // empty: the system's certificates
    bool local = false;   // it is the server that the ready file describes
    std::string ca = {};  // what was in ca_file, where it is a pipe, which can be read only once

    // "localhost:8883", "[::1]:8883".
    std::string address() const;
    bool operator==(const Target&) const = default;
};

// Fills in what was not typed: for an endpoint on this machine, port and CA of the server that
// runs here (`ready`, if there is one), else the standard port and the system's certificates.
// Without an endpoint, the server that runs here is meant, and NotFound when there is none.
Result<Target> resolve(const std::optional<Endpoint>& typed, const std::optional<ReadyFile>& ready);

}  // namespace gatehouse::server::device
