#include "net/websocket_transport.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "net/websocket.h"

namespace gatehouse::net {
namespace {

constexpr std::size_t pieces_max = 64;
constexpr int reads_max = 16;

class WebSocketTransport final : public Transport {
public:
    WebSocketTransport(std::unique_ptr<Transport> inner, BytesView initial,
                       std::uint64_t frame_bytes_max)
        : inner_(std::move(inner)),
          reader_(frame_bytes_max),
          initial_(initial.begin(), initial.end()) {}

    int descriptor() const override { return inner_->descriptor(); }
    IoOutcome read(std::span<std::uint8_t> into) override;
    IoOutcome write(std::span<const iovec> pieces) override;
    void shut_down() override;
    bool has_own_output() const override {
        return frame_left_ == 0 && (!unsent_.empty() || pong_ || close_);
    }
    bool has_buffered_input() const override {
        return !initial_.empty() || inner_->has_buffered_input();
    }
    bool said_goodbye() const override { return said_goodbye_; }
    bool owes_goodbye() const override { return !said_goodbye_ || inner_->owes_goodbye(); }
    std::string error_text() const override {
        return error_.empty() ? inner_->error_text() : error_;
    }

private:
    IoOutcome read_frames(std::span<std::uint8_t> into);
    std::optional<IoOutcome> take(std::span<std::uint8_t> bytes, std::size_t& data);
    void begin(Opcode opcode, std::uint64_t payload_bytes);
    void begin_control();
    void answer_ping(BytesView payload);
    void close_with(BytesView payload);
    IoOutcome flush();

    std::unique_ptr<Transport> inner_;
    WebSocketReader reader_;
    Bytes initial_;                 // read behind the handshake
    Bytes unsent_;                  // a header or control frame that the socket did not take
    std::uint64_t frame_left_ = 0;  // of the data frame being written, after unsent_
    // Payloads of control frames that wait for what is being written. One Pong answers all Pings
    // before it [RFC 6455 section 5.5.3], so a client that does not read makes no more wait.
    std::optional<Bytes> pong_;
    std::optional<Bytes> close_;
    bool is_closing_ = false;        // nothing but our Close frame follows
    bool is_shutting_down_ = false;  // nor anything behind it
    bool is_shut_down_ = false;
    bool said_goodbye_ = false;
    std::string error_;
};

IoOutcome WebSocketTransport::read(std::span<std::uint8_t> into) {
    // Frames without data (a ping, half a header) are no reason to tell the caller "nothing"; a
    // flood of them is.
    bool has_more = false;
    for (int i = 0; i < reads_max; ++i) {
        const IoOutcome outcome = read_frames(into);
        if (outcome.status != IoOutcome::Status::Done || outcome.bytes != 0) return outcome;
        has_more = outcome.has_more || outcome.is_last;
    }
    return {.status = IoOutcome::Status::WaitRead, .has_more = has_more};
}

IoOutcome WebSocketTransport::read_frames(std::span<std::uint8_t> into) {
    if (said_goodbye_) return {.status = IoOutcome::Status::Closed};
    if (!error_.empty()) return {.status = IoOutcome::Status::Failed};
    IoOutcome outcome{.bytes = std::min(initial_.size(), into.size())};
    if (!initial_.empty()) {
        std::memcpy(into.data(), initial_.data(), outcome.bytes);
        initial_.erase(initial_.begin(),
                       initial_.begin() + static_cast<std::ptrdiff_t>(outcome.bytes));
        outcome.has_more = has_buffered_input();
    } else {
        outcome = inner_->read(into);
        if (outcome.status != IoOutcome::Status::Done) return outcome;
    }
    std::size_t data = 0;
    const auto ending = take(into.first(outcome.bytes), data);
    // What came before the end is told first; the end is told at the next call.
    if (ending && data == 0) return *ending;
    // The end of what is below comes behind the bytes, too.
    return {.bytes = data,
            .is_last = ending.has_value() || outcome.is_last,
            .has_more = outcome.has_more};
}

// Moves what frames carry to the beginning of `bytes`. An outcome: the stream is over.
std::optional<IoOutcome> WebSocketTransport::take(std::span<std::uint8_t> bytes,
                                                  std::size_t& data) {
    for (std::size_t used = 0; used < bytes.size();) {
        const auto step = reader_.take(bytes.subspan(used), bytes.data() + data);
        used += step.used;
        data += step.data;
        switch (step.event) {
            case WebSocketReader::Event::None: break;
            case WebSocketReader::Event::Ping: answer_ping(reader_.control()); break;
            case WebSocketReader::Event::Close:
                said_goodbye_ = true;
                close_with(close_answer(reader_.control()));
                return IoOutcome{.status = IoOutcome::Status::Closed};
            case WebSocketReader::Event::Refused:
                error_ = std::string(reader_.refusal().sentence) + " [RFC 6455 section " +
                         std::string(reader_.refusal().clause) + "]";
                close_with(close_payload(reader_.refusal().code));
                return IoOutcome{.status = IoOutcome::Status::Failed};
        }
    }
    return std::nullopt;
}

void WebSocketTransport::begin(Opcode opcode, std::uint64_t payload_bytes) {
    std::array<std::uint8_t, frame_header_max> header;
    const std::size_t size = write_frame_header(opcode, payload_bytes, header);
    unsent_.insert(unsent_.end(), header.begin(), header.begin() + size);
}

// The next one that waits, where no frame is being written.
void WebSocketTransport::begin_control() {
    std::optional<Bytes>& next = pong_ ? pong_ : close_;
    if (!next) return;
    begin(pong_ ? Opcode::Pong : Opcode::Close, next->size());
    unsent_.insert(unsent_.end(), next->begin(), next->end());
    next.reset();
}

void WebSocketTransport::answer_ping(BytesView payload) {
    if (is_closing_) return;
    pong_.emplace(payload.begin(), payload.end());
    [[maybe_unused]] const IoOutcome written = flush();
}

void WebSocketTransport::close_with(BytesView payload) {
    if (is_closing_) return;
    is_closing_ = true;
    close_.emplace(payload.begin(), payload.end());
    [[maybe_unused]] const IoOutcome written = flush();
}

// Done: nothing of our own is left. A data frame is gone on with by write() alone: what TLS could
// not write has to be tried again with no less.
IoOutcome WebSocketTransport::flush() {
    if (frame_left_ != 0) return {.status = IoOutcome::Status::WaitWrite};
    while (true) {
        if (unsent_.empty()) begin_control();
        if (unsent_.empty()) break;
        const iovec piece{unsent_.data(), unsent_.size()};
        const IoOutcome outcome = inner_->write({&piece, 1});
        if (outcome.status != IoOutcome::Status::Done) return outcome;
        unsent_.erase(unsent_.begin(),
                      unsent_.begin() + static_cast<std::ptrdiff_t>(outcome.bytes));
    }
    if (is_shutting_down_ && !std::exchange(is_shut_down_, true)) {
        inner_->shut_down();
    }
    return {};
}

// One frame for all that is waiting. The socket may take a part of it; the rest of the frame is
// then what the caller writes next, as it would without frames.
IoOutcome WebSocketTransport::write(std::span<const iovec> pieces) {
    std::size_t total = 0;
    for (const iovec& piece : pieces) total += piece.iov_len;
    if (frame_left_ == 0) {
        if (const IoOutcome outcome = flush(); outcome.status != IoOutcome::Status::Done) {
            return outcome;
        }
        if (is_closing_) return {.status = IoOutcome::Status::Closed};
        if (total == 0) return {};
        begin(Opcode::Binary, total);
        frame_left_ = total;
    } else if (total == 0) {
        return {.status = IoOutcome::Status::WaitWrite};
    }
    std::array<iovec, pieces_max + 1> gathered;
    std::size_t count = 0;
    if (!unsent_.empty()) gathered[count++] = {unsent_.data(), unsent_.size()};
    std::uint64_t room = frame_left_;
    for (const iovec& piece : pieces) {
        if (count == gathered.size() || room == 0) break;
        const std::size_t part = std::min<std::uint64_t>(piece.iov_len, room);
        gathered[count++] = {piece.iov_base, part};
        room -= part;
    }
    const IoOutcome outcome = inner_->write({gathered.data(), count});
    if (outcome.status != IoOutcome::Status::Done) return outcome;
    const std::size_t of_unsent = std::min(outcome.bytes, unsent_.size());
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(of_unsent));
    const std::size_t moved = outcome.bytes - of_unsent;
    frame_left_ -= moved;
    if (moved == 0) return {.status = IoOutcome::Status::WaitWrite};
    [[maybe_unused]] const IoOutcome behind = flush();
    return {.bytes = moved};
}

void WebSocketTransport::shut_down() {
    is_shutting_down_ = true;
    close_with(close_payload(CloseCode::Normal));
    [[maybe_unused]] const IoOutcome written = flush();
}

}  // namespace

std::unique_ptr<Transport> make_websocket_transport(std::unique_ptr<Transport> inner,
                                                    BytesView initial,
                                                    std::uint64_t frame_bytes_max) {
    return std::make_unique<WebSocketTransport>(std::move(inner), initial, frame_bytes_max);
}

}  // namespace gatehouse::net
