#include "gateway/reason_string.h"

#include <gtest/gtest.h>

#include <string>

#include "mqtt/ack.h"

namespace gatehouse::gateway {
namespace {

using mqtt::ProtocolVersion;

TEST(SendableReason, IsCutBetweenCharacters) {
    EXPECT_EQ(sendable_reason("short"), "short");
    EXPECT_EQ(sendable_reason(std::string(2000, 'x'))->size(), 1024U);
    std::string wide = "x";
    while (wide.size() < 2000) wide += "\u6c49";  // of three bytes
    EXPECT_EQ(sendable_reason(wide)->size(), 1U + 1023 / 3 * 3);
}

TEST(SendableReason, IsTextOrNothing) {
    EXPECT_FALSE(sendable_reason(""));
    EXPECT_FALSE(sendable_reason("a\xff"));
    EXPECT_FALSE(sendable_reason(std::string_view("a\0b", 3)));
}

TEST(EncodeWithReason, LeavesOutWhatTheClientDoesNotTake) {
    const mqtt::Ack ack{.packet_id = 1, .reason = mqtt::ReasonCode::NotAuthorized};
    const Bytes plain = encode_with_reason(ack, "", ProtocolVersion::V5, 1000);
    const Bytes explained = encode_with_reason(ack, "because", ProtocolVersion::V5, 1000);
    EXPECT_GT(explained.size(), plain.size());
    const auto largest = static_cast<std::uint32_t>(explained.size());
    EXPECT_EQ(encode_with_reason(ack, "because", ProtocolVersion::V5, largest), explained);
    EXPECT_EQ(encode_with_reason(ack, "because", ProtocolVersion::V5, largest - 1), plain);
    EXPECT_EQ(encode_with_reason(ack, "because", ProtocolVersion::V5, 1), plain);
}

}  // namespace
}  // namespace gatehouse::gateway
