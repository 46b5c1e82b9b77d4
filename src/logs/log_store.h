// The log groups of an installation under DATA_DIR/logs, one folder a group:
// ACCOUNT/REGION/GROUP/{group.json, *.log, *.seg}.
//
// Records wait in memory at most batch_delay and are then written by one thread, which syncs the
// disk at most once a second: kill -9 loses nothing older than batch_delay, a power cut nothing
// older than a second and a half.
//
// When the disk is full or fails, records are dropped and counted and `report` hears of it once;
// when it works again, once more.
//
// Threads: all methods from any. Those that return Results may wait for the disk and do not
// belong on a loop; record() and append() do.
//
// Locks, in the order they are taken: writer_mutex_, groups_mutex_, a group's own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/result.h"
#include "base/tenant.h"
#include "logs/event_sink.h"
#include "logs/group.h"
#include "logs/intake.h"
#include "logs/tail.h"

namespace gatehouse::logs {

struct StoreSettings {
    std::filesystem::path folder;  // DATA_DIR/logs
    Tenant tenant;                 // where notices about the log itself go
    std::uint64_t segment_bytes = 8 * 1024 * 1024;
    std::uint64_t group_bytes = 256 * 1024 * 1024;
    std::uint64_t total_bytes = 1024 * 1024 * 1024;
    // A second, shared by the groups (logs/fair_shares.h); over it Droppable records are dropped
    // and counted until the next second.
    std::uint64_t write_budget = 16 * 1024 * 1024;
    std::chrono::milliseconds batch_delay{100};
    Intake::Limits intake;
    std::size_t groups_max = 10'000;
    std::size_t tails_max = 64;
    // Trouble with the disk and its end, in a sentence; called on the writer's thread.
    std::function<void(const std::string&)> report;
};

// Since the store was opened.
struct StoreCounters {
    std::uint64_t written = 0;
    std::uint64_t dropped = 0;  // successes and output over the write budget
    std::uint64_t lost = 0;     // everything else: the disk was full or did not follow
};

// An event as PutLogEvents brings it.
struct PutEvent {
    std::int64_t timestamp = 0;
    std::string_view message;
};

class LogStore final : public EventSink, Pinned {
public:
    // Reads which groups there are, and no more.
    static Result<std::unique_ptr<LogStore>> open(StoreSettings settings, const Clock& clock);
    // Writes and syncs what waits.
    ~LogStore() override;

    // Replaces these three of the settings while the store is in use.
    void change_bounds(std::uint64_t group_bytes, std::uint64_t total_bytes,
                       std::uint64_t write_budget);

    void record(const Event& event) override;
    void append(const StreamRef& stream, WallTime time, std::string_view message,
                Importance importance = Importance::Droppable) override;

    // Afterwards everything recorded before the call can be read.
    void flush();

    // The group, or NotFound with AWS's sentence.
    Result<std::shared_ptr<Group>> group(const Tenant& tenant, std::string_view name) const;
    // In order of their names.
    std::vector<std::shared_ptr<Group>> groups(const Tenant& tenant) const;

    Result<void> create_group(const Tenant& tenant, std::string_view name, ResourceTags tags = {},
                              GroupClass group_class = GroupClass::Standard);
    Result<void> delete_group(const Tenant& tenant, std::string_view name);
    Result<void> create_stream(const Tenant& tenant, std::string_view group,
                               std::string_view stream);
    Result<void> delete_stream(const Tenant& tenant, std::string_view group,
                               std::string_view stream);
    // Empty: for ever.
    Result<void> set_retention(const Tenant& tenant, std::string_view group,
                               std::optional<int> days);
    // These get these values, then the keys in `removed` go. InvalidInput for tags that may not be.
    Result<void> change_tags(const Tenant& tenant, std::string_view group,
                             const ResourceTags& added, std::span<const std::string> removed);
    // The stream exists; the events were checked by put_log_events() (logs/log_requests.h).
    Result<void> put_events(const Tenant& tenant, std::string_view group, std::string_view stream,
                            std::span<const PutEvent> events);

    // LimitExceeded when too many follow already.
    Result<std::shared_ptr<Tail>> tail(TailQuery query, std::function<void()> ready);

    StoreCounters counters() const;
    const Clock& clock() const { return clock_; }

private:
    struct Key {
        Tenant tenant;
        std::string name;
        auto operator<=>(const Key&) const = default;
    };

    LogStore(StoreSettings settings, const Clock& clock);
    Result<void> find_groups();
    std::int64_t now_ms() const;
    StreamRef event_stream(const Tenant& tenant, WallTime time);
    void wake_writer();

    // The writer's side; each needs writer_mutex_.
    void run();
    void write_waiting();
    void write_batches(std::span<const Batch> batches);
    Result<void> write_to_group(const StreamAddress& to, std::span<const NewRecord> records);
    Result<std::shared_ptr<Group>> need_group(const Tenant& tenant, std::string_view name);
    void offer_to_tails(const StreamAddress& to, std::span<const NewRecord> records);
    void note_failure(const Error& error, std::size_t lost);
    void note_success();
    void seal_if_full(Group& group);
    void note_upkeep_failure(const Error& error);
    void every_second();
    void keep_limits();
    void report_drops();

    const StoreSettings settings_;
    std::atomic<std::uint64_t> group_bytes_;
    std::atomic<std::uint64_t> total_bytes_;
    const Clock& clock_;
    Intake intake_;

    std::mutex writer_mutex_;
    // Guarded by writer_mutex_.
    std::map<std::shared_ptr<Group>, std::chrono::steady_clock::time_point> open_groups_;
    std::uint64_t reported_drops_ = 0;
    std::uint64_t trouble_lost_ = 0;
    bool in_trouble_ = false;
    bool upkeep_trouble_ = false;
    std::chrono::steady_clock::time_point next_seal_{};
    std::chrono::steady_clock::time_point next_limits_{};
    std::vector<std::weak_ptr<Tail>> tails_;

    mutable std::mutex groups_mutex_;
    std::map<Key, std::shared_ptr<Group>> groups_;  // guarded by groups_mutex_

    std::mutex wake_mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;  // guarded by wake_mutex_

    std::atomic<std::uint64_t> written_ = 0;
    std::atomic<std::uint64_t> lost_ = 0;
    std::thread writer_;  // last: it uses all of the above
};

// Whether the text may name a group ([.\-_/#A-Za-z0-9]+, 1-512) or a stream (no ':' or '*',
// 1-512 bytes).
bool is_group_name(std::string_view name);
bool is_stream_name(std::string_view name);

}  // namespace gatehouse::logs
