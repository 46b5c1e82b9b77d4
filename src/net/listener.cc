#include "net/listener.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gatehouse::net {
namespace {

constexpr int backlog = 4096;
constexpr int accepts_per_turn = 64;  // so that a flood of connections leaves time for traffic
constexpr std::chrono::milliseconds out_of_descriptors_wait{100};
constexpr const char* no_key = "";  // counted for no address

Result<int> bind_and_listen(const Address& address) {
    const int family = address.raw()->sa_family;
    const int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return fail(ErrorKind::Unavailable, fmt::format("cannot make a socket for {}: {}",
                                                        address.text(), std::strerror(errno)));
    }
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // of what it accepts, too
    if (family == AF_INET6) setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(descriptor, address.raw(), address.raw_length()) == 0 &&
        listen(descriptor, backlog) == 0) {
        return descriptor;
    }
    const int error = errno;
    close(descriptor);
    const ErrorKind kind = error == EADDRINUSE                 ? ErrorKind::Conflict
                           : error == EACCES || error == EPERM ? ErrorKind::NotAllowed
                                                               : ErrorKind::Unavailable;
    return fail(kind, fmt::format("cannot listen on {}: {}", address.text(), std::strerror(error)));
}

Address local_address(int descriptor) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    getsockname(descriptor, reinterpret_cast<sockaddr*>(&storage), &length);
    return {reinterpret_cast<const sockaddr*>(&storage), length};
}

}  // namespace

ConnectionLimits::Slot::Slot(Slot&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)), key_(std::move(other.key_)) {}

ConnectionLimits::Slot& ConnectionLimits::Slot::operator=(Slot&& other) noexcept {
    std::swap(limits_, other.limits_);
    std::swap(key_, other.key_);
    return *this;
}

ConnectionLimits::Slot::~Slot() {
    if (limits_ != nullptr) limits_->leave(key_);
}

Result<void> ConnectionLimits::Slot::move_to(const Address& remote) {
    if (limits_ == nullptr) return {};
    auto key = limits_->count(remote);
    if (!key) return fail(std::move(key.error()));
    limits_->uncount(key_);
    key_ = std::move(*key);
    return {};
}

Result<void> ConnectionLimits::count_in_total() {
    if (total_.fetch_add(1) < settings_.total_max) return {};
    total_.fetch_sub(1);
    return fail(ErrorKind::LimitExceeded,
                fmt::format("{} connections are open, the most allowed", settings_.total_max));
}

Result<ConnectionLimits::Slot> ConnectionLimits::admit_proxied() {
    if (auto counted = count_in_total(); !counted) return fail(std::move(counted.error()));
    return Slot(*this, no_key);
}

Result<ConnectionLimits::Slot> ConnectionLimits::admit(const Address& remote) {
    if (auto counted = count_in_total(); !counted) return fail(std::move(counted.error()));
    auto key = count(remote);
    if (key) return Slot(*this, std::move(*key));
    total_.fetch_sub(1);
    return fail(std::move(key.error()));
}

Result<std::string> ConnectionLimits::count(const Address& remote) {
    std::string key = remote.rate_key();
    auto per_address = per_address_.lock();
    std::size_t& count = (*per_address)[key];
    if (count >= settings_.per_address_max) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("{} has {} connections open, the most allowed for one address", key,
                                settings_.per_address_max));
    }
    ++count;
    return key;
}

void ConnectionLimits::leave(const std::string& key) {
    total_.fetch_sub(1);
    uncount(key);
}

void ConnectionLimits::uncount(const std::string& key) {
    if (key == no_key) return;
    auto per_address = per_address_.lock();
    const auto found = per_address->find(key);
    if (--found->second == 0) per_address->erase(found);
}

Result<std::unique_ptr<Listener>> Listener::open(async::EventLoop& loop, const Address& address,
                                                 ConnectionLimits& limits, OnAccept on_accept,
                                                 OnRefused on_refused,
                                                 std::vector<AddressRange> proxies) {
    auto descriptor = bind_and_listen(address);
    if (!descriptor) return fail(std::move(descriptor.error()));
    return std::unique_ptr<Listener>(new Listener(loop, *descriptor, local_address(*descriptor),
                                                  limits, std::move(on_accept),
                                                  std::move(on_refused), std::move(proxies)));
}

Listener::Listener(async::EventLoop& loop, int descriptor, Address address,
                   ConnectionLimits& limits, OnAccept on_accept, OnRefused on_refused,
                   std::vector<AddressRange> proxies)
    : loop_(loop),
      descriptor_(descriptor),
      address_(std::move(address)),
      limits_(limits),
      on_accept_(std::move(on_accept)),
      on_refused_(std::move(on_refused)),
      proxies_(std::move(proxies)),
      retry_([this] { loop_.watch(descriptor_, *this, EPOLLIN); }) {
    loop_.watch(descriptor_, *this, EPOLLIN);
}

Listener::~Listener() {
    close();
}

void Listener::close() {
    if (descriptor_ < 0) return;
    if (retry_.is_set()) {
        retry_.cancel();
    } else {
        loop_.unwatch(descriptor_, *this);
    }
    ::close(descriptor_);
    descriptor_ = -1;
}

void Listener::on_ready(std::uint32_t) {
    for (int i = 0; i < accepts_per_turn && descriptor_ >= 0; ++i) {
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        const int accepted = accept4(descriptor_, reinterpret_cast<sockaddr*>(&storage), &length,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted < 0) return accept_failed(errno);
        Address remote(reinterpret_cast<const sockaddr*>(&storage), length);
        const bool is_proxied = std::ranges::any_of(
            proxies_, [&](const AddressRange& range) { return range.contains(remote); });
        auto slot = is_proxied ? limits_.admit_proxied() : limits_.admit(remote);
        if (!slot) {
            ::close(accepted);
            report_refused(slot.error());
            continue;
        }
        on_accept_({accepted, address_.is_any() ? local_address(accepted) : address_,
                    std::move(remote), std::move(*slot), is_proxied});
    }
}

void Listener::accept_failed(int error) {
    // A peer that went away meanwhile, or nobody waiting.
    if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) return;
    report_refused(
        {ErrorKind::LimitExceeded,
         fmt::format("cannot accept: {} (raise the limit of open files)", std::strerror(error)),
         {}});
    // The waiting connection keeps the listener ready: pause, or the loop would spin.
    loop_.unwatch(descriptor_, *this);
    loop_.timers().set(retry_, loop_.now() + out_of_descriptors_wait);
}

void Listener::report_refused(const Error& why) {
    const auto count = refused_.add(loop_.now());
    if (count && on_refused_) on_refused_(*count, why);
}

}  // namespace gatehouse::net
