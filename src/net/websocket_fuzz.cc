// A client's bytes in pieces: cut anywhere, they must say the same, and nothing may be written
// outside the room there is.
#include <cstdlib>
#include <string>

#include "net/websocket.h"

namespace gatehouse::net {
namespace {

struct Outcome {
    std::string data;
    WebSocketReader::Event last = WebSocketReader::Event::None;
};

Outcome read(BytesView bytes, std::size_t at_once) {
    WebSocketReader reader(1 << 16);
    Outcome outcome;
    for (std::size_t from = 0; from < bytes.size();) {
        const std::size_t size = std::min(at_once, bytes.size() - from);
        Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                    bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
        for (std::size_t used = 0; used < size;) {
            const auto step = reader.take(std::span(piece).subspan(used), piece.data() + used);
            if (step.used == 0 || step.data > step.used) std::abort();
            outcome.data += text_of(BytesView(piece).subspan(used, step.data));
            used += step.used;
            outcome.last = step.event;
            if (step.event == WebSocketReader::Event::Close ||
                step.event == WebSocketReader::Event::Refused) {
                return outcome;
            }
        }
        from += size;
    }
    return outcome;
}

}  // namespace
}  // namespace gatehouse::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    if (size == 0) return 0;
    const BytesView bytes(data + 1, size - 1);
    const auto whole = net::read(bytes, SIZE_MAX);
    const auto pieces = net::read(bytes, 1U + data[0]);
    if (whole.data != pieces.data) std::abort();
    return 0;
}
