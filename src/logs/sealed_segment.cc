// Sealing a segment and reading it back.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zstd.h>

#include <memory>
#include <utility>

#include "base/descriptor.h"
#include "logs/segment.h"
#include "logs/segment_file.h"

namespace gatehouse::logs {
namespace {

constexpr std::string_view sealed_magic = "GHSEG01\n";
// Offset of the index (u64), its size (u32), its checksum (u32), magic.
constexpr std::size_t trailer_bytes = 24;
constexpr std::size_t index_bytes_max = 64 * 1024 * 1024;
constexpr int compression_level = 3;

void put_span(std::string& out, const TimeSpan& span) {
    put_u64(out, static_cast<std::uint64_t>(span.first));
    put_u64(out, static_cast<std::uint64_t>(span.last));
}

TimeSpan take_span(ByteReader& reader) {
    TimeSpan span;
    span.first = reader.i64();
    span.last = reader.i64();
    return span;
}

std::string index_bytes(const SegmentIndex& index) {
    std::string out;
    put_u64(out, index.facts.number);
    put_u64(out, index.facts.first_sequence);
    put_u64(out, index.facts.records);
    put_span(out, index.facts.times);
    put_u32(out, static_cast<std::uint32_t>(index.blocks.size()));
    for (const Block& block : index.blocks) {
        put_u64(out, block.offset);
        put_u32(out, block.stored_bytes);
        put_u32(out, block.raw_bytes);
        put_u64(out, block.first_sequence);
        put_u32(out, block.records);
        put_span(out, block.times);
    }
    put_u32(out, static_cast<std::uint32_t>(index.facts.streams.size()));
    for (const auto& [id, stream] : index.facts.streams) {
        put_u32(out, id);
        put_u64(out, static_cast<std::uint64_t>(stream.created));
        put_u64(out, static_cast<std::uint64_t>(stream.last_ingested));
        put_u64(out, stream.bytes);
        put_span(out, stream.times);
        put_u32(out, static_cast<std::uint32_t>(stream.name.size()));
        out += stream.name;
    }
    put_u32(out, static_cast<std::uint32_t>(index.facts.deleted_streams.size()));
    for (const std::uint32_t id : index.facts.deleted_streams) put_u32(out, id);
    return out;
}

Result<SegmentIndex> parse_index(std::string_view bytes) {
    SegmentIndex index;
    ByteReader reader(bytes);
    index.facts.number = reader.u64();
    index.facts.first_sequence = reader.u64();
    index.facts.records = reader.u64();
    index.facts.times = take_span(reader);
    for (std::uint32_t left = reader.u32(); left > 0 && !reader.is_short(); --left) {
        Block block;
        block.offset = reader.u64();
        block.stored_bytes = reader.u32();
        block.raw_bytes = reader.u32();
        block.first_sequence = reader.u64();
        block.records = reader.u32();
        block.times = take_span(reader);
        index.blocks.push_back(block);
    }
    for (std::uint32_t left = reader.u32(); left > 0 && !reader.is_short(); --left) {
        StreamFacts& stream = index.facts.streams[reader.u32()];
        stream.created = reader.i64();
        stream.last_ingested = reader.i64();
        stream.bytes = reader.u64();
        stream.times = take_span(reader);
        stream.name = reader.text(reader.u32());
    }
    for (std::uint32_t left = reader.u32(); left > 0 && !reader.is_short(); --left) {
        index.facts.deleted_streams.push_back(reader.u32());
    }
    if (reader.is_short())
        return fail(ErrorKind::Corrupt, "the index of a log segment is cut short");
    return index;
}

Result<std::string> compress(std::string_view raw) {
    std::string out(ZSTD_compressBound(raw.size()), '\0');
    const std::size_t size =
        ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), compression_level);
    if (ZSTD_isError(size) != 0) {
        return fail(ErrorKind::Internal,
                    fmt::format("cannot compress log records: {}", ZSTD_getErrorName(size)));
    }
    out.resize(size);
    return out;
}

// Writes blocks, index and trailer; fills in where each block went.
Result<void> write_sealed(int to, const std::filesystem::path& path, const BlockSource& from,
                          SegmentIndex& index) {
    std::uint64_t end = sealed_magic.size();
    if (auto wrote = file::write_at(to, sealed_magic, 0, path); !wrote) return wrote;
    for (Block& block : index.blocks) {
        const auto raw = from.read(block);
        if (!raw) return fail(raw.error());
        const auto stored = compress(*raw);
        if (!stored) return fail(stored.error());
        block.offset = end;
        block.stored_bytes = static_cast<std::uint32_t>(stored->size());
        if (auto wrote = file::write_at(to, *stored, end, path); !wrote) return wrote;
        end += stored->size();
    }
    std::string tail = index_bytes(index);
    const auto size = static_cast<std::uint32_t>(tail.size());
    const std::uint32_t sum = checksum(tail);
    put_u64(tail, end);
    put_u32(tail, size);
    put_u32(tail, sum);
    tail += sealed_magic;
    if (auto wrote = file::write_at(to, tail, end, path); !wrote) return wrote;
    index.facts.file_bytes = end + tail.size();
    if (::fdatasync(to) != 0) return file::failed("sync", path);
    return {};
}

}  // namespace

Result<SegmentFacts> seal(const ActiveSegment& segment) {
    const auto path = sealed_path(segment.path().parent_path(), segment.index().facts.number);
    auto partial = path;
    partial += ".partial";
    SegmentIndex index = segment.index();
    const auto from = BlockSource::open(segment.path(), BlockSource::Form::Raw);
    if (!from) return fail(from.error());
    const auto opened = file::open(partial, O_WRONLY | O_CREAT | O_TRUNC);
    if (!opened) return fail(opened.error());
    const Descriptor to(*opened);
    if (auto wrote = write_sealed(to.get(), partial, *from, index); !wrote) {
        ::unlink(partial.c_str());
        return fail(wrote.error());
    }
    if (::rename(partial.c_str(), path.c_str()) != 0) {
        auto error = file::failed("rename into place", path);
        ::unlink(partial.c_str());
        return error;
    }
    return std::move(index.facts);
}

Result<SegmentIndex> read_index(const std::filesystem::path& path) {
    const auto opened = file::open(path, O_RDONLY);
    if (!opened) return fail(opened.error());
    const Descriptor from(*opened);
    const auto size = file::size(from.get(), path);
    if (!size) return fail(size.error());
    const auto corrupt = [&path] {
        return fail(ErrorKind::Corrupt,
                    fmt::format("{} is not a whole log segment", path.string()));
    };
    if (*size < sealed_magic.size() + trailer_bytes) return corrupt();
    const std::uint64_t trailer_at = *size - trailer_bytes;
    const auto trailer = file::read_at(from.get(), trailer_at, trailer_bytes);
    if (!trailer) return fail(trailer.error());
    ByteReader reader(*trailer);
    const std::uint64_t offset = reader.u64();
    const std::uint32_t index_size = reader.u32();
    const std::uint32_t sum = reader.u32();
    if (reader.rest() != sealed_magic || index_size > index_bytes_max || offset > trailer_at ||
        offset + index_size != trailer_at) {
        return corrupt();
    }
    const auto bytes = file::read_at(from.get(), offset, index_size);
    if (!bytes) return fail(bytes.error());
    if (checksum(*bytes) != sum) return corrupt();
    auto index = parse_index(*bytes);
    if (index) index->facts.file_bytes = *size;
    return index;
}

Result<BlockSource> BlockSource::open(const std::filesystem::path& path, Form form) {
    const auto opened = file::open(path, O_RDONLY);
    if (!opened) return fail(opened.error());
    return BlockSource(*opened, form);
}

BlockSource::BlockSource(BlockSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), form_(other.form_) {}

BlockSource::~BlockSource() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::string> BlockSource::read(const Block& block) const {
    if (block.stored_bytes > frame_bytes_max + frame_header_bytes ||
        block.raw_bytes > frame_bytes_max + frame_header_bytes) {
        return fail(ErrorKind::Corrupt, "the index of a log segment names an impossible block");
    }
    auto stored = file::read_at(descriptor_, block.offset, block.stored_bytes);
    if (!stored || form_ == Form::Raw) return stored;
    std::string raw(block.raw_bytes, '\0');
    const std::size_t size =
        ZSTD_decompress(raw.data(), raw.size(), stored->data(), stored->size());
    if (ZSTD_isError(size) != 0 || size != raw.size()) {
        return fail(ErrorKind::Corrupt, "a block of a log segment does not read back");
    }
    return raw;
}

}  // namespace gatehouse::logs
