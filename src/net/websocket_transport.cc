#include "net/websocket_transport.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "net/websocket.h"

namespace gatehouse::net {
namespace {

// Pongs that a client which does not read may have waiting; more are left out.
constexpr std::size_t unsent_max = 1024;
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
    void answer(Opcode opcode, BytesView payload);
    void close_with(BytesView payload);
    IoOutcome flush();

    std::unique_ptr<Transport> inner_;
    WebSocketReader reader_;
    Bytes initial_;                 // read behind the handshake
    Bytes unsent_;                  // headers and control frames that the socket did not take
    std::uint64_t frame_left_ = 0;  // of the frame being written, after unsent_
    bool is_closing_ = false;       // our Close frame was written
    bool said_goodbye_ = false;
    std::string error_;
};

IoOutcome WebSocketTransport::read(std::span<std::uint8_t> into) {
    // Frames without data (a ping, half a header) are no reason to tell the caller "nothing"; a
    // flood of them is.
    for (int i = 0; i < reads_max; ++i) {
        IoOutcome outcome = read_frames(into);
        if (outcome.status != IoOutcome::Status::Done || outcome.bytes != 0) return outcome;
    }
    return {.status = IoOutcome::Status::WaitRead};
}

IoOutcome WebSocketTransport::read_frames(std::span<std::uint8_t> into) {
    if (said_goodbye_) return {.status = IoOutcome::Status::Closed};
    if (!error_.empty()) return {.status = IoOutcome::Status::Failed};
    IoOutcome outcome{.bytes = std::min(initial_.size(), into.size())};
    if (!initial_.empty()) {
        std::memcpy(into.data(), initial_.data(), outcome.bytes);
        initial_.erase(initial_.begin(),
                       initial_.begin() + static_cast<std::ptrdiff_t>(outcome.bytes));
    } else {
        outcome = inner_->read(into);
        if (outcome.status != IoOutcome::Status::Done) return outcome;
    }
    std::size_t data = 0;
    const auto ending = take(into.first(outcome.bytes), data);
    // What came before the end is told first; the end is told at the next call.
    if (ending && data == 0) return *ending;
    return {.bytes = data, .is_last = ending.has_value()};
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
            case WebSocketReader::Event::Ping: answer(Opcode::Pong, reader_.control()); break;
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

// A control frame, behind the data frame that is being written.
void WebSocketTransport::answer(Opcode opcode, BytesView payload) {
    if (is_closing_ || frame_left_ != 0 || unsent_.size() > unsent_max) return;
    std::array<std::uint8_t, frame_header_max> header;
    const std::size_t size = write_frame_header(opcode, payload.size(), header);
    unsent_.insert(unsent_.end(), header.begin(), header.begin() + size);
    unsent_.insert(unsent_.end(), payload.begin(), payload.end());
    [[maybe_unused]] const IoOutcome written = flush();
}

void WebSocketTransport::close_with(BytesView payload) {
    answer(Opcode::Close, payload);
    is_closing_ = true;
}

IoOutcome WebSocketTransport::flush() {
    while (!unsent_.empty()) {
        const iovec piece{unsent_.data(), unsent_.size()};
        const IoOutcome outcome = inner_->write({&piece, 1});
        if (outcome.status != IoOutcome::Status::Done) return outcome;
        unsent_.erase(unsent_.begin(),
                      unsent_.begin() + static_cast<std::ptrdiff_t>(outcome.bytes));
    }
    return {};
}

// One frame for all that is waiting. The socket may take a part of it; the rest of the frame is
// then what the caller writes next, as it would without frames.
IoOutcome WebSocketTransport::write(std::span<const iovec> pieces) {
    if (is_closing_) return {.status = IoOutcome::Status::Closed};
    std::size_t total = 0;
    for (const iovec& piece : pieces) total += piece.iov_len;
    if (frame_left_ == 0) {
        if (total == 0) return {};
        std::array<std::uint8_t, frame_header_max> header;
        const std::size_t size = write_frame_header(Opcode::Binary, total, header);
        unsent_.insert(unsent_.end(), header.begin(), header.begin() + size);
        frame_left_ = total;
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
    return {.bytes = moved};
}

void WebSocketTransport::shut_down() {
    close_with(close_payload(CloseCode::Normal));
    inner_->shut_down();
}

}  // namespace

std::unique_ptr<Transport> make_websocket_transport(std::unique_ptr<Transport> inner,
                                                    BytesView initial,
                                                    std::uint64_t frame_bytes_max) {
    return std::make_unique<WebSocketTransport>(std::move(inner), initial, frame_bytes_max);
}

}  // namespace gatehouse::net
