// A forked child for tests about what other processes see and what a crash leaves. It reports to
// its parent through a pipe, a line at a time.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/pinned.h"

namespace gatehouse::storage {

class ChildProcess : Pinned {
public:
    class Report {
    public:
        explicit Report(int descriptor) : descriptor_(descriptor) {}
        // One write, so it arrives whole or not at all. Lines are short and hold no line feed.
        void line(std::string_view text) const {
            const std::string whole = std::string(text) + "\n";
            if (::write(descriptor_, whole.data(), whole.size()) < 0) ::_exit(99);
        }

    private:
        int descriptor_;
    };

    // `body` runs in the child; the child ends, without destructors, when it returns.
    explicit ChildProcess(const std::function<void(const Report&)>& body) {
        int ends[2];
        if (::pipe(ends) != 0) ADD_FAILURE() << "no pipe";
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(ends[0]);
            body(Report(ends[1]));
            ::_exit(0);
        }
        ::close(ends[1]);
        reader_ = ends[0];
    }
    ~ChildProcess() {
        if (pid_ > 0) kill_and_wait();
        ::close(reader_);
    }

    pid_t pid() const { return pid_; }

    // Waits for the next line; empty when the child has ended.
    std::optional<std::string> next_line() {
        for (;;) {
            if (const auto end = pending_.find('\n'); end != std::string::npos) {
                std::string line = pending_.substr(0, end);
                pending_.erase(0, end + 1);
                return line;
            }
            char buffer[4096];
            const ssize_t count = ::read(reader_, buffer, sizeof buffer);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return std::nullopt;
            pending_.append(buffer, static_cast<std::size_t>(count));
        }
    }

    void kill_and_wait() {
        ::kill(pid_, SIGKILL);
        wait();
    }
    // The exit status as waitpid gives it.
    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_ = -1;
    int reader_ = -1;
    std::string pending_;
};

}  // namespace gatehouse::storage
