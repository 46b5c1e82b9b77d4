#include "server/device/stop_signal.h"

#include <fmt/format.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gatehouse::server::device {

Result<std::unique_ptr<StopSignal>> StopSignal::watch() {
    sigset_t signals;
    sigset_t before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, &before);
    const int descriptor = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor < 0) {
        const int code = errno;
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        return fail(ErrorKind::Unavailable,
                    fmt::format("cannot wait for signals: {}", std::strerror(code)));
    }
    return std::unique_ptr<StopSignal>(new StopSignal(descriptor, signals, before));
}

void StopSignal::during_blocking_work(std::chrono::milliseconds limit,
                                      const std::function<void()>& work) {
    struct sigaction interrupt{};
    interrupt.sa_handler = [](int) {};
    struct sigaction before{};
    ::sigaction(SIGALRM, &interrupt, &before);
    const timeval wait{limit.count() / 1000, limit.count() % 1000 * 1000};
    const itimerval again_and_again{wait, wait};
    const itimerval never{};
    ::setitimer(ITIMER_REAL, &again_and_again, nullptr);
    ::sigprocmask(SIG_UNBLOCK, &signals_, nullptr);
    work();
    ::sigprocmask(SIG_BLOCK, &signals_, nullptr);
    ::setitimer(ITIMER_REAL, &never, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
}

StopSignal::~StopSignal() {
    came();  // one that waits would otherwise end the program now
    ::close(descriptor_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool StopSignal::came() {
    signalfd_siginfo signal{};
    while (::read(descriptor_, &signal, sizeof signal) == sizeof signal) came_ = true;
    return came_;
}

}  // namespace gatehouse::server::device
