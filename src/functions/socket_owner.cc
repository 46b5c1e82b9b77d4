#include "functions/socket_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "base/descriptor.h"

namespace gatehouse::functions {
namespace {

struct Ends {
    sockaddr_in peer{};
    sockaddr_in ours{};
};

std::optional<Ends> ends_of(int socket) {
    Ends ends;
    socklen_t length = sizeof ends.peer;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&ends.peer), &length) != 0) return {};
    length = sizeof ends.ours;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&ends.ours), &length) != 0) return {};
    if (ends.peer.sin_family != AF_INET) return {};
    return ends;
}

// The kernel's answer, or empty when it does not offer this.
std::optional<Result<SocketOwner>> ask_kernel(const Ends& ends) {
    const Descriptor netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (netlink.get() < 0) return {};
    struct {
        nlmsghdr header;
        inet_diag_req_v2 question;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.question.sdiag_family = AF_INET;
    request.question.sdiag_protocol = IPPROTO_TCP;
    request.question.idiag_states = ~0u;
    // Seen from the peer's socket: it is the source.
    request.question.id.idiag_sport = ends.peer.sin_port;
    request.question.id.idiag_dport = ends.ours.sin_port;
    request.question.id.idiag_src[0] = ends.peer.sin_addr.s_addr;
    request.question.id.idiag_dst[0] = ends.ours.sin_addr.s_addr;
    request.question.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.question.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (send(netlink.get(), &request, sizeof request, 0) < 0) return {};
    alignas(nlmsghdr) std::array<char, 4096> answer;
    const ssize_t length = recv(netlink.get(), answer.data(), answer.size(), 0);
    if (length < static_cast<ssize_t>(sizeof(nlmsghdr))) return {};
    nlmsghdr header;
    std::memcpy(&header, answer.data(), sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR) {
        nlmsgerr error{};
        std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error.error);
        // ENOENT with the kernel's module missing looks like "no such socket": ask /proc as well.
        return {};
    }
    if (length < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(inet_diag_msg))) return {};
    inet_diag_msg message;
    std::memcpy(&message, answer.data() + NLMSG_HDRLEN, sizeof message);
    return SocketOwner{.user = message.idiag_uid, .inode = message.idiag_inode};
}

// "0100007F:1F90", the form of /proc/net/tcp.
std::string table_form(const sockaddr_in& address) {
    return fmt::format("{:08X}:{:04X}", address.sin_addr.s_addr, ntohs(address.sin_port));
}

Result<SocketOwner> read_table(const Ends& ends) {
    std::ifstream table("/proc/net/tcp");
    const std::string wanted = table_form(ends.peer) + " " + table_form(ends.ours);
    for (std::string line; std::getline(table, line);) {
        const auto at = line.find(wanted);
        if (at == line.npos) continue;
        unsigned user = 0;
        unsigned long inode = 0;
        // After the addresses: state, queues, timer, retransmits, user, timeout, inode.
        if (std::sscanf(line.c_str() + at + wanted.size(), "%*s %*s %*s %*s %u %*s %lu", &user,
                        &inode) == 2) {
            return SocketOwner{.user = user, .inode = inode};
        }
    }
    return fail(ErrorKind::NotFound, "the connection's other end is not a socket of this machine");
}

struct CloseDirectory {
    void operator()(DIR* opened) const { closedir(opened); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

void add_children(pid_t process, std::vector<pid_t>& into) {
    const Directory tasks(opendir(fmt::format("/proc/{}/task", process).c_str()));
    if (!tasks) return;
    while (const dirent* const task = readdir(tasks.get())) {
        if (task->d_name[0] == '.') continue;
        const Descriptor file(
            open(fmt::format("/proc/{}/task/{}/children", process, task->d_name).c_str(),
                 O_RDONLY | O_CLOEXEC));
        std::array<char, 16384> text;
        const ssize_t length = file.get() < 0 ? 0 : read(file.get(), text.data(), text.size());
        const char* next = text.data();
        const char* const end = text.data() + (length < 0 ? 0 : length);
        while (next < end) {
            pid_t child = 0;
            const auto parsed = std::from_chars(next, end, child);
            if (parsed.ec != std::errc{}) break;
            into.push_back(child);
            next = parsed.ptr + 1;
        }
    }
}

}  // namespace

Result<SocketOwner> owner_of_peer(int connected_socket) {
    const std::optional<Ends> ends = ends_of(connected_socket);
    if (!ends) return fail(ErrorKind::NotFound, "the connection is gone");
    if (auto answer = ask_kernel(*ends)) return *answer;
    return read_table(*ends);
}

bool holds_socket(const std::vector<pid_t>& processes, std::uint64_t inode) {
    const std::string wanted = fmt::format("socket:[{}]", inode);
    for (const pid_t process : processes) {
        const std::string path = fmt::format("/proc/{}/fd", process);
        const Directory files(opendir(path.c_str()));
        if (!files) continue;
        while (const dirent* const file = readdir(files.get())) {
            std::array<char, 64> target;
            const ssize_t length =
                readlinkat(dirfd(files.get()), file->d_name, target.data(), target.size());
            if (length > 0 && wanted == std::string_view(target.data(), length)) return true;
        }
    }
    return false;
}

std::vector<pid_t> process_tree(pid_t root) {
    std::vector<pid_t> found{root};
    // Bounded: more processes than an instance may have are not looked at.
    constexpr std::size_t processes_max = 4096;
    for (std::size_t i = 0; i < found.size() && found.size() < processes_max; ++i) {
        add_children(found[i], found);
    }
    return found;
}

std::uint64_t resident_bytes(pid_t process) {
    const Descriptor file(
        open(fmt::format("/proc/{}/statm", process).c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 128> text{};
    if (file.get() < 0 || read(file.get(), text.data(), text.size() - 1) <= 0) return 0;
    unsigned long resident = 0;
    if (std::sscanf(text.data(), "%*u %lu", &resident) != 1) return 0;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace gatehouse::functions
