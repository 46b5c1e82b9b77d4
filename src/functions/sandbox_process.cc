#include "functions/sandbox_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "functions/launch_spec.h"

namespace gatehouse::functions {
namespace {

// Numbers from here on are out of the way of those the sandbox expects.
constexpr int first_free_descriptor = 16;

struct FileActions {
    FileActions() { posix_spawn_file_actions_init(&raw); }
    ~FileActions() { posix_spawn_file_actions_destroy(&raw); }
    posix_spawn_file_actions_t raw;
};

struct SpawnAttributes {
    SpawnAttributes() { posix_spawnattr_init(&raw); }
    ~SpawnAttributes() { posix_spawnattr_destroy(&raw); }
    posix_spawnattr_t raw;
};

// Copies of the caller's descriptors, moved out of the way of the numbers they are to become.
class Moves {
public:
    void add(FileActions& actions, int from, int to) {
        if (from < 0) return;
        Descriptor& copy = copies_[count_++];
        copy = Descriptor(fcntl(from, F_DUPFD_CLOEXEC, first_free_descriptor));
        if (!copy.is_open()) error_ = errno;
        posix_spawn_file_actions_adddup2(&actions.raw, copy.get(), to);
    }
    int error() const { return error_; }

private:
    std::array<Descriptor, 8> copies_;
    std::size_t count_ = 0;
    int error_ = 0;
};

void set_attributes(SpawnAttributes& attributes) {
    sigset_t all;
    sigfillset(&all);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes.raw, &all);
    posix_spawnattr_setsigmask(&attributes.raw, &none);
    posix_spawnattr_setflags(&attributes.raw,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

}  // namespace

Result<pid_t> spawn_sandbox(const std::string& program, std::string_view task,
                            const SandboxFiles& files) {
    FileActions actions;
    Moves moves;
    posix_spawn_file_actions_addopen(&actions.raw, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions.raw, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions.raw, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    moves.add(actions, files.output, STDOUT_FILENO);
    moves.add(actions, files.output, STDERR_FILENO);
    moves.add(actions, files.control, sandbox_control_descriptor);
    moves.add(actions, files.input, sandbox_input_descriptor);
    moves.add(actions, files.target, sandbox_target_descriptor);
    const int last = files.target >= 0 ? sandbox_target_descriptor : sandbox_input_descriptor;
    posix_spawn_file_actions_addclosefrom_np(&actions.raw, last + 1);
    SpawnAttributes attributes;
    set_attributes(attributes);

    std::string name = program;
    std::string argument(task);
    std::array<char*, 3> arguments{name.data(), argument.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    pid_t pid = -1;
    int error = moves.error();
    if (error == 0) {
        error = posix_spawn(&pid, program.c_str(), &actions.raw, &attributes.raw, arguments.data(),
                            environment.data());
    }
    if (error != 0) {
        return fail(ErrorKind::Unavailable,
                    "the program " + program + " cannot be started: " + std::strerror(error));
    }
    return pid;
}

Descriptor open_pidfd(pid_t child) {
    // The C library's own declaration cannot be linked from C++ (glibc 2.36).
    return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
}

}  // namespace gatehouse::functions
