// Sessions, queued and retained messages on disk: messages.db.
//
// Changes come in batches, several at a time in one transaction (write-ahead log, synchronous
// FULL: what write() took survives a power failure). Everything is read once, at the start. Each
// row carries a checksum, and rows that are gone show in the pages that they stood in, which are
// checked beside the reading; what does not read back is Corrupt, never left out. Nor are commits
// missing that were on disk: they are counted, here and beside the file (commit_mark.h).
//
// Threads: one at a time; every method blocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/pinned.h"
#include "base/result.h"
#include "storage/commit_mark.h"
#include "storage/message_batch.h"
#include "storage/message_rows.h"
#include "storage/statement.h"

namespace gatehouse::storage {

// Called for each row, in the order of the methods; queued rows by session and place. An error
// ends the reading.
class MessageVisitor {
public:
    virtual Result<void> on_session(const SessionRow& row) = 0;
    virtual Result<void> on_subscription(const SubscriptionRow& row) = 0;
    virtual Result<void> on_message(const MessageRow& row) = 0;
    virtual Result<void> on_queued(const QueuedRow& row) = 0;
    virtual Result<void> on_held(const HeldRow& row) = 0;
    virtual Result<void> on_retained(const RetainedRow& row) = 0;
    virtual Result<void> on_pledge(const PledgeRow& row) = 0;  // in the order of their numbers

protected:
    ~MessageVisitor() = default;
};

// The highest numbers ever given that rows still tell of; go on above them.
struct MessageNumbers {
    std::uint64_t session = 0;
    std::uint64_t message = 0;
    std::uint64_t place = 0;
    std::uint64_t retained = 0;
    std::uint64_t attachment = 0;
};

class MessageStore : Pinned {
public:
    struct Settings {
        std::filesystem::path file;  // DATA_DIR/messages.db
        std::chrono::milliseconds busy_timeout{5000};
        // For so long after the removal of a retained message, older ones of its topic may still
        // come, of an event loop that was held up.
        std::chrono::steady_clock::duration late_rows_max = std::chrono::minutes(1);
    };

    // Opens or makes the file and brings its schema up to date. Errors: Unsupported (newer or
    // foreign file), Corrupt (an empty file, too, and one
    // that lacks commits), Unavailable; each names the file.
    static Result<std::unique_ptr<MessageStore>> open(const Settings& settings);

    // All of it or nothing, on disk when it returns.
    Result<void> write(std::span<const MessageBatch* const> batches);

    // The number by which sessions find their event loops, the same at every start; `fresh` if the
    // file has none yet.
    Result<std::uint64_t> seed(std::uint64_t fresh);

    // Before the first write(). Takes a thread for a while.
    Result<MessageNumbers> read_all(MessageVisitor& visitor);

private:
    MessageStore(const Settings& settings, std::unique_ptr<Database> database,
                 std::uint64_t commits, CommitMark mark)
        : settings_(settings),
          database_(std::move(database)),
          commits_(commits),
          mark_(std::move(mark)) {}

    // Retained messages that were removed, of which rows are left.
    struct Removed {
        std::size_t count = 0;          // since they were cleared away
        std::uint64_t clear_below = 0;  // version: those may be
        std::chrono::steady_clock::time_point cleared_at = std::chrono::steady_clock::now();
    };
    Result<void> clear(Removed& removed);

    const Settings settings_;
    std::unique_ptr<Database> database_;
    std::uint64_t commits_;
    CommitMark mark_;
    Removed removed_;
};

}  // namespace gatehouse::storage
