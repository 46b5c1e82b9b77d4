#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "functions/sandbox/sandbox.h"

namespace gatehouse::functions {

void tell(SandboxMessage kind, std::string_view text, int descriptor) {
    std::string bytes(1, static_cast<char>(kind));
    bytes += text;
    iovec piece{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
    }
    // A server that is gone needs no message.
    [[maybe_unused]] const ssize_t sent =
        sendmsg(sandbox_control_descriptor, &message, MSG_NOSIGNAL);
}

void give_up(std::string_view stage, const std::string& what) {
    const int error = errno;
    std::string text(stage);
    text += ' ';
    text += what;
    if (error != 0) {
        text += ": ";
        text += std::strerror(error);
    }
    tell(SandboxMessage::Failed, text);
    _exit(sandbox_failed_exit);
}

}  // namespace gatehouse::functions

int main(int count, char** arguments) {
    const std::string_view task = count > 1 ? arguments[1] : "";
    if (task == "launch") return gatehouse::functions::launch();
    if (task == "unpack") return gatehouse::functions::unpack();
    return 64;
}
