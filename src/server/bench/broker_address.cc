#include "server/bench/broker_address.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace gatehouse::server::bench {
namespace {

constexpr int answer_max_ms = 2000;

bool takes_connections(const net::Address& address) {
    const int descriptor =
        ::socket(address.raw()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return false;
    int error = 0;
    if (::connect(descriptor, address.raw(), address.raw_length()) != 0) error = errno;
    if (error == EINPROGRESS) {
        pollfd wait{descriptor, POLLOUT, 0};
        socklen_t size = sizeof error;
        if (::poll(&wait, 1, answer_max_ms) == 1) {
            ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    ::close(descriptor);
    return error == 0;
}

}  // namespace

Result<net::Address> find_broker(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
    if (code != 0) {
        return fail(ErrorKind::Unavailable, fmt::format("the host '{}' was not found: {}",
                                                        host.substr(0, 80), ::gai_strerror(code)));
    }
    std::vector<net::Address> addresses;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        addresses.emplace_back(at->ai_addr, at->ai_addrlen);
    }
    ::freeaddrinfo(found);
    if (addresses.size() == 1) return addresses.front();
    const auto near = std::ranges::find_if(addresses, takes_connections);
    return near != addresses.end() ? *near : addresses.front();
}

}  // namespace gatehouse::server::bench
