// Log files after a crash or a bad disk: any bytes as a chunk of frames, as an active segment and
// as a sealed one.
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/bytes.h"
#include "logs/segment.h"

namespace {

using namespace gatehouse::logs;

void read_sealed(const std::filesystem::path& path) {
    const auto index = read_index(path);
    if (!index) return;
    const auto source = BlockSource::open(path, BlockSource::Form::Compressed);
    if (!source) return;
    for (const Block& block : index->blocks) {
        const auto chunk = source->read(block);
        if (!chunk) continue;
        ChunkReader reader(*chunk);
        while (reader.next()) {
        }
    }
}

// The input as the items of a frame whose checksum is right.
std::string framed(std::string_view items) {
    std::string out;
    put_u32(out, static_cast<std::uint32_t>(items.size()));
    put_u32(out, checksum(items));
    return out += items;
}

// The input as the index of a sealed segment whose checksum is right.
std::string indexed(std::string_view index) {
    std::string out = "GHSEG01\n";
    const std::uint64_t at = out.size();
    out += index;
    put_u64(out, at);
    put_u32(out, static_cast<std::uint32_t>(index.size()));
    put_u32(out, checksum(index));
    return out += "GHSEG01\n";
}

void write(const std::filesystem::path& path, std::string_view content) {
    std::ofstream(path, std::ios::trunc) << content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::filesystem::path folder = [] {
        // In memory: sealing syncs its file.
        std::string name = "/dev/shm/segment_fuzz_XXXXXX";
        return std::filesystem::path(::mkdtemp(name.data()));
    }();
    const std::string_view text = gatehouse::text_of({data, size});
    write(active_path(folder, 1), text);
    (void)ActiveSegment::recover(folder, 1);
    write(active_path(folder, 2),
          "GHLOG01\n" + std::string(8, '\0') + framed(text) + std::string(text));
    const auto recovered = ActiveSegment::recover(folder, 2);
    if (recovered && seal(*recovered)) read_sealed(sealed_path(folder, 2));
    for (const std::string& content : {std::string(text), indexed(text)}) {
        write(sealed_path(folder, 1), content);
        read_sealed(sealed_path(folder, 1));
    }
    return 0;
}
