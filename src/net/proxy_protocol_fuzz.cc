// Any bytes as a PROXY protocol header: parsed or refused, never read beyond their end.
#include <cstdint>
#include <cstdlib>

#include "net/proxy_protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse;
    const BytesView bytes(data, size);
    const auto parsed = net::parse_proxy_header(bytes);
    if (parsed && parsed->bytes != size) std::abort();
    if (parsed && parsed->peer && parsed->peer->remote.text().empty()) std::abort();
    return 0;
}
