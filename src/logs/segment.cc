#include "logs/segment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "logs/segment_file.h"

namespace gatehouse::logs {
namespace {

constexpr std::string_view active_magic = "GHLOG01\n";
constexpr std::size_t header_bytes = 16;

}  // namespace

void StreamFacts::include(const StreamFacts& other) {
    if (name.empty()) {
        name = other.name;
        created = other.created;
    }
    last_ingested = std::max(last_ingested, other.last_ingested);
    bytes += other.bytes;
    times.include(other.times);
}

void SegmentFacts::include(const Item& item) {
    if (const auto* record = std::get_if<Record>(&item)) {
        ++records;
        times.include(record->timestamp);
        StreamFacts& stream = streams[record->stream];
        stream.times.include(record->timestamp);
        stream.last_ingested = std::max(stream.last_ingested, record->ingested);
        stream.bytes += record->message.size() + bytes_a_record;
    } else if (const auto* defined = std::get_if<StreamDefined>(&item)) {
        StreamFacts& stream = streams[defined->id];
        stream.name = defined->name;
        stream.created = defined->created;
    } else {
        deleted_streams.push_back(std::get<StreamDeleted>(item).id);
    }
}

std::filesystem::path active_path(const std::filesystem::path& folder, std::uint64_t number) {
    return folder / fmt::format("{:010}.log", number);
}

std::filesystem::path sealed_path(const std::filesystem::path& folder, std::uint64_t number) {
    return folder / fmt::format("{:010}.seg", number);
}

ActiveSegment::ActiveSegment(ActiveSegment&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      index_(std::move(other.index_)) {}

ActiveSegment& ActiveSegment::operator=(ActiveSegment&& other) noexcept {
    close();
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    index_ = std::move(other.index_);
    return *this;
}

void ActiveSegment::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

Result<void> ActiveSegment::open() {
    if (descriptor_ >= 0) return {};
    const auto opened = file::open(path_, O_RDWR);
    if (!opened) return fail(opened.error());
    descriptor_ = *opened;
    return {};
}

Result<ActiveSegment> ActiveSegment::create(const std::filesystem::path& folder,
                                            std::uint64_t number, std::uint64_t first_sequence) {
    ActiveSegment made;
    made.path_ = active_path(folder, number);
    const auto opened = file::open(made.path_, O_RDWR | O_CREAT | O_TRUNC);
    if (!opened) return fail(opened.error());
    made.descriptor_ = *opened;
    std::string header(active_magic);
    put_u64(header, first_sequence);
    if (auto wrote = file::write_at(made.descriptor_, header, 0, made.path_); !wrote) {
        ::unlink(made.path_.c_str());
        return fail(wrote.error());
    }
    made.index_.facts.number = number;
    made.index_.facts.first_sequence = first_sequence;
    made.index_.facts.file_bytes = header_bytes;
    return made;
}

Result<ActiveSegment> ActiveSegment::recover(const std::filesystem::path& folder,
                                             std::uint64_t number) {
    ActiveSegment found;
    found.path_ = active_path(folder, number);
    if (auto opened = found.open(); !opened) return fail(opened.error());
    const auto size = file::size(found.descriptor_, found.path_);
    if (!size) return fail(size.error());
    const auto bytes = file::read_at(found.descriptor_, 0, *size);
    if (!bytes) return fail(bytes.error());
    ByteReader header(*bytes);
    const std::string_view magic = header.text(active_magic.size());
    found.index_.facts.number = number;
    found.index_.facts.first_sequence = header.u64();
    if (header.is_short() || magic != active_magic) {
        return fail(ErrorKind::Corrupt,
                    fmt::format("{} is not a log segment", found.path_.string()));
    }
    ChunkReader reader(header.rest());
    std::vector<Item> items;
    std::size_t counted = 0;
    while (auto item = reader.next()) {
        items.push_back(*item);
        if (reader.whole_bytes() == counted) continue;
        found.count(header_bytes + counted, reader.whole_bytes() - counted, items);
        counted = reader.whole_bytes();
        items.clear();
    }
    found.index_.facts.file_bytes = header_bytes + counted;
    if (reader.is_torn() &&
        ::ftruncate(found.descriptor_, static_cast<off_t>(found.index_.facts.file_bytes)) != 0) {
        return file::failed("cut the torn end of", found.path_);
    }
    found.close();
    return found;
}

void ActiveSegment::count(std::uint64_t offset, std::size_t frame_bytes,
                          const std::vector<Item>& items) {
    if (index_.blocks.empty() || index_.blocks.back().raw_bytes + frame_bytes > block_bytes) {
        index_.blocks.push_back({.offset = offset, .first_sequence = index_.facts.next_sequence()});
    }
    Block& block = index_.blocks.back();
    block.raw_bytes += static_cast<std::uint32_t>(frame_bytes);
    block.stored_bytes = block.raw_bytes;
    for (const Item& item : items) {
        index_.facts.include(item);
        if (const auto* record = std::get_if<Record>(&item)) {
            ++block.records;
            block.times.include(record->timestamp);
        }
    }
}

Result<void> ActiveSegment::append(std::string_view frame, const std::vector<Item>& items) {
    if (auto opened = open(); !opened) return opened;
    const std::uint64_t end = index_.facts.file_bytes;
    if (auto wrote = file::write_at(descriptor_, frame, end, path_); !wrote) {
        // A half-written frame would be taken for a torn end, with all that follows it.
        if (::ftruncate(descriptor_, static_cast<off_t>(end)) != 0) close();
        return wrote;
    }
    count(end, frame.size(), items);
    index_.facts.file_bytes += frame.size();
    return {};
}

Result<void> ActiveSegment::sync() {
    if (descriptor_ >= 0 && ::fdatasync(descriptor_) != 0) return file::failed("sync", path_);
    return {};
}

}  // namespace gatehouse::logs
