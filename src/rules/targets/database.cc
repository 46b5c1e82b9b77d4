#include "rules/targets/database.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace gatehouse::rules {

Database::Database(const PostgresLibrary& library, async::EventLoop& loop, DatabaseTerms terms,
                   DatabaseSettings settings)
    : library_(library),
      terms_(std::move(terms)),
      settings_(settings),
      interruption_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      tickets_(loop) {
    assert(interruption_.is_open() && "no descriptor for a database");
}

Database::~Database() {
    close();
    for (std::thread& thread : threads_) thread.join();
}

async::Task<Result<void>> Database::run(DatabaseStatement statement, Deadline deadline) {
    const std::size_t bytes = statement.bytes();
    if (count_ >= settings_.waiting_max || (count_ > 0 && bytes_ + bytes > settings_.bytes_max)) {
        co_return fail(ErrorKind::Throttled, "Too many statements wait for the database.");
    }
    const auto ticket = tickets_.make();
    if (!tickets_.is_closed()) {
        const std::lock_guard lock(mutex_);
        // Whoever has given up waits no longer.
        std::erase_if(orders_, [](const Order& each) { return each.ticket->is_given_up(); });
        orders_.push_back({std::move(statement), ticket});
    }
    changed_.notify_one();
    while (threads_.size() < settings_.connections && threads_.size() <= count_) {
        threads_.emplace_back([this] { serve(); });
    }
    ++count_;
    bytes_ += bytes;
    auto ran = co_await tickets_.wait(ticket, deadline);
    --count_;
    bytes_ -= bytes;
    if (ran) co_return std::move(ran->how);
    if (ran.error().kind != ErrorKind::Timeout) co_return fail(std::move(ran.error()));
    const std::lock_guard lock(mutex_);
    if (problem_.empty()) co_return fail(ErrorKind::Timeout, "The database did not do it in time.");
    co_return fail(ErrorKind::Unavailable,
                   fmt::format("The database cannot be reached: {}.", problem_));
}

void Database::close() {
    tickets_.close();
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        orders_.clear();
    }
    changed_.notify_all();
    // What runs ends, too.
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(interruption_.get(), &one, sizeof one);
}

bool Database::take(Order& order) {
    const std::lock_guard lock(mutex_);
    while (!orders_.empty()) {
        order = std::move(orders_.front());
        orders_.pop_front();
        if (!order.ticket->is_given_up()) return true;
    }
    return false;
}

// False: it is to end.
bool Database::has_something_to_do() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
        std::erase_if(orders_, [](const Order& each) { return each.ticket->is_given_up(); });
        return is_stopping_ || !orders_.empty();
    });
    return !is_stopping_;
}

void Database::rest(std::chrono::milliseconds span) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, span, [this] { return is_stopping_; });
}

void Database::note_problem(std::string problem) {
    const std::lock_guard lock(mutex_);
    problem_ = std::move(problem);
}

bool Database::connect(DatabaseConnection& connection) {
    auto opened = connection.open(Deadline::after(clock_, settings_.connect_max));
    note_problem(opened ? "" : std::move(opened.error().message));
    return opened.has_value();
}

void Database::serve() {
    DatabaseConnection connection(library_, terms_, interruption_.get());
    std::chrono::milliseconds pause = settings_.first_pause;
    while (has_something_to_do()) {
        // What waits stays there, for whichever thread has a connection first.
        if ((!connection.is_open() || !connection.is_alive()) && !connect(connection)) {
            rest(pause);
            pause = std::min(pause * 2, settings_.pause_max);
            continue;
        }
        pause = settings_.first_pause;
        Order order;
        if (!take(order)) continue;
        order.ticket->answer(
            {connection.run(order.statement, Deadline::after(clock_, settings_.run_max))});
    }
}

}  // namespace gatehouse::rules
