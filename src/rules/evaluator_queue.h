// What waits for a thread that runs statements, in turns by tenant: each may spend so many steps,
// and who has spent more waits until the others have had as many.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "base/tenant.h"
#include "rules/work.h"

namespace gatehouse::rules {

class EvaluatorQueue {
public:
    // Of one tenant; all together may be so many times as much.
    struct Bounds {
        std::size_t works_max = 0;
        std::size_t bytes_max = 0;
    };
    static constexpr std::size_t shares = 4;
    // Some ten milliseconds (sql/effort.h).
    static constexpr std::uint64_t steps_per_turn = 50'000;

    explicit EvaluatorQueue(Bounds bounds) : bounds_(bounds) {}

    bool has_room(const Message& message) const;
    // Of what failed as much may wait as of anything else.
    bool has_room_for_failure(const Execution& failed) const;
    // Whether there is room or not. What failed is taken before what is new, so that there is no
    // more of it than can come of what has begun.
    void put(Work work);
    // Of whose turn it is; nothing: nothing waits.
    std::optional<Work> take();
    // What was taken last has cost so much.
    void spend(std::uint64_t steps);
    // What was taken last goes on at its tenant's next turn.
    void put_back(Arrived begun);
    void clear();

    // Whether somebody works on it.
    bool is_served = false;

private:
    struct Waiting {
        std::deque<Work> failed;
        std::optional<Arrived> begun;
        std::deque<Work> works;
        std::size_t bytes = 0;
        std::size_t failed_bytes = 0;
        std::uint64_t spent = 0;
        bool has_turn = false;

        bool is_empty() const { return failed.empty() && !begun && works.empty(); }
    };
    std::optional<Work> take_from(Waiting& waiting);

    const Bounds bounds_;
    std::unordered_map<Tenant, Waiting> tenants_;
    std::deque<Waiting*> turns_;  // of those for whom something waits, or did when it was taken
    Waiting* last_ = nullptr;     // of whom something was taken last
    std::size_t works_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace gatehouse::rules
