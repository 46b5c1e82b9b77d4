// Starts one instance and stays beside it until it ends.
//
// With namespaces: supervisor → first process of the process namespace → runtime. When either of
// the first two dies the kernel ends everything in the namespace.
// Without: supervisor → runtime. The supervisor adopts what the runtime leaves behind and ends it.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "functions/sandbox/sandbox.h"

namespace gatehouse::functions {
namespace {

LaunchSpec read_spec() {
    struct stat facts{};
    if (fstat(sandbox_input_descriptor, &facts) != 0) give_up("spec", "reading the launch spec");
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    if (pread(sandbox_input_descriptor, bytes.data(), bytes.size(), 0) !=
        static_cast<ssize_t>(bytes.size())) {
        give_up("spec", "reading the launch spec");
    }
    close(sandbox_input_descriptor);
    std::optional<LaunchSpec> spec = decode_launch_spec(bytes);
    errno = 0;
    if (!spec) give_up("spec", "the launch spec does not read");
    return std::move(*spec);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

void die_with_parent(int signal, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, signal);
    if (getppid() != parent) _exit(sandbox_failed_exit);
}

// What the shell does with a program of the function's that the system does not start. Source: the
// bootstrap of AWS's runtime images.
[[noreturn]] void start_wrapper_as_a_shell(std::vector<char*> arguments, char* const* environment) {
    if (errno == ENOEXEC) {
        std::string shell = "/bin/sh";
        const char* const wrapper = arguments[0];
        arguments.insert(arguments.begin(), shell.data());
        execve(shell.c_str(), arguments.data(), environment);
        dprintf(STDERR_FILENO, "%s: is not an executable\n", wrapper);
        _exit(126);
    }
    const bool is_missing = access(arguments[0], F_OK) != 0;
    dprintf(STDERR_FILENO, is_missing ? "%s: does not exist\n" : "%s: is not an executable\n",
            arguments[0]);
    _exit(is_missing ? 127 : 126);
}

[[noreturn]] void become_runtime(LaunchSpec& spec, bool in_namespaces) {
    const pid_t parent = getppid();
    const Confinement reached = confine(spec, in_namespaces);
    std::string text = in_namespaces ? "namespaces" : "";
    if (spec.user != 0) text += " own-user";
    if (reached.landlock_abi > 0) text += " landlock=" + std::to_string(reached.landlock_abi);
    if (reached.seccomp) text += " seccomp";
    tell(SandboxMessage::Confined, text);
    // After the change of user, which clears it.
    die_with_parent(SIGKILL, parent);
    if (chdir(spec.working_directory.c_str()) != 0) {
        give_up("exec", "entering " + spec.working_directory);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    tell(SandboxMessage::Started, "");
    std::vector<char*> arguments = pointers(spec.arguments);
    std::vector<char*> environment = pointers(spec.environment);
    execve(arguments[0], arguments.data(), environment.data());
    if (spec.has_wrapper) start_wrapper_as_a_shell(std::move(arguments), environment.data());
    give_up("exec", std::string("starting ") + arguments[0]);
}

struct RuntimeEnd {
    int status = -1;  // as wait tells it; -1: asked to stop
    long max_resident_kb = 0;
};

// Waits until the runtime ends, reaping whatever else does; asked to stop: returns at once.
RuntimeEnd wait_for(pid_t runtime, const sigset_t& signals) {
    for (;;) {
        int status = 0;
        rusage used{};
        for (pid_t ended = 0; (ended = wait4(-1, &status, WNOHANG, &used)) > 0;) {
            if (ended == runtime) return {status, used.ru_maxrss};
        }
        if (sigwaitinfo(&signals, nullptr) == SIGTERM) return {};
    }
}

void report_exit(const RuntimeEnd& end) {
    if (end.status < 0) return;
    const bool by_signal = WIFSIGNALED(end.status);
    const int value = by_signal ? WTERMSIG(end.status) : WEXITSTATUS(end.status);
    tell(SandboxMessage::Exited, (by_signal ? "signal " : "exit ") + std::to_string(value) + " " +
                                     std::to_string(end.max_resident_kb));
}

[[noreturn]] void be_first_process(LaunchSpec& spec, const sigset_t& signals) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    build_root(spec);
    if (spec.network != NetworkAccess::Full) open_private_loopback(spec);
    const pid_t runtime = fork();
    if (runtime < 0) give_up("start", "starting the runtime's process");
    if (runtime == 0) become_runtime(spec, /*in_namespaces=*/true);
    report_exit(wait_for(runtime, signals));
    _exit(0);  // the kernel ends what is left in the namespace
}

// Ends every descendant. What loses its parent becomes our child, so this ends.
void end_descendants() {
    const std::string list = "/proc/self/task/" + std::to_string(getpid()) + "/children";
    for (int round = 0; round < 10'000; ++round) {
        const int file = open(list.c_str(), O_RDONLY | O_CLOEXEC);
        char text[4096];
        const ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
        if (file >= 0) close(file);
        pid_t pid = 0;
        for (ssize_t i = 0; i < length; ++i) {
            if (text[i] >= '0' && text[i] <= '9') {
                pid = pid * 10 + (text[i] - '0');
            } else if (pid > 0) {
                kill(pid, SIGKILL);
                pid = 0;
            }
        }
        if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
    }
}

// The server puts this process into a control group first; children follow it from then on alone.
void wait_until_held() {
    char byte = 0;
    ssize_t count = 0;
    do {
        count = recv(sandbox_control_descriptor, &byte, 1, 0);
    } while (count < 0 && errno == EINTR);
    if (count != 1) give_up("start", "waiting for the server");
}

}  // namespace

int launch() {
    LaunchSpec spec = read_spec();
    const pid_t server = getppid();
    wait_until_held();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_SETMASK, &signals, nullptr);

    const bool in_namespaces = spec.use_namespaces && enter_namespaces(spec);
    errno = 0;
    if (spec.use_namespaces && !in_namespaces) {
        give_up("namespaces", "this system does not let a process make namespaces of its own");
    }
    // Only now: a process that is not dumpable may not write its own user map.
    prctl(PR_SET_DUMPABLE, 0);
    die_with_parent(in_namespaces ? SIGKILL : SIGTERM, server);
    const pid_t child = fork();
    if (child < 0) give_up("start", "starting a process");
    if (child == 0 && in_namespaces) be_first_process(spec, signals);
    if (child == 0) become_runtime(spec, /*in_namespaces=*/false);
    // The output belongs to the runtime alone: its end must be seen when the runtime ends.
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    const RuntimeEnd end = wait_for(child, signals);
    if (!in_namespaces) {
        report_exit(end);
        end_descendants();
    } else if (end.status < 0) {
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
    }
    return 0;
}

}  // namespace gatehouse::functions
