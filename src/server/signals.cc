#include "server/signals.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace gatehouse::server {

namespace {

sigset_t watched_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
    return signals;
}

}  // namespace

void Signals::hold_back() {
    const sigset_t signals = watched_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Result<std::unique_ptr<Signals>> Signals::watch(async::EventLoop& loop, Actions actions) {
    const sigset_t signals = watched_signals();
    const int blocked = pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const int descriptor = blocked == 0 ? signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC) : -1;
    if (descriptor < 0) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("cannot watch for signals: {}", std::strerror(errno)));
    }
    return std::unique_ptr<Signals>(new Signals(loop, descriptor, std::move(actions)));
}

Signals::Signals(async::EventLoop& loop, int descriptor, Actions actions)
    : loop_(loop), descriptor_(descriptor), actions_(std::move(actions)) {
    loop_.watch(descriptor_, *this, EPOLLIN);
}

Signals::~Signals() {
    loop_.unwatch(descriptor_, *this);
    ::close(descriptor_);
}

void Signals::on_ready(std::uint32_t) {
    signalfd_siginfo info{};
    while (::read(descriptor_, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            actions_.reread();
            continue;
        }
        if (draining_) std::_Exit(128 + static_cast<int>(info.ssi_signo));
        draining_ = true;
        actions_.drain();
    }
}

}  // namespace gatehouse::server
