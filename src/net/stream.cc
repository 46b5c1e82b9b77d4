#include "net/stream.h"

#include <array>
#include <utility>
#include <vector>

namespace gatehouse::net {
namespace {

using Status = IoOutcome::Status;

constexpr std::uint32_t reads_a_turn_max = 16;

// Ends reading when its time is over.
class EndOfReading final : public async::Timer {
public:
    explicit EndOfReading(Stream& stream) : stream_(stream) {}

private:
    void expired() override { stream_.cancel_reads(); }

    Stream& stream_;
};

std::unexpected<Error> ended(const PeerFacts& facts, const Transport& transport) {
    return fail(ErrorKind::Unavailable,
                "the connection to " + facts.remote.text() + " broke: " + transport.error_text());
}

std::unexpected<Error> cancelled() {
    return fail(ErrorKind::Cancelled, "the connection is being closed");
}

std::unexpected<Error> too_late() {
    return fail(ErrorKind::Timeout, "the peer sent nothing in time");
}

// Drops the first `bytes` bytes.
void consume(std::vector<iovec>& pieces, std::size_t bytes) {
    std::size_t done = 0;
    while (done < pieces.size() && bytes >= pieces[done].iov_len) {
        bytes -= pieces[done++].iov_len;
    }
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(done));
    if (bytes > 0) {
        pieces[0].iov_base = static_cast<std::uint8_t*>(pieces[0].iov_base) + bytes;
        pieces[0].iov_len -= bytes;
    }
}

}  // namespace

Stream::Stream(async::EventLoop& loop, std::unique_ptr<Transport> transport, PeerFacts facts)
    : loop_(loop),
      transport_(std::move(transport)),
      facts_(std::move(facts)),
      readable_(loop),
      writable_(loop) {}

Stream::~Stream() {
    release();
}

std::unique_ptr<Transport> Stream::release() {
    if (watched_) loop_.unwatch(transport_->descriptor(), *this);
    watched_ = false;
    interest_ = 0;
    return std::move(transport_);
}

void Stream::cancel() {
    cancelled_ = true;
    readable_.notify();
    writable_.notify();
}

void Stream::cancel_reads() {
    reads_cancelled_ = true;
    readable_.notify();
}

void Stream::want(std::uint32_t events) {
    if ((interest_ & events) == events && watched_) return;
    interest_ |= events;
    if (watched_) {
        loop_.change_interest(transport_->descriptor(), *this, interest_);
    } else {
        loop_.watch(transport_->descriptor(), *this, interest_);
        watched_ = true;
    }
}

// Interest in reading stays registered while reads follow one another; it is given up only when
// bytes come while nobody waits for them, which would otherwise wake the loop for ever.
void Stream::on_ready(std::uint32_t events) {
    const bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
    std::uint32_t unwanted = 0;
    if (broken || (events & EPOLLIN) != 0) {
        if (!reading_) unwanted |= EPOLLIN;
        readable_.notify();
    }
    if (broken || (events & EPOLLOUT) != 0) {
        unwanted |= EPOLLOUT;
        writable_.notify();
    }
    if (broken) {
        loop_.unwatch(transport_->descriptor(), *this);
        watched_ = false;
        interest_ = 0;
    } else if ((interest_ & unwanted) != 0) {
        interest_ &= ~unwanted;
        loop_.change_interest(transport_->descriptor(), *this, interest_);
    }
}

async::Task<Result<void>> Stream::wait_for(IoOutcome::Status status, Deadline deadline) {
    const bool to_read = status == Status::WaitRead;
    want(to_read ? EPOLLIN : EPOLLOUT);
    if (to_read) reading_ = true;
    const bool ready = co_await (to_read ? readable_ : writable_).wait(deadline);
    if (to_read) reading_ = false;
    if (cancelled_ || (to_read && reads_cancelled_)) co_return cancelled();
    if (!ready) {
        co_return to_read ? too_late() : fail(ErrorKind::Timeout, "the peer took nothing in time");
    }
    co_return Result<void>();
}

bool Stream::has_had_its_turn() {
    const std::uint64_t turn = loop_.counters().turns;
    if (turn != turn_) reads_this_turn_ = 0;
    turn_ = turn;
    return ++reads_this_turn_ > reads_a_turn_max;
}

async::Task<Result<std::size_t>> Stream::read_some(std::span<std::uint8_t> into,
                                                   Deadline deadline) {
    while (!cancelled_ && !reads_cancelled_) {
        if (has_had_its_turn()) {
            if (deadline.passed(loop_.clock().steady_now())) co_return too_late();
            // What TLS has read already is not much, and no event tells of it, nor of the end.
            if (!transport_->has_buffered_input() && !at_end_) {
                auto ready = co_await wait_for(Status::WaitRead, deadline);
                if (!ready) co_return fail(std::move(ready.error()));
            }
        }
        const IoOutcome outcome = transport_->read(into);
        at_end_ = outcome.is_last;
        if (outcome.status == Status::Done) co_return outcome.bytes;
        if (outcome.status == Status::Closed) co_return std::size_t{0};
        if (outcome.status == Status::Failed) co_return ended(facts_, *transport_);
        if (outcome.has_more) continue;
        auto ready = co_await wait_for(outcome.status, deadline);
        if (!ready) co_return fail(std::move(ready.error()));
    }
    co_return cancelled();
}

async::Task<void> Stream::drop_input(SteadyTime::duration at_most) {
    EndOfReading end(*this);
    loop_.machine_timers().set(end, loop_.clock().machine_now() + at_most);
    std::array<std::uint8_t, 4096> dropped;
    while (true) {
        const auto count = co_await read_some(dropped, Deadline::never());
        if (!count || *count == 0) co_return;
    }
}

async::Task<Result<void>> Stream::write_all(BytesView bytes, Deadline deadline) {
    const iovec piece{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    co_return co_await write_all(std::span(&piece, 1), deadline);
}

async::Task<Result<void>> Stream::write_all(std::span<const iovec> pieces, Deadline deadline) {
    std::vector<iovec> left(pieces.begin(), pieces.end());
    consume(left, 0);
    while (!left.empty()) {
        if (cancelled_) co_return cancelled();
        const IoOutcome outcome = transport_->write(left);
        if (outcome.status == Status::Done) {
            consume(left, outcome.bytes);
            continue;
        }
        if (outcome.status == Status::Closed || outcome.status == Status::Failed) {
            co_return ended(facts_, *transport_);
        }
        auto ready = co_await wait_for(outcome.status, deadline);
        if (!ready) co_return fail(std::move(ready.error()));
    }
    co_return Result<void>();
}

}  // namespace gatehouse::net
