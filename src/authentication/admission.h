// Who may be checked now: bounds on checks at once and in the queue, which the clients' addresses
// share. An eighth of the checks at once is kept for clients that got in before, and one address
// leaves another eighth to others that are new, so that whoever makes a function hang keeps out
// nobody else.
//
// Source: our own; AWS publishes only the 5 s that an answer may take.
//
// Threads: one loop.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "async/event_loop.h"
#include "async/task.h"
#include "authentication/fair_queue.h"
#include "authentication/standing.h"
#include "base/deadline.h"
#include "base/result.h"

namespace gatehouse::authentication {

struct AdmissionSettings {
    std::size_t calls_max = 64;      // at once, per authorizer
    std::size_t waiting_max = 2048;  // behind them
    // Whether eighths are kept, each of one call at least where there are three or more. Needless
    // where checks end by themselves.
    bool keeps_places = true;
};

// Where a client comes from; each is served in turn.
struct Source {
    std::string site;  // Address::site_key()
    Standing standing = Standing::New;
};

// The gate of one authorizer. Must outlive its passes.
class Admission : Pinned {
public:
    Admission(async::EventLoop& loop, AdmissionSettings settings);
    ~Admission();

    // A place among the calls; given back when it dies.
    class Pass {
    public:
        Pass(Admission& admission, std::string line)
            : admission_(&admission), line_(std::move(line)) {}
        Pass(Pass&& other) noexcept
            : admission_(std::exchange(other.admission_, nullptr)), line_(std::move(other.line_)) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (admission_ != nullptr) admission_->leave(line_);
        }

    private:
        Admission* admission_;
        std::string line_;
    };

    // Waits for a place at most until the deadline, in turn with other sources (fair_queue.h).
    // Throttled: the queue is full, and of this source as many wait as of any. Timeout: no place
    // came free. Unavailable: the server is stopping.
    async::Task<Result<Pass>> enter(Source source, Deadline deadline);

    // The server is stopping: who waits, and who comes, gets Unavailable.
    void close();

    std::size_t running() const { return running_; }

private:
    struct Waiter;
    // Lines in the queue are sources: the standing as a digit, then the site.
    static std::string line_of(const Source& source);
    static Standing standing_of(std::string_view line);
    std::size_t places_of(Standing standing) const;
    // Whether a call of this line may run now.
    bool has_place_for(const std::string& line) const;
    Pass take_place(std::string line);
    void leave(const std::string& line);

    async::EventLoop& loop_;
    const AdmissionSettings settings_;
    const std::size_t eighth_;
    std::size_t running_ = 0;
    std::size_t running_unknown_ = 0;                          // of them, not Known
    std::unordered_map<std::string, std::size_t> running_of_;  // by line; none is 0
    FairQueue<Waiter*> waiting_;
    bool closed_ = false;
};

}  // namespace gatehouse::authentication
