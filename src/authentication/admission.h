// Who may be checked now: bounds on checks at once and in the queue, which the clients' addresses
// share. One address leaves an eighth of the checks at once to others, so that whoever makes a
// function hang keeps out nobody else.
//
// Source: our own; AWS publishes only the 5 s that an answer may take.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include "async/event_loop.h"
#include "async/task.h"
#include "authentication/fair_queue.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::authentication {

struct AdmissionSettings {
    std::size_t calls_max = 64;      // at once, per authorizer
    std::size_t waiting_max = 2048;  // behind them
};

// The gate of one authorizer. Must outlive its passes.
class Admission : Pinned {
public:
    Admission(async::EventLoop& loop, AdmissionSettings settings);
    ~Admission();

    // A place among the calls; given back when it dies.
    class Pass {
    public:
        Pass(Admission& admission, std::string source)
            : admission_(&admission), source_(std::move(source)) {}
        Pass(Pass&& other) noexcept
            : admission_(std::exchange(other.admission_, nullptr)),
              source_(std::move(other.source_)) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (admission_ != nullptr) admission_->leave(source_);
        }

    private:
        Admission* admission_;
        std::string source_;
    };

    // Waits for a place at most until the deadline, in turn with other sources (fair_queue.h).
    // Throttled: the queue is full, and of this source as many wait as of any. Timeout: no place
    // came free. Unavailable: the server is stopping.
    async::Task<Result<Pass>> enter(std::string source, Deadline deadline);

    // The server is stopping: who waits, and who comes, gets Unavailable.
    void close();

    std::size_t running() const { return running_; }

private:
    struct Waiter;
    // Whether a call of this source may run now.
    bool has_place_for(const std::string& source) const;
    Pass take_place(std::string source);
    void leave(const std::string& source);

    async::EventLoop& loop_;
    AdmissionSettings settings_;
    std::size_t running_ = 0;
    std::unordered_map<std::string, std::size_t> running_of_;  // by source; none is 0
    FairQueue<Waiter*> waiting_;
    bool closed_ = false;
};

}  // namespace gatehouse::authentication
