// One database that sql actions write into: some threads, each with a connection, that run one
// statement after the other. Connections are made when something is to be run, kept from then on,
// and made again, after growing pauses, while something waits.
//
// Threads: one loop; waits there for what its threads do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "async/event_loop.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/descriptor.h"
#include "base/pinned.h"
#include "base/result.h"
#include "rules/targets/database_connection.h"
#include "rules/targets/database_door.h"
#include "rules/targets/postgres_library.h"
#include "rules/targets/tickets.h"

namespace gatehouse::rules {

struct DatabaseSettings {
    std::size_t connections = 4;
    std::size_t waiting_max = 10'000;  // statements, with those that run
    std::size_t bytes_max = 16UL * 1024 * 1024;
    std::chrono::milliseconds first_pause{200};
    std::chrono::milliseconds pause_max{10'000};
    std::chrono::milliseconds connect_max{5'000};
    std::chrono::milliseconds run_max{10'000};  // of one statement
};

class Database : Pinned {
public:
    // The library and the loop outlive it.
    Database(const PostgresLibrary& library, async::EventLoop& loop, DatabaseTerms terms,
             DatabaseSettings settings);
    // Waits for its threads, which a look-up of a name may hold up.
    ~Database();

    // As DatabaseDoor::run().
    async::Task<Result<void>> run(DatabaseStatement statement, Deadline deadline);
    // What is under way fails with Cancelled, and whatever is run later.
    void close();

private:
    // What a thread has to say of a statement.
    struct Ran {
        Result<void> how;
    };
    using Waiting = Tickets<Ran>;
    struct Order {
        DatabaseStatement statement;
        Waiting::TicketPtr ticket;
    };

    void serve();
    bool connect(DatabaseConnection& connection);
    // Nothing: it is to end.
    bool take(Order& order);
    bool has_something_to_do();
    void rest(std::chrono::milliseconds span);
    void note_problem(std::string problem);

    const PostgresLibrary& library_;
    const DatabaseTerms terms_;
    const DatabaseSettings settings_;
    const SystemClock clock_;        // of the machine
    const Descriptor interruption_;  // an eventfd, readable at the end
    Waiting tickets_;
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
    std::mutex mutex_;  // of all that follows but the threads
    std::condition_variable changed_;
    std::deque<Order> orders_;
    bool is_stopping_ = false;
    std::string problem_;  // why there is no connection; empty: there is none
    std::vector<std::thread> threads_;
};

}  // namespace gatehouse::rules
