#include "mqtt/protocol.h"

#include <array>

namespace gatehouse::mqtt {

std::string_view name_of(ProtocolVersion version) {
    switch (version) {
        case ProtocolVersion::V3_1: return "3.1";
        case ProtocolVersion::V3_1_1: return "3.1.1";
        case ProtocolVersion::V5: return "5";
    }
    return "unknown";
}

std::string_view name_of(PacketType type) {
    static constexpr std::array<std::string_view, 16> names = {
        "reserved", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
        "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
        "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
    return names[static_cast<std::uint8_t>(type) & 15];
}

}  // namespace gatehouse::mqtt
