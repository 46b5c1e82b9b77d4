// Any bytes as packets of every version: what decodes must survive being encoded and decoded
// again, and nothing may read outside its bytes.
#include <cstdlib>
#include <vector>

#include "mqtt/packet.h"

namespace gatehouse::mqtt {
namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// Reads everything that is found lazily.
void walk(const UserProperties& properties) {
    std::size_t bytes = 0;
    for (const UserProperty& property : properties) {
        bytes += property.name.size() + property.value.size();
    }
    require(bytes < packet_size_max);
}

void check(const Frame& frame, ProtocolVersion version, Sender sender) {
    const auto decoded = decode_packet(frame, version, sender);
    if (!decoded) {
        require(is_failure(decoded.error().reason) && !decoded.error().clause.empty());
        return;
    }
    if (const auto* connect = std::get_if<Connect>(&*decoded)) {
        version = connect->version;
        require(answer_version(frame) == version);
        walk(connect->properties.user_properties);
        require(OwnedConnect::decode(frame).has_value());
    }
    if (const auto* publish = std::get_if<Publish>(&*decoded)) {
        walk(publish->properties.user_properties());
        Bytes kept;
        walk(forwarded_properties(publish->properties.raw, PropertySection::Publish, kept)
                 .user_properties());
    }
    Bytes again;
    encode(*decoded, version, again);
    const FrameScan scan = find_frame(again, packet_size_max);
    require(scan.status == FrameStatus::Complete && scan.frame.size == again.size());
    require(again.size() <= frame.size);
    const auto twice = decode_packet(scan.frame, version, sender);
    require(twice.has_value() && *twice == *decoded);
}

}  // namespace
}  // namespace gatehouse::mqtt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gatehouse::mqtt;
    std::size_t at = 0;
    while (at < size) {
        const FrameScan scan = find_frame({data + at, size - at}, packet_size_max);
        if (scan.status != FrameStatus::Complete) break;
        // A copy of its own, so that reading past the end is seen.
        const std::vector<std::uint8_t> copy(scan.frame.data, scan.frame.data + scan.frame.size);
        const Frame frame{copy.data(), scan.frame.size, scan.frame.header_size};
        for (const auto version :
             {ProtocolVersion::V3_1, ProtocolVersion::V3_1_1, ProtocolVersion::V5}) {
            check(frame, version, Sender::Client);
            check(frame, version, Sender::Server);
        }
        at += scan.frame.size;
    }
    return 0;
}
