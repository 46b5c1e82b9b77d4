#include "net/stream.h"

#include "net/loop_fixture.h"

namespace gatehouse::net {
namespace {

class StreamTest : public LoopFixture {};

async::Task<void> read_everything(Stream& stream, Deadline deadline, std::string& into) {
    std::array<std::uint8_t, 1000> buffer;
    while (true) {
        const auto count = co_await stream.read_some(buffer, deadline);
        if (!count || *count == 0) co_return;
        into += text_of(std::span(buffer).first(*count));
    }
}

async::Task<void> write_and_close(std::unique_ptr<Stream> stream, std::string text,
                                  Deadline deadline) {
    const auto written = co_await stream->write_all(bytes_of(text), deadline);
    EXPECT_TRUE(written);
}

// Of a peer that always has more to say, one byte at a time.
class Endless final : public Transport {
public:
    Endless() {
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
        EXPECT_EQ(::write(ends_[1], "x", 1), 1);
    }
    ~Endless() override {
        for (const int end : ends_) ::close(end);
    }
    int descriptor() const override { return ends_[0]; }
    IoOutcome read(std::span<std::uint8_t> into) override {
        into[0] = 'x';
        return {.status = IoOutcome::Status::Done, .bytes = 1};
    }
    IoOutcome write(std::span<const iovec>) override { return {}; }
    void shut_down() override {}
    bool has_buffered_input() const override { return false; }
    std::string error_text() const override { return ""; }

private:
    std::array<int, 2> ends_;
};

TEST_F(StreamTest, OthersHaveTheirTurnsWhileAPeerFloods) {
    Stream stream(loop, std::make_unique<Endless>(), PeerFacts());
    std::size_t bytes = 0;
    Error end;
    const auto read = [&]() -> async::Task<void> {
        const Deadline deadline = Deadline::after(clock, std::chrono::milliseconds(50));
        std::array<std::uint8_t, 8> buffer;
        while (true) {
            auto count = co_await stream.read_some(buffer, deadline);
            if (!count) {
                end = std::move(count.error());
                co_return;
            }
            bytes += *count;
        }
    };
    tasks.start(read());
    const std::uint64_t turns_before = loop.counters().turns;
    finish();
    EXPECT_EQ(end.kind, ErrorKind::Timeout) << "the deadline is seen";
    EXPECT_GT(bytes, 0u);
    EXPECT_LE(bytes, 20 * (loop.counters().turns - turns_before + 1)) << "few in a turn";
}

TEST_F(StreamTest, DroppingEndsInTimeWhileAPeerFloods) {
    Stream stream(loop, std::make_unique<Endless>(), PeerFacts());
    tasks.start(stream.drop_input(std::chrono::milliseconds(50)));
    finish();
}

TEST_F(StreamTest, CarriesMoreThanTheSocketBuffers) {
    auto [ours, theirs] = make_pair();
    std::string sent(3'000'000, 'x');
    for (std::size_t i = 0; i < sent.size(); i += 97) sent[i] = static_cast<char>('a' + i % 26);
    std::string received;
    tasks.start(write_and_close(std::move(theirs), sent, soon()));
    tasks.start(read_everything(*ours, soon(), received));
    finish();
    EXPECT_EQ(received, sent);
}

TEST_F(StreamTest, ASilentPeerRunsIntoTheDeadline) {
    auto [ours, theirs] = make_pair();
    Result<std::size_t> outcome = 0;
    const auto read = [&]() -> async::Task<void> {
        std::array<std::uint8_t, 8> buffer;
        outcome =
            co_await ours->read_some(buffer, Deadline::after(clock, std::chrono::milliseconds(20)));
    };
    tasks.start(read());
    finish();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Timeout);
}

TEST_F(StreamTest, CancelWakesAWaitingReader) {
    auto [ours, theirs] = make_pair();
    Result<std::size_t> outcome = 0;
    const auto read = [&]() -> async::Task<void> {
        std::array<std::uint8_t, 8> buffer;
        outcome = co_await ours->read_some(buffer, Deadline::never());
    };
    tasks.start(read());
    loop.run_once(std::chrono::milliseconds(0));
    ours->cancel();
    finish();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Cancelled);
}

TEST_F(StreamTest, BytesThatNobodyReadsDoNotKeepTheLoopBusy) {
    auto [ours, theirs] = make_pair();
    const auto exchange = [&]() -> async::Task<void> {
        std::array<std::uint8_t, 4> buffer;
        co_await theirs->write_all(bytes_of("one"), soon());
        co_await ours->read_some(buffer, soon());
        // Now registered for reading only if a read had to wait.
        EXPECT_FALSE(
            co_await ours->read_some(buffer, Deadline::after(clock, std::chrono::milliseconds(5))));
        co_await theirs->write_all(bytes_of("two"), soon());
    };
    tasks.start(exchange());
    finish();
    loop.run_once(std::chrono::milliseconds(0));
    EXPECT_FALSE(loop.run_once(std::chrono::milliseconds(10)));
}

}  // namespace
}  // namespace gatehouse::net
