// One log group on disk: its streams, its segments, its retention.
//
// Threads: the methods under "one writer" are called by one thread at a time (the store's writer
// lock); the others from any. A snapshot is read without any lock.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/choice.h"
#include "base/pinned.h"
#include "base/resource_tags.h"
#include "base/result.h"
#include "logs/segment.h"

namespace gatehouse::logs {

// Kept and told, for tools that compare; all are stored and searched alike.
// Source: CloudWatch Logs API Reference, CreateLogGroup, logGroupClass.
enum class GroupClass : std::uint8_t { Standard, InfrequentAccess, Delivery };

struct GroupFacts {
    std::string name;
    std::int64_t created = 0;
    std::optional<int> retention_days;
    std::uint64_t stored_bytes = 0;  // on disk
    GroupClass group_class = GroupClass::Standard;
};

struct NewRecord {
    std::string_view stream;
    std::int64_t timestamp = 0;
    std::int64_t ingested = 0;
    std::string_view message;
};

// What is readable at one moment. Files that are dropped meanwhile read as if they were empty.
struct GroupSnapshot {
    struct Sealed {
        std::filesystem::path path;
        TimeSpan times;
    };
    struct Active {
        std::vector<Block> blocks;
        BlockSource source;
    };
    std::vector<Sealed> sealed;
    std::optional<Active> active;
    std::unordered_map<std::uint32_t, std::string> streams;  // name by id
};

class Group : Pinned {
public:
    struct Limits {
        std::uint64_t segment_bytes = 8 * 1024 * 1024;
    };

    // Makes folder and description. Conflict when the folder holds a group already.
    static Result<std::shared_ptr<Group>> create(std::filesystem::path folder, std::string name,
                                                 std::int64_t created, Limits limits);
    // Reads the description alone; segments are looked at when first needed.
    static Result<std::shared_ptr<Group>> open(std::filesystem::path folder, Limits limits);

    const std::string& name() const { return name_; }
    Result<GroupFacts> facts();
    // Live streams in order of their names.
    Result<std::map<std::string, StreamFacts>> streams();
    Result<GroupSnapshot> snapshot();
    std::optional<int> retention_days() const;
    ResourceTags tags() const;
    // When the oldest sealed segment's newest record was ingested; empty without one.
    std::optional<std::int64_t> oldest_sealed();

    // One writer.
    // Writes the records, making streams as needed. On failure `written` tells how many are in.
    Result<void> append(std::span<const NewRecord> records, std::size_t& written);
    Result<void> create_stream(std::string_view name, std::int64_t now);  // Conflict
    Result<void> delete_stream(std::string_view name);                    // NotFound
    Result<void> set_retention(std::optional<int> days);
    Result<void> set_tags(ResourceTags tags);
    Result<void> set_class(GroupClass group_class);
    Result<void> sync();
    // Seals a full active segment and drops the oldest ones over the group's limit.
    enum class Rotation : std::uint8_t { NotDue, Sealed };
    // Then the oldest segments go until the group has `bytes_max`.
    Result<Rotation> rotate(std::uint64_t bytes_max);
    void drop_oldest();
    // Drops segments whose records are all older.
    void drop_before(std::int64_t time);
    // Gives the descriptor back until the next append.
    void close_file();
    // Removes the group from the disk.
    Result<void> remove();

private:
    struct Stream {
        std::uint32_t id = 0;
        StreamFacts facts;
    };

    Group(std::filesystem::path folder, Limits limits);
    Result<void> load();
    Result<void> load_segments();
    void take_in(const SegmentFacts& facts);
    void rebuild_streams();
    Result<void> need_active();
    std::uint32_t stream_id(std::string_view name, std::int64_t now, std::vector<Item>& items);
    Result<void> write(FrameWriter& frame, std::vector<Item>& items);
    Result<void> write_description();
    bool has_active() const;

    const std::filesystem::path folder_;
    const Limits limits_;
    std::string name_;
    std::int64_t created_ = 0;

    mutable std::mutex mutex_;
    // Guarded by mutex_; changed by the one writer.
    bool loaded_ = false;
    bool removed_ = false;
    std::optional<int> retention_days_;
    ResourceTags tags_;
    GroupClass class_ = GroupClass::Standard;
    std::deque<SegmentFacts> sealed_;
    std::optional<ActiveSegment> active_;
    std::map<std::string, Stream, std::less<>> streams_;
    std::unordered_map<std::uint32_t, StreamFacts*> by_id_;  // into streams_
    std::uint32_t next_stream_ = 1;
    std::uint64_t next_number_ = 1;
    std::uint64_t next_sequence_ = 0;
    bool unsynced_ = false;
};

}  // namespace gatehouse::logs

template <>
struct gatehouse::ChoiceNames<gatehouse::logs::GroupClass> {
    static constexpr std::array<std::string_view, 3> names{"STANDARD", "INFREQUENT_ACCESS",
                                                           "DELIVERY"};
};
