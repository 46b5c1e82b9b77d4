// Keeps clients away from an authorizer's function that fails again and again, but for a probe now
// and then. Whoever makes it fail should keep out nobody else: a client that got in lately is let
// through, and so is one of which nothing failed since, unless several at its address did.
//
// Source: our own.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>
#include <unordered_set>

#include "authentication/gate_key.h"
#include "base/clock.h"
#include "base/pinned.h"

namespace gatehouse::authentication {

class Circuit : Pinned {
public:
    struct Settings {
        std::uint32_t failures_to_open = 20;  // in a row
        std::chrono::milliseconds probe_interval = std::chrono::seconds(1);
        // Of one client: doubles with each that failed.
        std::chrono::seconds own_probe_interval_max{60};
        std::size_t failed_of_address_max = 3;  // clients, before all there are kept out
        std::size_t clients_max = 32'768;       // remembered; the oldest are forgotten first
    };
    explicit Circuit(Settings settings) : settings_(settings) {}

    struct Client {
        GateKey key;      // the user it says to be and its address
        GateKey address;  // the address alone
    };
    // Whether the function may be asked for this client now. If it is a probe, it is the one of
    // this interval.
    bool may_ask(const Client& client, SteadyTime now);
    // The same for a question of the server's own, which can wait for a probe.
    bool may_refresh(SteadyTime now) { return !is_open() || take_probe(now); }
    // What became of it: a failure is the function's (an error, time-out, not there), not a "no".
    void failed(const Client& client, SteadyTime now);
    void succeeded(const Client& client);

    bool is_open() const { return failures_in_row_ >= settings_.failures_to_open; }
    std::uint32_t failures_in_row() const { return failures_in_row_; }
    std::chrono::milliseconds probe_interval() const { return settings_.probe_interval; }

private:
    struct Failed {
        std::uint32_t times = 0;
        SteadyTime next_probe{};
        GateKey address{};
        std::list<GateKey>::iterator place;
    };
    bool take_probe(SteadyTime now);
    void forget_oldest();
    bool is_kept_out(const Client& client) const;
    // Of those that got in: two generations, of which the older is forgotten when the younger is
    // full.
    bool is_known(const GateKey& key) const;
    void know(const GateKey& key);

    const Settings settings_;
    std::uint32_t failures_in_row_ = 0;
    SteadyTime next_probe_{};
    // Of the failures in a row.
    std::unordered_map<GateKey, Failed, GateKeyHash> failed_;
    std::list<GateKey> failed_in_turn_;  // the oldest first
    std::unordered_map<GateKey, std::size_t, GateKeyHash> failed_of_address_;
    std::unordered_set<GateKey, GateKeyHash> known_;
    std::unordered_set<GateKey, GateKeyHash> known_before_;
};

}  // namespace gatehouse::authentication
