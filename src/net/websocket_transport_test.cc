#include "net/websocket_transport.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace gatehouse::net {
namespace {

using Status = IoOutcome::Status;

// A socket whose both ends are in the hands of the test.
class FakeSocket final : public Transport {
public:
    struct State {
        std::deque<Bytes> incoming;
        std::string outgoing;
        std::size_t room = SIZE_MAX;  // what write() takes until it says WaitWrite
        bool is_shut_down = false;
        bool has_more = false;  // told with what is read
        bool is_last = false;
    };
    explicit FakeSocket(State& state) : state_(state) {}

    int descriptor() const override { return -1; }
    IoOutcome read(std::span<std::uint8_t> into) override {
        if (state_.incoming.empty()) return {.status = Status::WaitRead};
        const Bytes piece = state_.incoming.front();
        state_.incoming.pop_front();
        std::copy(piece.begin(), piece.end(), into.begin());
        return {.bytes = piece.size(), .is_last = state_.is_last, .has_more = state_.has_more};
    }
    IoOutcome write(std::span<const iovec> pieces) override {
        std::size_t moved = 0;
        for (const iovec& piece : pieces) {
            const std::size_t part = std::min(piece.iov_len, state_.room);
            state_.outgoing.append(static_cast<const char*>(piece.iov_base), part);
            state_.room -= part;
            moved += part;
        }
        if (moved == 0) return {.status = Status::WaitWrite};
        return {.bytes = moved};
    }
    void shut_down() override { state_.is_shut_down = true; }
    bool has_buffered_input() const override { return state_.has_more; }
    std::string error_text() const override { return "of the socket"; }

private:
    State& state_;
};

Bytes masked(std::uint8_t first, std::string_view payload) {
    Bytes bytes{first, static_cast<std::uint8_t>(payload.size() | 0x80), 0, 0, 0, 0};
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

class WebSocketTransportTest : public ::testing::Test {
protected:
    std::unique_ptr<Transport> make(BytesView initial = {}) {
        return make_websocket_transport(std::make_unique<FakeSocket>(socket), initial, 1 << 20);
    }
    std::string read(Transport& transport) {
        std::array<std::uint8_t, 4096> buffer;
        last = transport.read(buffer);
        return last.status == Status::Done
                   ? std::string(text_of(std::span(buffer).first(last.bytes)))
                   : "";
    }
    IoOutcome write(Transport& transport, std::string_view text) {
        const iovec piece{const_cast<char*>(text.data()), text.size()};
        return transport.write({&piece, 1});
    }

    FakeSocket::State socket;
    IoOutcome last;
};

TEST_F(WebSocketTransportTest, CarriesBytesBothWays) {
    const auto transport = make(masked(0x82, "ahead"));
    EXPECT_TRUE(transport->has_buffered_input());
    EXPECT_EQ(read(*transport), "ahead");
    socket.incoming = {masked(0x82, "later")};
    EXPECT_EQ(read(*transport), "later");
    read(*transport);
    EXPECT_EQ(last.status, Status::WaitRead);
    EXPECT_EQ(write(*transport, "out").bytes, 3U);
    EXPECT_EQ(socket.outgoing, "\x82\x03out");
}

TEST_F(WebSocketTransportTest, TellsWhatIsInsideTheStreamBelow) {
    socket.has_more = true;
    const auto transport = make(masked(0x82, "ahead"));
    EXPECT_EQ(read(*transport), "ahead");
    EXPECT_TRUE(last.has_more) << "no event tells of it";
    socket.incoming = {masked(0x82, "later")};
    EXPECT_EQ(read(*transport), "later");
    EXPECT_TRUE(last.has_more);
    // So many that it is another's turn.
    for (int i = 0; i < 20; ++i) socket.incoming.push_back(masked(0x89, "ping"));
    read(*transport);
    EXPECT_EQ(last.status, Status::WaitRead);
    EXPECT_TRUE(last.has_more);
    socket = {.incoming = {masked(0x82, "end")}, .is_last = true};
    EXPECT_EQ(read(*transport), "end");
    EXPECT_TRUE(last.is_last);
    EXPECT_FALSE(last.has_more);
}

TEST_F(WebSocketTransportTest, AnswersPingsAndGoesOn) {
    const auto transport = make();
    Bytes both = masked(0x89, "ping");
    const Bytes data = masked(0x82, "data");
    both.insert(both.end(), data.begin(), data.end());
    socket.incoming = {masked(0x89, "1"), both};
    EXPECT_EQ(read(*transport), "data");
    EXPECT_EQ(socket.outgoing,
              "\x8A\x01"
              "1\x8A\x04ping");
}

TEST_F(WebSocketTransportTest, AFrameThatIsTakenInPartsGoesOnWhereItStopped) {
    const auto transport = make();
    socket.room = 1;
    EXPECT_EQ(write(*transport, "payload").status, Status::WaitWrite) << "half the header";
    socket.incoming = {masked(0x89, "in between")};
    read(*transport);
    socket.room = 4;
    EXPECT_EQ(write(*transport, "payload").bytes, 3U);
    socket.room = SIZE_MAX;
    // More has come meanwhile: what remains of the frame goes first, alone, then the Pong.
    EXPECT_EQ(write(*transport, "load and more").bytes, 4U);
    EXPECT_EQ(write(*transport, " and more").bytes, 9U);
    EXPECT_EQ(socket.outgoing, "\x82\x07payload\x8A\x0Ain between\x82\x09 and more");
}

TEST_F(WebSocketTransportTest, OnePongForAllThePingsOfAClientThatDoesNotRead) {
    const auto transport = make();
    socket.room = 4;
    EXPECT_EQ(write(*transport, "data").bytes, 2U);
    for (int i = 0; i < 3; ++i) {
        socket.incoming.push_back(masked(0x89, std::to_string(i)));
        read(*transport);
    }
    EXPECT_FALSE(transport->has_own_output()) << "the rest of the frame is the caller's";
    socket.room = 3;
    EXPECT_EQ(write(*transport, "ta").bytes, 2U);
    EXPECT_TRUE(transport->has_own_output()) << "a part of the Pong";
    // Begun is begun: the answer to this one comes behind it.
    socket.incoming.push_back(masked(0x89, "3"));
    read(*transport);
    socket.room = SIZE_MAX;
    EXPECT_EQ(transport->write({}).status, Status::Done);
    EXPECT_FALSE(transport->has_own_output());
    EXPECT_EQ(socket.outgoing,
              "\x82\x04"
              "data\x8A\x01"
              "2\x8A\x01"
              "3");
}

TEST_F(WebSocketTransportTest, GoodbyesComeBehindTheFrameThatIsBeingWritten) {
    for (const bool is_client_first : {true, false}) {
        socket = {};
        const auto transport = make();
        socket.room = 4;
        EXPECT_EQ(write(*transport, "data").bytes, 2U);
        if (is_client_first) {
            socket.incoming.push_back(masked(0x88, "\x03\xE8"));
            read(*transport);
            EXPECT_EQ(last.status, Status::Closed);
        }
        transport->shut_down();
        EXPECT_FALSE(socket.is_shut_down);
        socket.room = 3;
        EXPECT_EQ(write(*transport, "ta").bytes, 2U);
        EXPECT_FALSE(socket.is_shut_down);
        EXPECT_TRUE(transport->has_own_output());
        EXPECT_EQ(write(*transport, "more").status, Status::WaitWrite);
        socket.room = SIZE_MAX;
        EXPECT_EQ(write(*transport, "more").status, Status::Closed);
        EXPECT_EQ(socket.outgoing,
                  "\x82\x04"
                  "data\x88\x02\x03\xE8");
        EXPECT_TRUE(socket.is_shut_down);
    }
}

TEST_F(WebSocketTransportTest, SaysGoodbyeWhenTheClientDoes) {
    const auto transport = make();
    Bytes bytes = masked(0x82, "last");
    const Bytes close = masked(0x88, "\x03\xE8");
    bytes.insert(bytes.end(), close.begin(), close.end());
    socket.incoming = {bytes};
    EXPECT_EQ(read(*transport), "last");
    read(*transport);
    EXPECT_EQ(last.status, Status::Closed);
    EXPECT_TRUE(transport->said_goodbye());
    EXPECT_EQ(socket.outgoing, "\x88\x02\x03\xE8");
    EXPECT_EQ(write(*transport, "x").status, Status::Closed);
}

TEST_F(WebSocketTransportTest, TellsAViolatorWhy) {
    const auto transport = make();
    socket.incoming = {masked(0x81, "text")};
    read(*transport);
    EXPECT_EQ(last.status, Status::Failed);
    EXPECT_FALSE(transport->said_goodbye());
    EXPECT_NE(transport->error_text().find("binary frames"), std::string::npos);
    EXPECT_EQ(socket.outgoing, "\x88\x02\x03\xEB");
}

TEST_F(WebSocketTransportTest, ClosesWithAFrame) {
    const auto transport = make();
    transport->shut_down();
    EXPECT_EQ(socket.outgoing, "\x88\x02\x03\xE8");
    EXPECT_TRUE(socket.is_shut_down);
}

TEST_F(WebSocketTransportTest, AFloodOfPingsIsNotFollowedForEver) {
    const auto transport = make();
    for (int i = 0; i < 1000; ++i) socket.incoming.push_back(masked(0x89, "p"));
    read(*transport);
    EXPECT_EQ(last.status, Status::WaitRead);
    EXPECT_GT(socket.incoming.size(), 900U);
}

}  // namespace
}  // namespace gatehouse::net
