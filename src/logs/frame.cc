#include "logs/frame.h"

#include <zlib.h>

#include <cassert>
#include <cstring>

namespace gatehouse::logs {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they are");

constexpr std::uint8_t stream_defined = 1;
constexpr std::uint8_t record = 2;
constexpr std::uint8_t stream_deleted = 3;

struct ItemWriter {
    std::string& out;

    void operator()(const StreamDefined& item) const {
        out += static_cast<char>(stream_defined);
        put_u32(out, item.id);
        put_u64(out, static_cast<std::uint64_t>(item.created));
        put_u32(out, static_cast<std::uint32_t>(item.name.size()));
        out += item.name;
    }
    void operator()(const Record& item) const {
        assert(item.message.size() <= message_bytes_max);
        out += static_cast<char>(record);
        put_u32(out, item.stream);
        put_u64(out, static_cast<std::uint64_t>(item.timestamp));
        put_u64(out, static_cast<std::uint64_t>(item.ingested));
        put_u32(out, static_cast<std::uint32_t>(item.message.size()));
        out += item.message;
    }
    void operator()(const StreamDeleted& item) const {
        out += static_cast<char>(stream_deleted);
        put_u32(out, item.id);
    }
};

std::optional<Item> read_item(ByteReader& reader) {
    Item item;
    switch (reader.u8()) {
        case stream_defined: {
            StreamDefined defined{reader.u32(), reader.i64(), {}};
            defined.name = reader.text(reader.u32());
            item = defined;
            break;
        }
        case record: {
            Record read{reader.u32(), reader.i64(), reader.i64(), {}};
            read.message = reader.text(reader.u32());
            item = read;
            break;
        }
        case stream_deleted: item = StreamDeleted{reader.u32()}; break;
        default: return std::nullopt;
    }
    if (reader.is_short()) return std::nullopt;
    return item;
}

}  // namespace

void put_u32(std::string& out, std::uint32_t value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_u64(std::string& out, std::uint64_t value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string_view ByteReader::text(std::size_t size) {
    if (short_ || size > bytes_.size()) {
        short_ = true;
        return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
}

std::uint8_t ByteReader::u8() {
    const std::string_view taken = text(1);
    return short_ ? 0 : static_cast<std::uint8_t>(taken[0]);
}

std::uint32_t ByteReader::u32() {
    std::uint32_t value = 0;
    const std::string_view taken = text(sizeof value);
    if (!short_) std::memcpy(&value, taken.data(), sizeof value);
    return value;
}

std::uint64_t ByteReader::u64() {
    std::uint64_t value = 0;
    const std::string_view taken = text(sizeof value);
    if (!short_) std::memcpy(&value, taken.data(), sizeof value);
    return value;
}

std::uint32_t checksum(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

void FrameWriter::add(const Item& item) {
    std::visit(ItemWriter{bytes_}, item);
}

std::string_view FrameWriter::finish() {
    assert(bytes_.size() <= frame_bytes_max);
    const std::string_view items = std::string_view(bytes_).substr(frame_header_bytes);
    const auto size = static_cast<std::uint32_t>(items.size());
    const std::uint32_t sum = checksum(items);
    std::memcpy(bytes_.data(), &size, sizeof size);
    std::memcpy(bytes_.data() + sizeof size, &sum, sizeof sum);
    return bytes_;
}

void FrameWriter::clear() {
    bytes_.resize(frame_header_bytes);
}

bool ChunkReader::open_frame() {
    ByteReader reader(chunk_.substr(frame_end_));
    const std::uint32_t size = reader.u32();
    const std::uint32_t sum = reader.u32();
    const std::string_view items = reader.text(size);
    if (reader.is_short() || size == 0 || checksum(items) != sum) return false;
    items_ = items;
    frame_end_ += frame_header_bytes + size;
    return true;
}

std::optional<Item> ChunkReader::next() {
    if (torn_) return std::nullopt;
    if (items_.empty()) {
        whole_ = frame_end_;
        if (frame_end_ == chunk_.size()) return std::nullopt;
        if (!open_frame()) {
            torn_ = true;
            return std::nullopt;
        }
    }
    ByteReader reader(items_);
    auto item = read_item(reader);
    if (!item) {
        torn_ = true;
        return std::nullopt;
    }
    items_ = reader.rest();
    if (items_.empty()) whole_ = frame_end_;
    return item;
}

}  // namespace gatehouse::logs
