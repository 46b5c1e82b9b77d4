// Who may be checked now: bounds on checks at once and in the queue, which the clients' addresses
// share, a circuit that opens when an authorizer's function keeps failing, and a brake on clients
// that hammer with bad passwords.
//
// Source: our own; AWS publishes only the 5 s that an answer may take.
//
// Threads: one loop.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "async/event_loop.h"
#include "async/task.h"
#include "async/wake.h"
#include "authentication/fair_queue.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::authentication {

struct AdmissionSettings {
    std::size_t calls_max = 64;      // at once, per authorizer
    std::size_t waiting_max = 2048;  // behind them
    std::uint32_t failures_to_open = 20;
    std::chrono::milliseconds probe_interval = std::chrono::seconds(1);
};

// The gate of one authorizer. Must outlive its passes.
class Admission : Pinned {
public:
    Admission(async::EventLoop& loop, AdmissionSettings settings);
    ~Admission();

    // A place among the calls; given back when it dies.
    class Pass {
    public:
        explicit Pass(Admission& admission) : admission_(&admission) {}
        Pass(Pass&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (admission_ != nullptr) admission_->leave();
        }
        // What became of the call: a failure is the function's (error, time-out, not there),
        // not a "no".
        void report(bool failed) { admission_->note(failed); }

    private:
        Admission* admission_;
    };

    // Waits for a place at most until the deadline, in turn with other sources (fair_queue.h).
    // Throttled: the queue is full, and of this source as many wait as of any. Timeout: no place
    // came free. Unavailable: the circuit is open.
    async::Task<Result<Pass>> enter(std::string source, Deadline deadline);

    // The server is stopping: who waits, and who comes, gets Unavailable.
    void close();

    bool is_open_circuit() const { return failures_in_row_ >= settings_.failures_to_open; }
    std::size_t running() const { return running_; }

private:
    struct Waiter;
    void leave();
    void note(bool failed);
    bool may_probe();

    async::EventLoop& loop_;
    AdmissionSettings settings_;
    std::size_t running_ = 0;
    FairQueue<Waiter*> waiting_;
    bool closed_ = false;
    std::uint32_t failures_in_row_ = 0;
    SteadyTime next_probe_{};
};

// Slows down who was refused again and again: no delay for the first few refusals in a row, then
// a delay that doubles up to a bound. Counted by (address, user name), so that neighbours behind
// the same address and other addresses trying the same name are not held back.
class RefusalBrake {
public:
    struct Settings {
        std::uint32_t free_refusals = 3;
        std::chrono::milliseconds first_delay{200};
        std::chrono::milliseconds delay_max{4000};
        std::chrono::seconds forget_after{60};
        std::size_t entries_max = 100'000;  // the oldest are forgotten first
    };
    RefusalBrake(async::EventLoop& loop, const Clock& clock, Settings settings)
        : loop_(loop), clock_(clock), settings_(settings) {}

    // How long the next attempt has to wait.
    std::chrono::milliseconds delay_for(const std::string& key) const;
    // Lets that time pass, but not the deadline.
    async::Task<void> hold_back(std::chrono::milliseconds delay, Deadline deadline);
    void refused(const std::string& key);
    void accepted(const std::string& key);
    std::size_t size() const { return entries_.size(); }
    // The server is stopping: nobody is held back any more.
    void release();

private:
    struct Entry {
        std::uint32_t refusals = 0;
        SteadyTime last{};
        std::list<std::string>::iterator place;
    };
    async::EventLoop& loop_;
    const Clock& clock_;
    Settings settings_;
    std::unordered_map<std::string, Entry> entries_;
    std::list<std::string> by_age_;  // oldest first
    std::unordered_set<async::Wake*> held_back_;
    bool released_ = false;
};

}  // namespace gatehouse::authentication
