#include "net/websocket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Event = WebSocketReader::Event;

Bytes frame(std::uint8_t first, std::string_view payload, bool masked = true) {
    Bytes bytes{first};
    const std::uint8_t mask_bit = masked ? 0x80 : 0;
    if (payload.size() < 126) {
        bytes.push_back(static_cast<std::uint8_t>(payload.size()) | mask_bit);
    } else if (payload.size() < 65'536) {
        bytes.push_back(126 | mask_bit);
        for (const int shift : {8, 0}) {
            bytes.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
        }
    } else {
        bytes.push_back(127 | mask_bit);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
        }
    }
    constexpr std::array<std::uint8_t, 4> mask{0x37, 0xFA, 0x21, 0x3D};
    if (masked) bytes.insert(bytes.end(), mask.begin(), mask.end());
    for (std::size_t i = 0; i < payload.size(); ++i) {
        bytes.push_back(static_cast<std::uint8_t>(payload[i]) ^ (masked ? mask[i & 3] : 0));
    }
    return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

// What a reader makes of bytes that come in pieces of `at_once`.
struct Reading {
    explicit Reading(Bytes bytes, std::size_t at_once = SIZE_MAX, std::uint64_t most = 1 << 20) {
        WebSocketReader reader(most);
        for (std::size_t from = 0; from < bytes.size();) {
            const std::size_t size = std::min(at_once, bytes.size() - from);
            Bytes piece(bytes.begin() + from, bytes.begin() + from + size);
            for (std::size_t used = 0; used < size;) {
                const auto step = reader.take(std::span(piece).subspan(used), piece.data() + used);
                data += text_of(BytesView(piece).subspan(used, step.data));
                used += step.used;
                if (step.event == Event::None) continue;
                events.push_back(step.event);
                controls.emplace_back(text_of(reader.control()));
                if (step.event == Event::Refused) {
                    refusal = reader.refusal();
                    return;
                }
            }
            from += size;
        }
    }
    std::string data;
    std::vector<Event> events;
    std::vector<std::string> controls;
    WebSocketReader::Refusal refusal{};
};

TEST(WebSocket, DataIsTakenOutHoweverItIsCut) {
    const std::string large(70'000, 'l');
    const Bytes bytes = frame(0x82, "one") + frame(0x02, "two") + frame(0x89, "hello") +
                        frame(0x80, "three") + frame(0x82, "") + frame(0x8A, "") +
                        frame(0x82, std::string(200, 'm')) + frame(0x82, large);
    for (const std::size_t at_once :
         {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}, bytes.size()}) {
        const Reading reading(bytes, at_once);
        EXPECT_EQ(reading.data, "onetwothree" + std::string(200, 'm') + large) << at_once;
        EXPECT_THAT(reading.events, ElementsAre(Event::Ping));
        EXPECT_THAT(reading.controls, ElementsAre("hello"));
    }
}

TEST(WebSocket, CloseEndsIt) {
    const Reading reading(frame(0x82, "x") +
                          frame(0x88,
                                "\x03\xE8"
                                "bye") +
                          frame(0x82, "late"));
    EXPECT_EQ(reading.data, "x");
    EXPECT_THAT(reading.events, ElementsAre(Event::Close, Event::Refused));
    EXPECT_EQ(reading.controls[0],
              "\x03\xE8"
              "bye");
}

TEST(WebSocket, ViolationsAreRefusedWithTheirClause) {
    const struct {
        const char* what;
        Bytes bytes;
        CloseCode code;
        std::string_view clause;
    } cases[] = {
        {"unmasked", frame(0x82, "x", false), CloseCode::ProtocolError, "5.1"},
        {"reserved bit", frame(0xC2, "x"), CloseCode::ProtocolError, "5.2"},
        {"reserved opcode", frame(0x83, "x"), CloseCode::ProtocolError, "5.2"},
        {"reserved control opcode", frame(0x8B, "x"), CloseCode::ProtocolError, "5.2"},
        {"text", frame(0x81, "x"), CloseCode::UnacceptableData, "MQTT-6.0.0-1"},
        {"fragment of nothing", frame(0x80, "x"), CloseCode::ProtocolError, "5.4"},
        {"message within a message", frame(0x02, "x") + frame(0x82, "y"), CloseCode::ProtocolError,
         "5.4"},
        {"fragmented ping", frame(0x09, "x"), CloseCode::ProtocolError, "5.5"},
        {"long ping", frame(0x89, std::string(126, 'p')), CloseCode::ProtocolError, "5.5"},
        {"length in a long form",
         {0x82, 0xFE, 0x00, 0x05, 0, 0, 0, 0},
         CloseCode::ProtocolError,
         "5.2"},
        {"length with its highest bit",
         {0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
         CloseCode::ProtocolError,
         "5.2"},
        {"too large", frame(0x82, std::string(1001, 'x')), CloseCode::TooLarge, "10.4"},
    };
    for (const auto& each : cases) {
        for (const std::size_t at_once : {std::size_t{1}, std::size_t{1000}}) {
            const Reading reading(each.bytes, at_once, 1000);
            ASSERT_FALSE(reading.events.empty()) << each.what;
            EXPECT_EQ(reading.events.back(), Event::Refused) << each.what;
            EXPECT_EQ(reading.refusal.code, each.code) << each.what;
            EXPECT_EQ(reading.refusal.clause, each.clause) << each.what;
        }
    }
}

TEST(WebSocket, HeadersAreInTheirShortestForm) {
    const auto header = [](std::uint64_t size) {
        std::array<std::uint8_t, frame_header_max> out;
        return Bytes(out.begin(), out.begin() + write_frame_header(Opcode::Binary, size, out));
    };
    EXPECT_THAT(header(125), ElementsAre(0x82, 125));
    EXPECT_THAT(header(126), ElementsAre(0x82, 126, 0, 126));
    EXPECT_THAT(header(65'535), ElementsAre(0x82, 126, 0xFF, 0xFF));
    EXPECT_THAT(header(65'536), ElementsAre(0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0));
}

TEST(WebSocket, OnlyCodesThatMayBeSentAreSentBack) {
    const auto answer = [](std::string_view payload) {
        const auto bytes = close_answer(bytes_of(payload));
        return bytes[0] << 8 | bytes[1];
    };
    EXPECT_EQ(answer(""), 1000);
    EXPECT_EQ(answer("\x03"), 1002);
    EXPECT_EQ(answer("\x03\xE9"), 1001);
    EXPECT_EQ(answer("\x03\xED"), 1002) << "1005 stands for no code";
    EXPECT_EQ(answer("\x0B\xB8"), 3000);
    EXPECT_EQ(answer("\x13\x88"), 1002) << "5000";
}

class Handshake : public ::testing::Test {
protected:
    Handshake() {
        request.method = "GET";
        request.path = "/mqtt";
        set("Upgrade", "websocket");
        set("Connection", "keep-alive, Upgrade");
        set("Sec-WebSocket-Version", "13");
        set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        set("Sec-WebSocket-Protocol", "other, mqtt");
    }
    void set(std::string_view name, std::string value) {
        request.headers.set(name, std::move(value));
    }
    HttpResponse answer() {
        constexpr std::array<std::string_view, 2> protocols{"mqtt", "mqttv3.1"};
        return answer_websocket(request, protocols);
    }
    HttpRequest request;
};

// Section 1.3 has this key and its answer.
TEST_F(Handshake, IsAnswered) {
    EXPECT_TRUE(asks_for_websocket(request));
    const HttpResponse response = answer();
    EXPECT_EQ(response.status, 101U);
    EXPECT_EQ(response.headers.find("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    EXPECT_EQ(response.headers.find("Sec-WebSocket-Protocol"), "mqtt");
}

// MQTT-6.0.0-4: of several that are spoken, ours first.
TEST_F(Handshake, TheProtocolIsChosenInOurOrder) {
    set("Sec-WebSocket-Protocol", "mqttv3.1, mqtt");
    EXPECT_EQ(answer().headers.find("Sec-WebSocket-Protocol"), "mqtt");
    set("Sec-WebSocket-Protocol", "mqttv3.1");
    EXPECT_EQ(answer().headers.find("Sec-WebSocket-Protocol"), "mqttv3.1");
}

TEST_F(Handshake, IsRefusedWithWhatIsWrong) {
    const struct {
        std::string_view name, value;
        unsigned status;
        const char* sentence;
    } cases[] = {
        {"Upgrade", "h2c", 426, "ask for an upgrade"},
        {"Connection", "keep-alive", 426, "ask for an upgrade"},
        {"Sec-WebSocket-Version", "8", 426, "version 13"},
        {"Sec-WebSocket-Key", "short", 400, "16 bytes"},
        {"Sec-WebSocket-Protocol", "soap", 400, "offer 'mqtt'"},
    };
    const HttpRequest good = request;
    for (const auto& each : cases) {
        request = good;
        set(each.name, std::string(each.value));
        const HttpResponse response = answer();
        EXPECT_EQ(response.status, each.status) << each.name;
        EXPECT_THAT(response.body, HasSubstr(each.sentence));
        EXPECT_TRUE(response.close);
    }
    request = good;
    request.method = "POST";
    EXPECT_EQ(answer().status, 405U);
}

}  // namespace
}  // namespace gatehouse::net
