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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = gatehouse::text_of({data, size});
    ChunkReader reader(text);
    while (reader.next()) {
    }
    static const std::filesystem::path folder = [] {
        std::string name = "/tmp/segment_fuzz_XXXXXX";
        return std::filesystem::path(::mkdtemp(name.data()));
    }();
    std::ofstream(active_path(folder, 1), std::ios::trunc) << text;
    std::ofstream(sealed_path(folder, 1), std::ios::trunc) << text;
    (void)ActiveSegment::recover(folder, 1);
    read_sealed(sealed_path(folder, 1));
    // The same behind a good head, so that the frames are reached.
    std::ofstream(active_path(folder, 2), std::ios::trunc) << "GHLOG01\n"
                                                           << std::string(8, '\0') << text;
    const auto recovered = ActiveSegment::recover(folder, 2);
    if (recovered && seal(*recovered)) read_sealed(sealed_path(folder, 2));
    return 0;
}
