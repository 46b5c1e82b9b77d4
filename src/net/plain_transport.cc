#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/transport.h"

namespace gatehouse::net {
namespace {

class PlainTransport final : public Transport {
public:
    explicit PlainTransport(int descriptor) : descriptor_(descriptor) {}
    ~PlainTransport() override { close(descriptor_); }

    int descriptor() const override { return descriptor_; }

    IoOutcome read(std::span<std::uint8_t> into) override {
        while (true) {
            const ssize_t count = recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
            if (count > 0) return {IoOutcome::Status::Done, static_cast<std::size_t>(count)};
            if (count == 0) return {IoOutcome::Status::Closed};
            if (errno == EINTR) continue;
            return failed(IoOutcome::Status::WaitRead);
        }
    }

    IoOutcome write(std::span<const iovec> pieces) override {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces.data());
        message.msg_iovlen = pieces.size();
        while (true) {
            const ssize_t count = sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count >= 0) return {IoOutcome::Status::Done, static_cast<std::size_t>(count)};
            if (errno == EINTR) continue;
            return failed(IoOutcome::Status::WaitWrite);
        }
    }

    void shut_down() override { shutdown(descriptor_, SHUT_WR); }
    bool has_buffered_input() const override { return false; }
    std::string error_text() const override { return std::strerror(error_); }

private:
    IoOutcome failed(IoOutcome::Status when_not_ready) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {when_not_ready};
        error_ = errno;
        return {IoOutcome::Status::Failed};
    }

    int descriptor_;
    int error_ = 0;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(int descriptor) {
    return std::make_unique<PlainTransport>(descriptor);
}

}  // namespace gatehouse::net
