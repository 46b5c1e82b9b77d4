// The bytes of a log file: a chunk is a run of frames, a frame holds the items that were written
// together and is whole or absent.
//
//   frame = size of the items (u32) · CRC-32 of the items (u32) · items
//   item  = kind (u8) · fields; all numbers little-endian
//     1 stream defined   id u32 · created i64 · size of the name u32 · name
//     2 record           stream id u32 · timestamp i64 · ingested i64 · size u32 · message
//     3 stream deleted   id u32
//
// Stored on disk: kinds and layouts are never given another meaning. Times are milliseconds
// since 1970.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::logs {

struct StreamDefined {
    std::uint32_t id = 0;
    std::int64_t created = 0;
    std::string_view name;
};
struct Record {
    std::uint32_t stream = 0;
    std::int64_t timestamp = 0;
    std::int64_t ingested = 0;
    std::string_view message;
};
struct StreamDeleted {
    std::uint32_t id = 0;
};
using Item = std::variant<StreamDefined, Record, StreamDeleted>;

inline constexpr std::size_t message_bytes_max = 1024 * 1024;
inline constexpr std::size_t frame_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t frame_header_bytes = 8;
// What a record takes beside its message.
inline constexpr std::size_t record_header_bytes = 1 + 4 + 8 + 8 + 4;

// Gathers items into one frame.
class FrameWriter {
public:
    // Makes room for a frame of that size.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
    void add(const Item& item);
    bool empty() const { return bytes_.size() == frame_header_bytes; }
    std::size_t size() const { return bytes_.size(); }
    // The finished frame; valid until the next call of any method.
    std::string_view finish();
    void clear();

private:
    std::string bytes_ = std::string(frame_header_bytes, '\0');
};

// Reads the items of a chunk. The items borrow from it.
class ChunkReader {
public:
    explicit ChunkReader(std::string_view chunk) : chunk_(chunk) {}

    // Empty at the end, and where something is not a whole, well-formed frame.
    std::optional<Item> next();
    // Bytes of the frames whose items were all handed out: where a torn file is cut.
    std::size_t whole_bytes() const { return whole_; }
    // Whether reading stopped before the end.
    bool is_torn() const { return torn_; }

private:
    bool open_frame();

    std::string_view chunk_;
    std::string_view items_;  // what is left of the open frame
    std::size_t frame_end_ = 0;
    std::size_t whole_ = 0;
    bool torn_ = false;
};

// Numbers in the form of the files.
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);

// Takes numbers and texts from the front of bytes; after a shortage everything is empty.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
    std::uint8_t u8();
    std::uint32_t u32();
    std::uint64_t u64();
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    std::string_view text(std::size_t size);
    bool is_short() const { return short_; }
    std::string_view rest() const { return bytes_; }

private:
    std::string_view bytes_;
    bool short_ = false;
};

std::uint32_t checksum(std::string_view bytes);

}  // namespace gatehouse::logs
