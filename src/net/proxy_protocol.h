// PROXY protocol, version 2: a load balancer in front of this server says whose connection it
// passes on, in a header before the first byte of the client's own.
//
// Source: HAProxy, "The PROXY protocol", section 2.2. Version 1, the text form, is not taken.
#pragma once

#include <optional>

#include "async/event_loop.h"
#include "async/task.h"
#include "base/bytes.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/address.h"
#include "net/transport.h"

namespace gatehouse::net {

// What the header says. Nothing: the balancer speaks for itself (LOCAL, a health check), or does
// not know.
struct ProxiedPeer {
    Address remote;
    Address local;  // where the client reached the balancer
    TlsBefore tls = TlsBefore::Unknown;
};

struct ProxyHeader {
    std::size_t bytes = 0;  // of the whole header
    std::optional<ProxiedPeer> peer;
};

inline constexpr std::size_t proxy_prefix_bytes = 16;  // signature, command, family, length
// With the longest addresses and any extensions that are in use; the protocol itself allows 64 KiB.
inline constexpr std::size_t proxy_header_bytes_max = 4096;

// The size of the header that begins with these proxy_prefix_bytes bytes. InvalidInput.
Result<std::size_t> proxy_header_size(BytesView prefix);
// A whole header. Of the extensions, that about TLS is read and a checksum is checked; others are
// skipped. InvalidInput.
Result<ProxyHeader> parse_proxy_header(BytesView header);

// Takes the header off a socket, and nothing behind it. InvalidInput, Timeout, Unavailable (the
// peer left).
async::Task<Result<std::optional<ProxiedPeer>>> read_proxy_header(async::EventLoop& loop,
                                                                  int descriptor,
                                                                  Deadline deadline);

}  // namespace gatehouse::net
