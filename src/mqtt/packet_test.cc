// Properties of the whole codec, over packets made from seeds.
#include "mqtt/packet.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/encoding.h"
#include "mqtt/random_packet.h"

namespace gatehouse::mqtt {
namespace {

constexpr std::uint64_t seeds = 6000;

ProtocolVersion version_of(std::uint64_t seed) {
    static constexpr ProtocolVersion versions[] = {ProtocolVersion::V3_1, ProtocolVersion::V3_1_1,
                                                   ProtocolVersion::V5, ProtocolVersion::V5};
    return versions[seed % 4];
}

Bytes encoded(const Packet& packet, ProtocolVersion version) {
    Bytes bytes;
    encode(packet, version, bytes);
    return bytes;
}

TEST(RoundTrip, DecodesWhatWasEncoded) {
    std::set<std::pair<int, int>> kinds;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SCOPED_TRACE(seed);
        PacketMaker maker(seed);
        const ProtocolVersion version = version_of(seed);
        const Packet packet = maker.make(version);
        kinds.emplace(static_cast<int>(version), static_cast<int>(type_of(packet)));
        const Bytes bytes = encoded(packet, version);
        const FrameScan scan = find_frame(bytes, packet_size_max);
        ASSERT_EQ(scan.status, FrameStatus::Complete);
        ASSERT_EQ(scan.frame.size, bytes.size());
        const auto decoded = decode_packet(scan.frame, version, maker.sender());
        ASSERT_TRUE(decoded) << decoded.error().describe() << '\n' << to_hex(bytes);
        EXPECT_TRUE(*decoded == packet) << to_hex(bytes);
        EXPECT_EQ(encoded(*decoded, version), bytes);
    }
    EXPECT_EQ(kinds.size(), 14u + 14u + 15u) << "every packet of every version was made";
}

TEST(RoundTrip, RefusesEveryTruncationThatIsNotAPacketItself) {
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE(seed);
        PacketMaker maker(seed);
        const ProtocolVersion version = version_of(seed);
        const Bytes bytes = encoded(maker.make(version), version);
        const Frame whole = find_frame(bytes, packet_size_max).frame;
        if (whole.size > 500) continue;
        for (std::uint32_t cut = whole.header_size; cut < whole.size; ++cut) {
            // The body ends early, and the remaining length says so.
            const auto length = cut - whole.header_size;
            Bytes shorter = {bytes[0]};
            shorter.resize(5);
            const std::uint8_t* end = write_variable_int(shorter.data() + 1, length);
            shorter.resize(static_cast<std::size_t>(end - shorter.data()));
            shorter.insert(shorter.end(), bytes.begin() + whole.header_size, bytes.begin() + cut);
            const Frame frame = find_frame(shorter, packet_size_max).frame;
            const auto decoded = decode_packet(frame, version, maker.sender());
            if (decoded) {
                EXPECT_LE(encoded(*decoded, version).size(), shorter.size());
            } else {
                EXPECT_FALSE(decoded.error().clause.empty());
                EXPECT_FALSE(decoded.error().text.empty());
            }
        }
    }
}

// Damage anywhere gives a packet or a reason, and a packet survives another round.
TEST(RoundTrip, HoldsForDamagedPacketsThatStillDecode) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SCOPED_TRACE(seed);
        PacketMaker maker(seed);
        const ProtocolVersion version = version_of(seed);
        Bytes bytes = encoded(maker.make(version), version);
        std::mt19937_64 engine(seed);
        const Frame whole = find_frame(bytes, packet_size_max).frame;
        if (whole.size == whole.header_size) continue;
        for (int hits = 0; hits < 3; ++hits) {
            const auto at = whole.header_size + engine() % (whole.size - whole.header_size);
            bytes[at] = static_cast<std::uint8_t>(engine());
            const auto decoded = decode_packet(whole, version, maker.sender());
            if (!decoded) {
                EXPECT_TRUE(is_failure(decoded.error().reason));
                continue;
            }
            // Damage to the version of a CONNECT makes it one of another version.
            const auto* connect = std::get_if<Connect>(&*decoded);
            const ProtocolVersion now = connect != nullptr ? connect->version : version;
            const Bytes again = encoded(*decoded, now);
            const auto twice =
                decode_packet(find_frame(again, packet_size_max).frame, now, maker.sender());
            ASSERT_TRUE(twice) << twice.error().describe();
            EXPECT_TRUE(*twice == *decoded);
        }
    }
}

TEST(ForwardedProperties, KeepWhatTheReceiverMayHave) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SCOPED_TRACE(seed);
        PacketMaker maker(seed);
        const Packet packet = maker.make(ProtocolVersion::V5);
        const auto* publish = std::get_if<Publish>(&packet);
        if (publish == nullptr) continue;
        Bytes kept;
        const MessageProperties forwarded =
            forwarded_properties(publish->properties.raw, PropertySection::Publish, kept);
        EXPECT_EQ(forwarded.topic_alias, 0);
        EXPECT_EQ(forwarded.subscription_identifier_count, 0);
        EXPECT_EQ(forwarded.message_expiry_interval, publish->properties.message_expiry_interval);
        EXPECT_EQ(forwarded.response_topic, publish->properties.response_topic);
        EXPECT_EQ(forwarded.user_properties(), publish->properties.user_properties());
    }
}

}  // namespace
}  // namespace gatehouse::mqtt
