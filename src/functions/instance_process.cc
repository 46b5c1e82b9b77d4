#include "functions/instance_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "functions/sandbox_process.h"

namespace gatehouse::functions {
namespace {

using std::chrono::seconds;

// How long the sandbox gets to end what its instance left behind.
constexpr seconds clean_up_max{2};

std::unexpected<Error> cannot(std::string_view what, int error) {
    return fail(ErrorKind::Unavailable, "a function instance cannot be started: " +
                                            std::string(what) + ": " + std::strerror(error));
}

Result<Descriptor> spec_file(const LaunchSpec& spec) {
    Descriptor file(memfd_create("launch-spec", MFD_CLOEXEC));
    const std::string bytes = encode(spec);
    if (file.get() < 0 ||
        write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        return cannot("memory for its description", errno);
    }
    return file;
}

}  // namespace

class InstanceProcess::Watch final : async::ReadinessHandler, Pinned {
public:
    using Work = void (InstanceProcess::*)();
    Watch(InstanceProcess& process, int descriptor, Work work)
        : process_(process), descriptor_(descriptor), work_(work) {
        process_.loop_.watch(descriptor_, *this, EPOLLIN);
    }
    ~Watch() { process_.loop_.unwatch(descriptor_, *this); }

private:
    // The work may destroy this watch: nothing is touched after it.
    void on_ready(std::uint32_t) override { (process_.*work_)(); }

    InstanceProcess& process_;
    int descriptor_;
    Work work_;
};

Result<std::unique_ptr<InstanceProcess>> InstanceProcess::start(async::EventLoop& loop,
                                                                const std::string& sandbox,
                                                                const LaunchSpec& spec, int output,
                                                                ProcessOwner& owner) {
    const Result<Descriptor> input = spec_file(spec);
    if (!input) return fail(input.error());
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return cannot("a socket", errno);
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const int on = 1;
    setsockopt(ours.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    const Result<pid_t> pid = spawn_sandbox(
        sandbox, "launch",
        {.control = theirs.get(), .input = input->get(), .target = -1, .output = output});
    if (!pid) return fail(pid.error());
    // Not racy: only we reap this child.
    Descriptor pidfd = open_pidfd(*pid);
    if (pidfd.get() < 0) {
        const int error = errno;
        ::kill(*pid, SIGKILL);
        waitpid(*pid, nullptr, 0);
        return cannot("pidfd_open", error);
    }
    return std::unique_ptr<InstanceProcess>(new InstanceProcess(
        loop, *pid, pidfd.release(), ours.release(), spec.use_namespaces, owner));
}

InstanceProcess::InstanceProcess(async::EventLoop& loop, pid_t pid, int pidfd, int control,
                                 bool in_namespaces, ProcessOwner& owner)
    : loop_(loop),
      owner_(owner),
      pid_(pid),
      pidfd_(pidfd),
      control_(control),
      in_namespaces_(in_namespaces),
      exit_watch_(std::make_unique<Watch>(*this, pidfd, &InstanceProcess::ended)),
      control_watch_(std::make_unique<Watch>(*this, control, &InstanceProcess::read_messages)),
      kill_harder_([this] { ::kill(-pid_, SIGKILL); }) {}

InstanceProcess::~InstanceProcess() {
    exit_watch_.reset();
    control_watch_.reset();
    if (pid_ > 0) {
        // Not ended yet, and nobody will watch: end it for good and reap it.
        if (!in_namespaces_) ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(control_);
    close(pidfd_);
}

void InstanceProcess::proceed() {
    // A sandbox that has ended already is told of by its pidfd.
    send(control_, "", 1, MSG_NOSIGNAL);
}

void InstanceProcess::kill() {
    if (pid_ < 0 || std::exchange(killed_, true)) return;
    if (in_namespaces_) {
        // The kernel ends everything in the namespace with it.
        ::kill(pid_, SIGKILL);
        return;
    }
    // The sandbox ends what it has adopted, which killing the group alone would miss.
    ::kill(pid_, SIGTERM);
    loop_.machine_timers().set(kill_harder_, loop_.clock().machine_now() + clean_up_max);
}

void InstanceProcess::read_messages() {
    for (;;) {
        std::array<char, 1024> bytes;
        iovec piece{.iov_base = bytes.data(), .iov_len = bytes.size()};
        alignas(cmsghdr) std::array<char, 256> control;
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t count = recvmsg(control_, &message, MSG_CMSG_CLOEXEC);
        if (count <= 0) {
            // The end of the stream stays readable: the exit watch tells the rest.
            if (count == 0) control_watch_.reset();
            return;
        }
        int descriptor = -1;
        pid_t sender = 0;
        for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
             part = CMSG_NXTHDR(&message, part)) {
            if (part->cmsg_level != SOL_SOCKET) continue;
            if (part->cmsg_type == SCM_RIGHTS) std::memcpy(&descriptor, CMSG_DATA(part), 4);
            if (part->cmsg_type == SCM_CREDENTIALS) {
                ucred credentials;
                std::memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
                sender = credentials.pid;
            }
        }
        take({bytes.data(), static_cast<std::size_t>(count)}, sender, descriptor);
    }
}

void InstanceProcess::take(std::string_view message, pid_t sender, int descriptor) {
    const auto kind = static_cast<SandboxMessage>(message.front());
    message.remove_prefix(1);
    const auto space = message.find(' ');
    const std::string_view first = message.substr(0, space);
    const std::string_view rest = space == message.npos ? "" : message.substr(space + 1);
    switch (kind) {
        case SandboxMessage::Confined: return owner_.on_confined(message);
        case SandboxMessage::Started: return owner_.on_started(sender);
        case SandboxMessage::Listener:
            if (descriptor >= 0) owner_.on_listener(descriptor);
            return;
        case SandboxMessage::Failed:
            if (end_known_) return;
            end_known_ = true;
            end_ = {.how = ProcessEnd::How::NotStarted,
                    .stage = std::string(first),
                    .detail = std::string(rest)};
            return;
        case SandboxMessage::Exited:
            if (end_known_) return;
            end_known_ = true;
            end_.how = first == "signal" ? ProcessEnd::How::Signalled : ProcessEnd::How::Exited;
            take_exit(rest);
            return;
    }
}

// "VALUE MAX_RESIDENT_KIB"
void InstanceProcess::take_exit(std::string_view numbers) {
    const char* const end = numbers.data() + numbers.size();
    const auto [after, error] = std::from_chars(numbers.data(), end, end_.value);
    std::uint64_t kibibytes = 0;
    if (error == std::errc() && after != end) std::from_chars(after + 1, end, kibibytes);
    end_.max_resident_bytes = kibibytes * 1024;
}

void InstanceProcess::ended() {
    if (control_watch_) read_messages();
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    if (!end_known_) {
        // Killed from outside, the sandbox included.
        end_.how = ProcessEnd::How::Signalled;
        end_.value = WIFSIGNALED(status) ? WTERMSIG(status) : SIGKILL;
    }
    kill_harder_.cancel();
    exit_watch_.reset();
    owner_.on_ended(end_);
}

}  // namespace gatehouse::functions
