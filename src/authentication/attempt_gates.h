// Gates that space out attempts to get in, one gate a key: whoever is refused again and again is
// asked about one attempt at a time and ever more rarely, and of those that come meanwhile a few
// wait and the rest are told to come later.
//
// Attempts at once do not get around that: with nobody refused yet, only so many of one key are
// under way at once as may be refused for nothing, and two more for each that was accepted.
//
// Source: our own.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "authentication/gate_key.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::authentication {

// Must outlive its passes.
class AttemptGates : Pinned {
public:
    struct Settings {
        std::uint32_t free_refusals = 3;             // in a row
        std::chrono::milliseconds first_delay{200};  // doubles with each refusal
        std::chrono::milliseconds delay_max{4000};
        std::chrono::seconds forget_after{60};
        std::size_t waiting_max = 4;       // of a key that is slowed
        std::size_t burst_max = 2048;      // that wait, of one that is not
        std::size_t entries_max = 16'384;  // at rest; the oldest are forgotten first
    };
    AttemptGates(async::EventLoop& loop, Settings settings) : loop_(loop), settings_(settings) {}
    ~AttemptGates();

    // An attempt under way. Dies without a word where it was not found out whether it is right.
    class Pass {
    public:
        Pass(AttemptGates& gates, const GateKey& key, std::chrono::milliseconds held_back)
            : gates_(&gates), key_(key), held_back_(held_back) {}
        Pass(Pass&& other) noexcept
            : gates_(std::exchange(other.gates_, nullptr)),
              key_(other.key_),
              held_back_(other.held_back_) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gates_ != nullptr) gates_->end(key_, Outcome::Unknown);
        }

        void refused() { std::exchange(gates_, nullptr)->end(key_, Outcome::Refused); }
        void accepted() { std::exchange(gates_, nullptr)->end(key_, Outcome::Accepted); }
        // How long it was to wait when it came.
        std::chrono::milliseconds held_back() const { return held_back_; }

    private:
        AttemptGates* gates_;
        GateKey key_;
        std::chrono::milliseconds held_back_;
    };

    // Throttled: as many wait as may. Timeout: its turn did not come before the deadline.
    async::Task<Result<Pass>> enter(GateKey key, Deadline deadline);

    // Of an attempt that did not have to wait here.
    void note_refusal(const GateKey& key);
    // The server is stopping: nobody waits any more.
    void release();

    std::size_t size() const { return gates_.size(); }

private:
    enum class Outcome : std::uint8_t { Refused, Accepted, Unknown };
    struct Waiter;
    struct Gate {
        std::uint32_t refusals = 0;  // in a row
        std::uint32_t under_way = 0;
        std::uint32_t accepted = 0;            // in a row, while there was no rest
        SteadyTime last{};                     // refusal
        std::vector<Waiter*> waiting;          // the first is the next
        std::list<GateKey>::iterator at_rest;  // end: it is in use
    };

    // Whoever guesses has the machine's time, and no wait of it ends only when somebody moves a
    // clock. Not the turn's time: a wait may have ended since, and must not seem to have time left.
    SteadyTime now() const { return loop_.clock().machine_now(); }
    Gate& open(const GateKey& key);
    void end(const GateKey& key, Outcome outcome);
    void close_if_unused(const GateKey& key, Gate& gate);
    void forget_old();
    bool is_slowed(const Gate& gate) const { return gate.refusals > settings_.free_refusals; }
    std::chrono::milliseconds delay_of(const Gate& gate) const;
    bool may_go(const Gate& gate) const;
    // How long somebody who comes now will wait, as far as can be told.
    std::chrono::milliseconds wait_of_newcomer(const Gate& gate) const;

    async::EventLoop& loop_;
    const Settings settings_;
    std::unordered_map<GateKey, Gate, GateKeyHash> gates_;
    std::list<GateKey> at_rest_;  // those not in use, the oldest first
    bool released_ = false;
};

}  // namespace gatehouse::authentication
