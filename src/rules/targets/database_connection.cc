#include "rules/targets/database_connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace gatehouse::rules {
namespace {

// Then all of a connection's statements are prepared anew.
constexpr std::size_t prepared_max = 100;
// The database gives a statement up before whoever asked does.
constexpr const char* database_set_up = "SET statement_timeout = 9000";

// More is said by nobody to whom nothing was said.
constexpr int idle_reads_max = 100;

constexpr std::string_view unknown_statement = "26000";
constexpr std::string_view feature_not_supported = "0A000";

// Its sentences have several lines.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::ranges::replace(line, '\n', ' ');
    while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
    return line;
}

void pass_notices_over(void*, const char*) {}

}  // namespace

ErrorKind kind_of_sqlstate(std::string_view state) {
    // A parameter too few or too many is a violation of the protocol to it.
    if (state == "08P01") return ErrorKind::InvalidInput;
    const std::string_view klass = state.substr(0, 2);
    constexpr std::array<std::string_view, 5> passing{"08", "40", "53", "55", "57"};
    if (std::ranges::find(passing, klass) != passing.end()) return ErrorKind::Unavailable;
    if (klass == "28" || state == "42501") return ErrorKind::NotAllowed;
    return ErrorKind::InvalidInput;
}

Result<void> DatabaseConnection::wait(short events, Deadline deadline) {
    for (;;) {
        std::array<pollfd, 2> waited{
            pollfd{.fd = library_.socket(connection_), .events = events, .revents = 0},
            pollfd{.fd = interruption_, .events = POLLIN, .revents = 0}};
        const auto rest =
            std::chrono::ceil<std::chrono::milliseconds>(deadline.remaining(clock_.steady_now()));
        const int ready = ::poll(waited.data(), waited.size(), static_cast<int>(rest.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (waited[1].revents != 0) return fail(ErrorKind::Cancelled, "the server stops");
        if (ready > 0) return {};
        return fail(ErrorKind::Timeout, "The database did not answer in time.");
    }
}

Result<void> DatabaseConnection::open(Deadline deadline) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : terms_) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_ = library_.connect_start(keywords.data(), values.data(), 1);
    if (connection_ == nullptr) return fail(ErrorKind::Unavailable, "there is no memory for it");
    library_.set_notice_processor(connection_, &pass_notices_over, nullptr);
    if (library_.status(connection_) == CONNECTION_BAD) return broken();
    for (auto step = PGRES_POLLING_WRITING; step != PGRES_POLLING_OK;
         step = library_.connect_poll(connection_)) {
        if (step == PGRES_POLLING_FAILED) return broken();
        if (auto ready = wait(step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline); !ready) {
            close();
            return ready;
        }
    }
    library_.set_nonblocking(connection_, 1);
    return set_up(deadline);
}

Result<void> DatabaseConnection::set_up(Deadline deadline) {
    if (library_.send_query(connection_, database_set_up, 0, nullptr, nullptr, nullptr, nullptr,
                            0) != 1) {
        return broken();
    }
    auto done = outcome(deadline);
    if (!done) return fail(std::move(done.error()));
    if (done->is_done) return {};
    close();
    return fail(kind_of_sqlstate(done->state), done->message);
}

void DatabaseConnection::close() {
    if (connection_ == nullptr) return;
    library_.finish(connection_);
    connection_ = nullptr;
    names_.clear();
}

// It is of no more use.
std::unexpected<Error> DatabaseConnection::broken() {
    std::string message = one_line(library_.error_message(connection_));
    close();
    return fail(ErrorKind::Unavailable, std::move(message));
}

void DatabaseConnection::forget_notifications() {
    while (PGnotify* const notification = library_.notifies(connection_)) {
        library_.freemem(notification);
    }
}

bool DatabaseConnection::is_alive() {
    // A database that ends says so first, and then closes.
    for (int reads = 0; reads < idle_reads_max; ++reads) {
        pollfd waited{.fd = library_.socket(connection_), .events = POLLIN, .revents = 0};
        if (::poll(&waited, 1, 0) <= 0) return true;
        if (library_.consume_input(connection_) != 1 ||
            library_.status(connection_) != CONNECTION_OK) {
            break;
        }
        forget_notifications();
    }
    close();
    return false;
}

Result<void> DatabaseConnection::flush(Deadline deadline) {
    for (;;) {
        const int left = library_.flush(connection_);
        if (left == 0) return {};
        if (left < 0) return broken();
        // The database may have something to say before it reads on.
        if (auto ready = wait(POLLIN | POLLOUT, deadline); !ready) {
            close();
            return ready;
        }
        if (library_.consume_input(connection_) != 1) return broken();
    }
}

// Until a result can be taken without waiting.
Result<void> DatabaseConnection::next_result(Deadline deadline) {
    while (library_.is_busy(connection_) != 0) {
        if (auto ready = wait(POLLIN, deadline); !ready) {
            // What it is doing is given up with the connection.
            close();
            return ready;
        }
        if (library_.consume_input(connection_) != 1) return broken();
    }
    return {};
}

// Of the one query that was sent.
Result<DatabaseConnection::Outcome> DatabaseConnection::outcome(Deadline deadline) {
    Outcome found{.is_done = true, .state = {}, .message = {}};
    if (auto sent = flush(deadline); !sent) return fail(std::move(sent.error()));
    for (;;) {
        if (auto there = next_result(deadline); !there) return fail(std::move(there.error()));
        PGresult* const result = library_.get_result(connection_);
        if (result == nullptr) break;
        const ExecStatusType status = library_.result_status(result);
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
            const char* const state = library_.result_error_field(result, PG_DIAG_SQLSTATE);
            const char* const text = library_.result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
            found = {
                .is_done = false,
                .state = state == nullptr ? "" : state,
                .message = one_line(text == nullptr ? library_.error_message(connection_) : text)};
        }
        library_.clear(result);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
            close();
            return fail(ErrorKind::Unsupported, "COPY is not done by rules.");
        }
    }
    forget_notifications();
    if (library_.status(connection_) == CONNECTION_OK) return found;
    close();
    if (found.is_done) return fail(ErrorKind::Unavailable, "the connection ended");
    return found;
}

Result<void> DatabaseConnection::forget_statements(Deadline deadline) {
    names_.clear();
    if (library_.send_query(connection_, "DEALLOCATE ALL", 0, nullptr, nullptr, nullptr, nullptr,
                            0) != 1) {
        return broken();
    }
    auto done = outcome(deadline);
    if (!done) return fail(std::move(done.error()));
    if (done->is_done) return {};
    return fail(kind_of_sqlstate(done->state), done->message);
}

// The name of the statement.
Result<std::string> DatabaseConnection::prepared(const DatabaseStatement& statement,
                                                 Deadline deadline) {
    if (const auto known = names_.find(statement.text); known != names_.end()) {
        return known->second;
    }
    if (names_.size() >= prepared_max) {
        if (auto forgotten = forget_statements(deadline); !forgotten) {
            return fail(std::move(forgotten.error()));
        }
    }
    std::string name = fmt::format("gatehouse{}", names_.size());
    if (library_.send_prepare(connection_, name.c_str(), statement.text.c_str(), 0, nullptr) != 1) {
        return broken();
    }
    auto done = outcome(deadline);
    if (!done) return fail(std::move(done.error()));
    if (!done->is_done) {
        return fail(kind_of_sqlstate(done->state),
                    fmt::format("The database refused the statement: {} ({}).", done->message,
                                done->state));
    }
    names_.emplace(statement.text, name);
    return name;
}

Result<DatabaseConnection::Outcome> DatabaseConnection::run_prepared(
    const DatabaseStatement& statement, Deadline deadline) {
    auto name = prepared(statement, deadline);
    if (!name) return fail(std::move(name.error()));
    std::vector<const char*> values;
    for (const std::string& each : statement.parameters) values.push_back(each.c_str());
    if (library_.send_prepared(connection_, name->c_str(), static_cast<int>(values.size()),
                               values.data(), nullptr, nullptr, 0) != 1) {
        return broken();
    }
    // Rows that it returns are dropped one by one.
    library_.set_single_row_mode(connection_);
    return outcome(deadline);
}

Result<void> DatabaseConnection::run(const DatabaseStatement& statement, Deadline deadline) {
    auto done = run_prepared(statement, deadline);
    // Somebody between here and the database dropped it, or a table has changed.
    if (done && !done->is_done && is_open() &&
        (done->state == unknown_statement || done->state == feature_not_supported)) {
        if (auto forgotten = forget_statements(deadline); !forgotten) return forgotten;
        done = run_prepared(statement, deadline);
    }
    if (!done) return fail(std::move(done.error()));
    if (done->is_done) return {};
    if (done->state.empty()) return fail(ErrorKind::Unavailable, done->message);
    return fail(kind_of_sqlstate(done->state),
                fmt::format("The database refused it: {} ({}).", done->message, done->state));
}

}  // namespace gatehouse::rules
