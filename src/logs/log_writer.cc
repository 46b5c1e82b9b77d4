// The writing side of LogStore: the one thread, what it does with batches, limits and a disk in
// trouble.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "logs/log_store.h"

namespace gatehouse::logs {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds sync_interval(1);
constexpr std::chrono::seconds idle_before_close(60);

}  // namespace

void LogStore::run() {
    auto last_second = steady_clock::now();
    bool busy = false;  // something was written since the last pass of every_second()
    std::unique_lock wake_lock(wake_mutex_);
    while (!stopping_) {
        const auto due = [&] { return stopping_ || intake_.waiting_bytes() > 0; };
        // An idle server's log costs no wake-ups.
        if (busy) {
            wake_.wait_until(wake_lock, last_second + sync_interval, due);
        } else {
            wake_.wait(wake_lock, due);
        }
        // Records come in bursts; waiting a little makes one write of them.
        wake_.wait_for(wake_lock, settings_.batch_delay, [&] { return stopping_; });
        wake_lock.unlock();
        {
            const std::scoped_lock lock(writer_mutex_);
            busy = busy || intake_.waiting_bytes() > 0 || !open_groups_.empty();
            write_waiting();
            if (steady_clock::now() - last_second >= sync_interval) {
                last_second = steady_clock::now();
                every_second();
                busy = !open_groups_.empty() || intake_.dropped() > reported_drops_;
            }
        }
        wake_lock.lock();
    }
    wake_lock.unlock();
    const std::scoped_lock lock(writer_mutex_);
    write_waiting();
    every_second();
}

void LogStore::write_waiting() {
    auto batches = intake_.take();
    if (batches.empty()) return;
    write_batches(batches);
    intake_.give_back(std::move(batches));
}

void LogStore::write_batches(std::span<const Batch> batches) {
    const std::int64_t now = now_ms();
    std::vector<NewRecord> records;
    for (const Batch& batch : batches) {
        records.clear();
        std::size_t at = 0;
        for (const Batch::Entry& entry : batch.entries) {
            records.push_back({batch.to->stream, entry.timestamp, now,
                               std::string_view(batch.messages).substr(at, entry.size)});
            at += entry.size;
        }
        (void)write_to_group(*batch.to, records);  // trouble was noted and reported
    }
}

Result<void> LogStore::write_to_group(const StreamAddress& to, std::span<const NewRecord> records) {
    auto found = need_group(to.tenant, to.group);
    if (!found) {
        note_failure(found.error(), records.size());
        return fail(found.error());
    }
    open_groups_[*found] = steady_clock::now();
    std::size_t written = 0;
    auto wrote = (*found)->append(records, written);
    written_.fetch_add(written);
    offer_to_tails(to, records.first(written));
    if (!wrote) {
        note_failure(wrote.error(), records.size() - written);
        return wrote;
    }
    note_success();
    seal_if_full(**found);
    return {};
}

void LogStore::seal_if_full(Group& group) {
    // Where sealing fails (no room for the compressed copy), records still go to the old segment.
    const auto now = steady_clock::now();
    if (now < next_seal_) return;
    const auto rotated = group.rotate(group_bytes_);
    if (!rotated) {
        next_seal_ = now + std::chrono::seconds(10);
        note_upkeep_failure(rotated.error());
    } else if (*rotated == Group::Rotation::Sealed) {
        upkeep_trouble_ = false;
        next_limits_ = {};
    }
}

void LogStore::note_upkeep_failure(const Error& error) {
    if (std::exchange(upkeep_trouble_, true) || !settings_.report) return;
    settings_.report(fmt::format("the log store has trouble with the disk: {}", error.message));
}

void LogStore::offer_to_tails(const StreamAddress& to, std::span<const NewRecord> records) {
    for (const auto& weak : tails_) {
        const auto tail = weak.lock();
        if (tail == nullptr || !tail->wants_stream(to.tenant, to.group, to.stream)) continue;
        for (const NewRecord& record : records) {
            tail->offer(to.group, to.stream, record.timestamp, record.ingested, record.message);
        }
    }
}

void LogStore::note_failure(const Error& error, std::size_t lost) {
    lost_.fetch_add(lost);
    trouble_lost_ += lost;
    if (std::exchange(in_trouble_, true) || !settings_.report) return;
    settings_.report(fmt::format(
        "log records cannot be written and are dropped until this ends: {}", error.message));
}

void LogStore::note_success() {
    if (!in_trouble_) return;
    in_trouble_ = false;
    const std::uint64_t lost = std::exchange(trouble_lost_, 0);
    if (settings_.report) {
        settings_.report(fmt::format("log records are written again; {} were lost", lost));
    }
}

void LogStore::every_second() {
    intake_.begin_second();
    report_drops();
    const auto now = steady_clock::now();
    for (auto at = open_groups_.begin(); at != open_groups_.end();) {
        if (auto synced = at->first->sync(); !synced) note_upkeep_failure(synced.error());
        // Each open group holds a descriptor.
        if (now - at->second > idle_before_close) {
            at->first->close_file();
            at = open_groups_.erase(at);
        } else {
            ++at;
        }
    }
    keep_limits();
}

void LogStore::report_drops() {
    const std::uint64_t dropped = intake_.dropped();
    if (dropped == reported_drops_) return;
    const std::array<Member, 1> count = {
        {{"recordCount", static_cast<std::int64_t>(dropped - reported_drops_)}}};
    reported_drops_ = dropped;
    std::string text;
    append_json(text,
                {.tenant = settings_.tenant,
                 .type = EventType::LogsDropped,
                 .details = "More was logged than the write budget allows; records of successes "
                            "and output were dropped.",
                 .more = count},
                clock_.wall_now());
    const StreamRef to = event_stream(settings_.tenant, clock_.wall_now());
    const std::array<NewRecord, 1> record = {{{to->stream, now_ms(), now_ms(), text}}};
    (void)write_to_group(*to, record);
}

// Retention, and the bound on all groups together. Looks right after a segment was sealed and
// else once a minute.
void LogStore::keep_limits() {
    const auto now = steady_clock::now();
    if (now < next_limits_) return;
    next_limits_ = now + std::chrono::minutes(1);
    std::vector<std::shared_ptr<Group>> all;
    {
        const std::scoped_lock lock(groups_mutex_);
        for (const auto& [key, group] : groups_) all.push_back(group);
    }
    std::uint64_t total = 0;
    for (const auto& group : all) {
        if (const auto days = group->retention_days()) {
            group->drop_before(now_ms() - std::int64_t{*days} * 86'400'000);
        }
        if (const auto facts = group->facts()) total += facts->stored_bytes;
    }
    while (total > total_bytes_) {
        std::shared_ptr<Group> oldest;
        std::int64_t oldest_time = INT64_MAX;
        for (const auto& group : all) {
            const auto time = group->oldest_sealed();
            if (!time || *time >= oldest_time) continue;
            oldest_time = *time;
            oldest = group;
        }
        if (oldest == nullptr) return;
        const auto before = oldest->facts();
        oldest->drop_oldest();
        const auto after = oldest->facts();
        if (!before || !after || after->stored_bytes >= before->stored_bytes) return;
        total -= before->stored_bytes - after->stored_bytes;
    }
}

}  // namespace gatehouse::logs
