// Keeps clients away from an authorizer's function that fails again and again, but for a probe now
// and then.
//
// A stranger's failure tells of the stranger: it may have sent what the function stumbles over, and
// whoever makes it fail should keep out nobody else. So those are let through that got in before,
// or of which nothing failed since, unless several clients at their address failed, or clients at
// very many addresses. A failure for clients that got in before tells of the function: after a few
// of those without a success everybody is kept out.
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
#include <vector>

#include "authentication/gate_key.h"
#include "authentication/standing.h"
#include "base/clock.h"
#include "base/pinned.h"

namespace gatehouse::authentication {

class Circuit : Pinned {
public:
    struct Settings {
        std::uint32_t failures_to_open = 20;  // in a row
        std::chrono::milliseconds probe_interval = std::chrono::seconds(1);
        // An address that had the last probe leaves so many intervals to others, where others
        // asked so lately.
        int intervals_left_to_others = 4;
        std::chrono::seconds others_asked_within{10};
        std::size_t failed_of_address_max = 3;  // clients, before all there are kept out
        // Before all that are new are kept out, but for one in this time of an address at which
        // nothing failed.
        std::size_t failed_addresses_max = 20;
        std::chrono::milliseconds new_address_interval{100};
        // Of clients that got in before: failures of one before it is kept out, and clients, at so
        // many addresses or else many more, before everybody is.
        std::uint32_t failures_of_known_max = 3;
        std::size_t known_failed_max = 5;
        std::size_t known_failed_addresses_max = 3;
        std::size_t known_failed_anywhere_max = 20;
        std::size_t clients_max = 32'768;  // remembered; the oldest are forgotten first
        // An address is suspect for so long after its last failure, or until somebody there gets
        // in.
        std::chrono::seconds suspect_for{60};
    };
    explicit Circuit(Settings settings) : settings_(settings) {}

    struct Client {
        GateKey key;      // the user it says to be and its address
        GateKey address;  // the address alone
    };
    // Whether the function may be asked for this client now. If it is a probe, it is the one of
    // this interval.
    bool may_ask(const Client& client, SteadyTime now);
    // The same for a question of the server's own, about a client that is in: what others make
    // fail does not put it off, and it has probes of its own, since who is no longer welcome must
    // not stay in by making the function fail.
    bool may_refresh(SteadyTime now);
    // What became of it: a failure is the function's (an error, time-out, not there), not a "no".
    void failed(const Client& client, SteadyTime now);
    // Who the client is to those that share the calls. An address becomes suspect with
    // failed_of_address_max clients that made the function fail, whomever else it answers.
    Standing standing_of(const Client& client, SteadyTime now) const;
    // It answered, yes or no.
    void answered();
    // The client got in: it showed what a stranger cannot.
    void let_in(const Client& client);
    // Is as good as new.
    void forget(const Client& client);

    bool is_open() const { return failures_in_row_ >= settings_.failures_to_open; }
    std::uint32_t failures_in_row() const { return failures_in_row_; }
    std::chrono::milliseconds probe_interval() const { return settings_.probe_interval; }

private:
    struct Failed {
        std::uint32_t times = 0;
        GateKey address{};
        std::list<GateKey>::iterator place;
    };
    struct Suspicion {
        std::vector<GateKey> clients;  // different ones, as many as it takes
        SteadyTime last{};
    };
    void suspect(const Client& client, SteadyTime now);
    // One that failed nowhere, where very many addresses did.
    bool takes_new_address(const Client& client, SteadyTime now);
    bool take_probe(const GateKey& address, SteadyTime now, std::chrono::milliseconds since_last);
    void note_known(const Client& client);
    void forget_oldest();
    bool is_kept_out(const Client& client) const;
    // By what it did to clients that got in before.
    bool is_down() const;
    // Of those that got in: two generations, of which the older is forgotten when the younger is
    // full.
    bool is_known(const GateKey& key) const;
    void know(const GateKey& key);

    const Settings settings_;
    std::uint32_t failures_in_row_ = 0;
    SteadyTime next_new_address_{};
    SteadyTime last_probe_{};
    SteadyTime last_refresh_probe_{};
    GateKey last_probe_address_{};
    SteadyTime others_asked_{};  // kept out, of an address that did not have the last probe
    // Of the failures in a row.
    std::unordered_map<GateKey, Failed, GateKeyHash> failed_;
    std::list<GateKey> failed_in_turn_;  // the oldest first
    std::unordered_map<GateKey, std::size_t, GateKeyHash> failed_of_address_;
    std::unordered_map<GateKey, Suspicion, GateKeyHash> suspicions_;  // by address
    std::unordered_set<GateKey, GateKeyHash> known_failed_;
    std::unordered_set<GateKey, GateKeyHash> known_failed_addresses_;
    std::unordered_set<GateKey, GateKeyHash> known_;
    std::unordered_set<GateKey, GateKeyHash> known_before_;
};

}  // namespace gatehouse::authentication
