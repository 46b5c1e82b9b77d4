// Accepts connections on one address and hands each, as a descriptor with its addresses, to its
// owner. Bounds: connections in all and per peer address (IPv6: per /64).
//
// Threads: one loop each; several listeners share a ConnectionLimits.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "async/event_loop.h"
#include "async/guarded.h"
#include "base/result.h"
#include "net/address.h"
#include "net/address_range.h"
#include "net/refusal_tally.h"

namespace gatehouse::net {

// Counts open connections. A Slot is held as long as its connection lives.
//
// Threads: any.
class ConnectionLimits {
public:
    struct Settings {
        std::size_t total_max = 1'000'000;
        std::size_t per_address_max = 100'000;
    };
    explicit ConnectionLimits(Settings settings) : settings_(settings) {}

    class Slot {
    public:
        Slot() = default;
        Slot(ConnectionLimits& limits, std::string key) : limits_(&limits), key_(std::move(key)) {}
        Slot(Slot&& other) noexcept;
        Slot& operator=(Slot&& other) noexcept;
        ~Slot();
        // Counts for another address from now on, whose connection it turned out to be.
        // LimitExceeded: that one has too many; the slot stays as it was.
        Result<void> move_to(const Address& remote);

    private:
        ConnectionLimits* limits_ = nullptr;
        std::string key_;
    };
    // LimitExceeded says which bound was hit.
    Result<Slot> admit(const Address& remote);
    // Of a load balancer's connection, whose address is not known yet: the total alone is bounded
    // until Slot::move_to().
    Result<Slot> admit_proxied();
    std::size_t open() const { return total_.load(std::memory_order_relaxed); }

private:
    Result<void> count_in_total();
    void leave(const std::string& key);
    Result<std::string> count(const Address& remote);
    void uncount(const std::string& key);
    Settings settings_;
    std::atomic<std::size_t> total_ = 0;
    async::Guarded<std::unordered_map<std::string, std::size_t>> per_address_;
};

struct AcceptedSocket {
    int descriptor = -1;  // non-blocking, close-on-exec; owned by whoever receives this
    Address local;
    Address remote;
    ConnectionLimits::Slot slot;
    bool is_proxied = false;  // it begins with a PROXY protocol header
};

class Listener final : async::ReadinessHandler, Pinned {
public:
    using OnAccept = std::move_only_function<void(AcceptedSocket)>;
    // Called (at most once a second) when connections were refused, with how many and why.
    using OnRefused = std::move_only_function<void(std::size_t count, const Error& why)>;

    // Binds with SO_REUSEPORT off and listens; port 0 takes any free port. Conflict: address in
    // use; NotAllowed: a privileged port.
    // `proxies`: load balancers, which pass on the connections of others.
    static Result<std::unique_ptr<Listener>> open(async::EventLoop& loop, const Address& address,
                                                  ConnectionLimits& limits, OnAccept on_accept,
                                                  OnRefused on_refused,
                                                  std::vector<AddressRange> proxies = {});
    ~Listener();
    // The real address, port included.
    const Address& address() const { return address_; }
    // Accepts no more. The socket closes; connections live on.
    void close();

private:
    Listener(async::EventLoop& loop, int descriptor, Address address, ConnectionLimits& limits,
             OnAccept on_accept, OnRefused on_refused, std::vector<AddressRange> proxies);
    void on_ready(std::uint32_t events) override;
    void accept_failed(int error);
    void report_refused(const Error& why);

    async::EventLoop& loop_;
    int descriptor_;
    Address address_;
    ConnectionLimits& limits_;
    OnAccept on_accept_;
    OnRefused on_refused_;
    const std::vector<AddressRange> proxies_;
    RefusalTally refused_;
    async::FunctionTimer retry_;
};

}  // namespace gatehouse::net
