// What rules with at-least-once delivery (pledges.h) still have to do, and an action has no room
// for: it waits as nothing but the message and its rule, and is evaluated anew once there is room.
//
// Of each rule there is a line, and of its error action another. While somebody is in it, whoever
// comes for the first time goes to its end, so that the order of messages is kept.
//
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/pinned.h"
#include "base/tenant.h"
#include "rules/execution.h"
#include "rules/work.h"

namespace gatehouse::rules {

struct BacklogLine;

// Held by what was taken from a line and is evaluated anew; whoever lets go of it is through.
class BacklogTurn : Pinned {
public:
    BacklogTurn(std::shared_ptr<BacklogLine> line, std::uint64_t number, bool was_evaluated);
    ~BacklogTurn();

    std::uint64_t number() const { return number_; }
    // Whether it comes for the second time, and all about it was told at the first.
    bool was_evaluated() const { return was_evaluated_; }

private:
    const std::shared_ptr<BacklogLine> line_;
    const std::uint64_t number_;
    const bool was_evaluated_;
};

struct BacklogEntry {
    RulePtr rule;
    MessagePtr message;
    ExecutionPtr failed;    // what its error action is to be told; null: it is of the rule itself
    std::size_t bytes = 0;  // of its jobs, when there was no room for them; 0: not known
    std::uint64_t number = 0;  // its place; 0: at the end
    bool was_evaluated = false;
};

struct BacklogLine {
    std::map<std::uint64_t, BacklogEntry> waiting;  // by their numbers
    std::size_t bytes_each = 1;                     // of the last whose size is known
    std::atomic<std::size_t> under_way = 0;
};

class Backlog : Pinned {
public:
    // How much may wait of one tenant, before its messages are not evaluated for such rules.
    // `wake`: called from any thread, when somebody should call take() from time to time.
    Backlog(std::size_t entries_max, std::function<void()> wake)
        : entries_max_(entries_max), wake_(std::move(wake)) {}

    // The place of what is evaluated next, should it have to wait: not all of it comes here on the
    // same way.
    std::uint64_t next_number() { return ++last_number_; }
    // Whether whoever comes for the first time has to wait.
    bool is_before(const CompiledRule& rule) const;
    // Whether it may begin: it comes before all that wait.
    bool has_turn(const Execution& execution) const;
    void put(BacklogEntry entry);

    // Whether so much waits of a tenant that its messages should be parked.
    bool is_full(const Tenant& tenant) const;
    // It comes back by take() once there is room again.
    void park(Arrived arrived);

    struct Room {
        std::size_t jobs = 0;
        std::size_t bytes = 0;
        bool is_all = false;  // nothing is there, so that one may begin whatever its size
    };
    struct Ready {
        BacklogEntry entry;
        std::shared_ptr<const BacklogTurn> turn;
    };
    struct Taken {
        std::vector<Ready> ready;
        std::vector<Arrived> parked;
        // Nothing is left; wake() is called when there is something again.
        bool is_last = false;
    };
    Taken take(const std::function<Room(const BacklogEntry&)>& room_for);

    // Whether nothing waits or is under way.
    bool is_empty() const { return is_empty_; }
    // Of all that waits.
    std::size_t size() const;

private:
    struct Use {
        std::size_t entries = 0;
        std::deque<Arrived> parked;
    };
    void take_from(BacklogLine& line, const std::shared_ptr<BacklogLine>& shared,
                   const std::function<Room(const BacklogEntry&)>& room_for, Taken& taken);
    // Under the mutex. True: somebody has to be woken.
    bool fill();

    const std::size_t entries_max_;
    const std::function<void()> wake_;
    std::atomic<std::uint64_t> last_number_ = 0;
    mutable std::mutex mutex_;                                             // of all that follows
    std::unordered_map<std::string, std::shared_ptr<BacklogLine>> lines_;  // by key_of()
    std::unordered_map<Tenant, Use> uses_;
    std::atomic<bool> is_empty_ = true;
};

}  // namespace gatehouse::rules
