// Work that another thread does, and the tasks of a loop that wait for it.
//
// Threads: one loop; a ticket's is_given_up() and answer() any.
#pragma once

#include <atomic>
#include <memory>
#include <unordered_set>
#include <utility>

#include "async/event_loop.h"
#include "async/one_shot.h"
#include "async/task.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "base/result.h"

namespace gatehouse::rules {

template <class Value>
class Tickets : Pinned {
public:
    // The loop outlives it.
    explicit Tickets(async::EventLoop& loop) : loop_(loop) {}

    class Ticket : public std::enable_shared_from_this<Ticket>, Pinned {
    public:
        explicit Ticket(async::EventLoop& loop) : loop_(loop), arrived_(loop) {}

        // Nobody waits for it any longer: what was not begun is not done.
        bool is_given_up() const { return is_given_up_; }
        // At most once.
        void answer(Value value) {
            loop_.post([self = this->shared_from_this(), value = std::move(value)]() mutable {
                self->arrived_.resolve({std::move(value)});
            });
        }

    private:
        friend class Tickets;
        struct Arrived {
            Result<Value> how;
        };

        async::EventLoop& loop_;
        async::OneShot<Arrived> arrived_;
        std::atomic<bool> is_given_up_ = false;
    };
    using TicketPtr = std::shared_ptr<Ticket>;

    TicketPtr make() const { return std::make_shared<Ticket>(loop_); }

    // Timeout: the deadline passed, and it is given up. Cancelled: they are closed.
    async::Task<Result<Value>> wait(TicketPtr ticket, Deadline deadline) {
        if (is_closed_) co_return fail(ErrorKind::Cancelled, "the server stops");
        waiting_.insert(ticket.get());
        auto outcome = co_await ticket->arrived_.wait(deadline);
        waiting_.erase(ticket.get());
        ticket->is_given_up_ = true;
        if (!outcome) co_return fail(ErrorKind::Timeout, "It was not done in time.");
        co_return std::move(outcome->how);
    }

    // Who waits gets Cancelled, and whoever waits later.
    void close() {
        is_closed_ = true;
        for (Ticket* const ticket : waiting_) {
            ticket->is_given_up_ = true;
            ticket->arrived_.resolve({fail(ErrorKind::Cancelled, "the server stops")});
        }
    }
    bool is_closed() const { return is_closed_; }
    std::size_t waiting() const { return waiting_.size(); }

private:
    async::EventLoop& loop_;
    std::unordered_set<Ticket*> waiting_;
    bool is_closed_ = false;
};

}  // namespace gatehouse::rules
