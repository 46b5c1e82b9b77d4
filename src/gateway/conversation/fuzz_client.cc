#include "gateway/conversation/fuzz_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "mqtt/ack.h"

namespace gatehouse::gateway {

FuzzClient::~FuzzClient() {
    ::close(descriptor_);
}

void FuzzClient::queue(BytesView bytes) {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
}

void FuzzClient::end_half() {
    ::shutdown(descriptor_, SHUT_WR);
}

bool FuzzClient::exchange() {
    bool has_moved = send();
    if (reads) has_moved |= read();
    if (!acknowledges) return has_moved;
    for (const auto& [type, id] : model.take_due()) {
        std::array<std::uint8_t, mqtt::short_ack_size> packet;
        mqtt::encode_short_ack(packet.data(), type, id);
        queue(packet);
        has_moved = true;
    }
    return has_moved;
}

bool FuzzClient::send() {
    const std::size_t size = std::min(waiting_.size(), std::exchange(at_once_, SIZE_MAX));
    if (size == 0) return !waiting_.empty();  // held up once
    const ssize_t sent = ::send(descriptor_, waiting_.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) waiting_.clear();  // the server is gone
        return false;
    }
    model.note_sent(BytesView(waiting_).first(static_cast<std::size_t>(sent)));
    waiting_.erase(waiting_.begin(), waiting_.begin() + sent);
    return true;
}

bool FuzzClient::read() {
    if (model.has_ended()) return false;
    std::array<std::uint8_t, 4096> bytes;
    const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
        model.note_received(BytesView(bytes).first(static_cast<std::size_t>(count)));
        return true;
    }
    if (count < 0 && errno == EAGAIN) return false;
    model.note_end();
    return true;
}

}  // namespace gatehouse::gateway
