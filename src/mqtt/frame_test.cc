#include "mqtt/frame.h"

#include <gtest/gtest.h>

namespace gatehouse::mqtt {
namespace {

TEST(Frame, FindsAWholePacketAndLeavesTheNext) {
    const Bytes bytes = {0x40, 0x02, 0x00, 0x07, 0xc0, 0x00};
    const FrameScan scan = find_frame(bytes, packet_size_max);
    ASSERT_EQ(scan.status, FrameStatus::Complete);
    EXPECT_EQ(scan.frame.type(), PacketType::Puback);
    EXPECT_EQ(scan.frame.flags(), 0);
    EXPECT_EQ(scan.frame.size, 4u);
    EXPECT_EQ(text_of(scan.frame.body()), std::string_view("\0\7", 2));
    const FrameScan next = find_frame(BytesView(bytes).subspan(scan.frame.size), packet_size_max);
    ASSERT_EQ(next.status, FrameStatus::Complete);
    EXPECT_EQ(next.frame.type(), PacketType::Pingreq);
    EXPECT_TRUE(next.frame.body().empty());
}

// MQTT 3.1.1 table 2.4, MQTT 5 table 1-1: the bounds of each size of a remaining length.
struct Boundary {
    std::uint32_t length;
    Bytes encoded;
};
const Boundary boundaries[] = {
    {0, {0x00}},
    {1, {0x01}},
    {127, {0x7f}},
    {128, {0x80, 0x01}},
    {16'383, {0xff, 0x7f}},
    {16'384, {0x80, 0x80, 0x01}},
    {2'097'151, {0xff, 0xff, 0x7f}},
    {2'097'152, {0x80, 0x80, 0x80, 0x01}},
    {268'435'455, {0xff, 0xff, 0xff, 0x7f}},
};

TEST(Frame, ReadsAndWritesRemainingLengthsAtTheirBounds) {
    for (const Boundary& row : boundaries) {
        SCOPED_TRACE(row.length);
        Bytes packet = {0x30};
        packet.insert(packet.end(), row.encoded.begin(), row.encoded.end());
        const auto header = static_cast<std::uint32_t>(packet.size());
        const FrameScan scan = find_frame(packet, packet_size_max);
        EXPECT_EQ(scan.status, row.length == 0 ? FrameStatus::Complete : FrameStatus::NeedMore);
        EXPECT_EQ(scan.frame.size, header + row.length);
        EXPECT_EQ(scan.frame.header_size, header);

        std::uint8_t written[4];
        const std::uint8_t* end = write_variable_int(written, row.length);
        EXPECT_EQ(Bytes(written, const_cast<std::uint8_t*>(end)), row.encoded);
        EXPECT_EQ(variable_int_size(row.length), row.encoded.size());
    }
}

TEST(Frame, NeedsMoreUntilTheLastByte) {
    Bytes whole = {0x30, 0x80, 0x01};
    whole.resize(3 + 128);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const FrameScan scan = find_frame(BytesView(whole).first(size), packet_size_max);
        ASSERT_EQ(scan.status, FrameStatus::NeedMore) << size;
        EXPECT_EQ(scan.frame.size, size < 3 ? 0u : 131u) << size;
    }
    EXPECT_EQ(find_frame(whole, packet_size_max).status, FrameStatus::Complete);
}

TEST(Frame, RefusesALengthThatDoesNotEnd) {
    const Bytes bytes = {0x30, 0x80, 0x80, 0x80, 0x80, 0x01};
    EXPECT_EQ(find_frame(bytes, packet_size_max).status, FrameStatus::Malformed);
    EXPECT_EQ(frame_error(FrameStatus::Malformed, ProtocolVersion::V5).reason,
              ReasonCode::MalformedPacket);
}

TEST(Frame, RefusesByTheHeaderAloneWhatIsTooLarge) {
    const Bytes small = {0x30, 0x09};
    EXPECT_EQ(find_frame(small, 11).status, FrameStatus::NeedMore);
    EXPECT_EQ(find_frame(small, 10).status, FrameStatus::TooLarge);
    const Bytes large = {0x30, 0xff, 0xff, 0x07};  // 131,071 and 4 bytes of header
    EXPECT_EQ(find_frame(large, 131'075).status, FrameStatus::NeedMore);
    const FrameScan scan = find_frame(large, 131'074);
    EXPECT_EQ(scan.status, FrameStatus::TooLarge);
    EXPECT_EQ(scan.frame.size, 131'075u);
    EXPECT_EQ(frame_error(FrameStatus::TooLarge, ProtocolVersion::V5).reason,
              ReasonCode::PacketTooLarge);
}

TEST(Frame, KnowsLengthsThatTakeMoreBytesThanNeeded) {
    const Bytes overlong = {0xc0, 0x80, 0x00};
    const FrameScan scan = find_frame(overlong, packet_size_max);
    ASSERT_EQ(scan.status, FrameStatus::Complete);
    EXPECT_TRUE(scan.frame.has_overlong_length());
    const Bytes plain = {0xc0, 0x00};
    EXPECT_FALSE(find_frame(plain, packet_size_max).frame.has_overlong_length());
}

}  // namespace
}  // namespace gatehouse::mqtt
