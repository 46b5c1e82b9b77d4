// The files of a log group. Records are appended to the active segment, N.log; a full one is
// sealed: compressed block by block into N.seg with an index of times and streams at its end.
//
//   N.log = magic (8) · first sequence (u64) · frames
//   N.seg = magic (8) · blocks (each zstd) · index · trailer
//
// Every record has a sequence number, unique and rising within its group.
//
// Threads: plain values and functions; an ActiveSegment belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logs/frame.h"

namespace gatehouse::logs {

// What each record counts for beside its message, as CloudWatch Logs counts.
inline constexpr std::uint64_t bytes_a_record = 26;

// Milliseconds since 1970, both ends included. Empty when first > last.
struct TimeSpan {
    std::int64_t first = INT64_MAX;
    std::int64_t last = INT64_MIN;

    void include(std::int64_t time) {
        if (time < first) first = time;
        if (time > last) last = time;
    }
    void include(const TimeSpan& other) {
        if (other.first < first) first = other.first;
        if (other.last > last) last = other.last;
    }
    bool empty() const { return first > last; }
    bool overlaps(const TimeSpan& other) const {
        return first <= other.last && other.first <= last;
    }
};

// A run of whole frames, the unit of reading and compressing.
struct Block {
    std::uint64_t offset = 0;
    std::uint32_t stored_bytes = 0;
    std::uint32_t raw_bytes = 0;
    std::uint64_t first_sequence = 0;
    std::uint32_t records = 0;
    TimeSpan times;
};

// What a segment knows of one stream.
struct StreamFacts {
    std::string name;
    std::int64_t created = 0;
    std::int64_t last_ingested = 0;
    std::uint64_t bytes = 0;  // of messages, with 26 a record as AWS counts
    TimeSpan times;

    void include(const StreamFacts& other);
};

struct SegmentFacts {
    std::uint64_t number = 0;
    std::uint64_t first_sequence = 0;
    std::uint64_t records = 0;
    std::uint64_t file_bytes = 0;
    TimeSpan times;
    std::map<std::uint32_t, StreamFacts> streams;
    std::vector<std::uint32_t> deleted_streams;

    // Counts an item that is in the segment.
    void include(const Item& item);
    std::uint64_t next_sequence() const { return first_sequence + records; }
};

struct SegmentIndex {
    SegmentFacts facts;
    std::vector<Block> blocks;
};

std::filesystem::path active_path(const std::filesystem::path& folder, std::uint64_t number);
std::filesystem::path sealed_path(const std::filesystem::path& folder, std::uint64_t number);

// The segment being written to. Its descriptor is open from the first append until close().
class ActiveSegment {
public:
    static constexpr std::size_t block_bytes = 128 * 1024;

    ActiveSegment() = default;
    ~ActiveSegment() { close(); }
    ActiveSegment(ActiveSegment&& other) noexcept;
    ActiveSegment& operator=(ActiveSegment&& other) noexcept;

    // Makes the file. LimitExceeded when the disk is full.
    static Result<ActiveSegment> create(const std::filesystem::path& folder, std::uint64_t number,
                                        std::uint64_t first_sequence);
    // Reads an existing file; what follows its last whole frame is cut off.
    static Result<ActiveSegment> recover(const std::filesystem::path& folder, std::uint64_t number);

    // Appends one frame with these items. On failure the file is as it was before.
    Result<void> append(std::string_view frame, const std::vector<Item>& items);
    // Puts what was appended on the disk.
    Result<void> sync();
    // Gives the descriptor back; the next append opens the file again.
    void close();

    const SegmentIndex& index() const { return index_; }
    const std::filesystem::path& path() const { return path_; }

private:
    Result<void> open();
    void count(std::uint64_t offset, std::size_t frame_bytes, const std::vector<Item>& items);

    std::filesystem::path path_;
    int descriptor_ = -1;
    SegmentIndex index_;
};

// Compresses the segment into its sealed file (whole or absent). The active file stays for the
// caller to remove once nobody new will look for it.
Result<SegmentFacts> seal(const ActiveSegment& segment);

// The index of a sealed segment. Corrupt when its end does not read back.
Result<SegmentIndex> read_index(const std::filesystem::path& path);

// An open segment file, for reading blocks.
class BlockSource {
public:
    enum class Form : std::uint8_t { Raw, Compressed };
    static Result<BlockSource> open(const std::filesystem::path& path, Form form);
    ~BlockSource();
    BlockSource(BlockSource&& other) noexcept;
    BlockSource& operator=(BlockSource&&) = delete;

    // The frames of a block.
    Result<std::string> read(const Block& block) const;

private:
    BlockSource(int descriptor, Form form) : descriptor_(descriptor), form_(form) {}
    int descriptor_ = -1;
    Form form_;
};

}  // namespace gatehouse::logs
