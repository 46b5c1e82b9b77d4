#include "functions/runtimes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "base/durable_file.h"
#include "functions/embedded_files.h"

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;

constexpr unsigned python_minor_min = 8;
constexpr unsigned python_minor_max = 14;
// Even versions alone become a runtime.
constexpr unsigned node_major_min = 12;
constexpr unsigned node_major_max = 24;
constexpr std::array<std::string_view, 3> provided{"provided", "provided.al2", "provided.al2023"};

std::string known_runtimes() {
    std::string list;
    for (unsigned minor = python_minor_min; minor <= python_minor_max; ++minor) {
        list += fmt::format("python3.{}, ", minor);
    }
    for (unsigned major = node_major_min; major <= node_major_max; major += 2) {
        list += fmt::format("nodejs{}.x, ", major);
    }
    return list + fmt::format("{}, {}, {}", provided[0], provided[1], provided[2]);
}

Result<void> put_file(const fs::path& path, std::string_view content, mode_t mode) {
    if (!file_holds(path, content)) {
        const Result<void> written = write_file(path, content, FileAccess::Readable);
        if (!written) return written;
    }
    if (chmod(path.c_str(), mode) != 0) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("{}: its mode cannot be set", path.string()));
    }
    return {};
}

Result<void> make_directory(const fs::path& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("{} cannot be made: {}", path.string(), error.message()));
    }
    chmod(path.c_str(), 0755);
    return {};
}

std::optional<fs::path> find_program(std::string_view name,
                                     const std::vector<std::string>& search_path) {
    for (const std::string& directory : search_path) {
        const fs::path candidate = fs::path(directory) / name;
        std::error_code ignored;
        if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate, ignored)) {
            return candidate;
        }
    }
    return std::nullopt;
}

// "v20.19.2" of `node --version` is 20; 0 when it does not say.
unsigned node_major_of(const fs::path& program) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return 0;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::array<char, 10> version_flag{"--version"};
    std::string name = program.string();
    std::array<char*, 3> arguments{name.data(), version_flag.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    pid_t child = 0;
    const int spawned = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(),
                                    environment.data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    unsigned major = 0;
    if (spawned == 0) {
        std::array<char, 32> text{};
        const ssize_t count = read(ends[0], text.data(), text.size());
        if (count > 1 && text[0] == 'v') {
            std::from_chars(text.data() + 1, text.data() + count, major);
        }
        waitpid(child, nullptr, 0);
    }
    close(ends[0]);
    return major;
}

// What a runtime is called on a machine.
struct Names {
    std::string exact;           // "python3.11", "node20"
    std::string_view any;        // "python3", "node"
    std::string_view of_family;  // as people say it
};

Names names_of(const Runtime& runtime) {
    if (runtime.family == RuntimeFamily::Node) {
        return {fmt::format("node{}", runtime.version), "node", "Node.js"};
    }
    return {fmt::format("python3.{}", runtime.version), "python3", "Python"};
}

std::optional<unsigned> number_between(std::string_view text, std::string_view before,
                                       std::string_view after) {
    if (!text.starts_with(before) || !text.ends_with(after)) return std::nullopt;
    text.remove_prefix(before.size());
    if (text.size() < after.size()) return std::nullopt;
    text.remove_suffix(after.size());
    unsigned number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (!is_whole || text.front() == '0') return std::nullopt;
    return number;
}

// An installation outside /usr is shown whole: /opt/python3.12/bin/python3.12 needs
// /opt/python3.12.
std::vector<Mount> mounts_for(const fs::path& program) {
    std::error_code ignored;
    std::vector<Mount> mounts;
    for (const fs::path& path : {program, fs::canonical(program, ignored)}) {
        const std::string prefix = path.parent_path().parent_path().string();
        if (prefix.empty() || prefix == "/" || prefix == "/usr" || prefix.starts_with("/usr/")) {
            continue;
        }
        mounts.push_back({prefix, prefix});
    }
    return mounts;
}

}  // namespace

Result<Runtime> find_runtime(std::string_view id) {
    if (std::ranges::find(provided, id) != provided.end()) {
        return Runtime{std::string(id), RuntimeFamily::Provided, 0};
    }
    const auto minor = number_between(id, "python3.", "");
    if (minor && *minor >= python_minor_min && *minor <= python_minor_max) {
        return Runtime{std::string(id), RuntimeFamily::Python, *minor};
    }
    const auto major = number_between(id, "nodejs", ".x");
    if (major && *major >= node_major_min && *major <= node_major_max && *major % 2 == 0) {
        return Runtime{std::string(id), RuntimeFamily::Node, *major};
    }
    return fail(ErrorKind::NotFound,
                fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must "
                            "satisfy enum value set: [{}] or be a valid ARN",
                            id, known_runtimes()));
}

Result<RuntimeFiles> install_runtime_files(const fs::path& directory) {
    const fs::path python = directory / "python";
    const fs::path node = directory / "node";
    for (const fs::path& path : {directory, python, node}) {
        if (auto made = make_directory(path); !made) return fail(std::move(made.error()));
    }
    const fs::path sandbox = directory / "function-sandbox";
    if (auto put = put_file(sandbox, embedded_sandbox(), 0755); !put) {
        return fail(std::move(put.error()));
    }
    if (auto put = put_file(python / "bootstrap.py", embedded_python_bootstrap(), 0644); !put) {
        return fail(std::move(put.error()));
    }
    if (auto put = put_file(node / "bootstrap.js", embedded_node_bootstrap(), 0644); !put) {
        return fail(std::move(put.error()));
    }
    return RuntimeFiles{sandbox.string(), python.string(), node.string()};
}

std::vector<Mount> system_mounts() {
    constexpr std::array paths{"/usr",
                               "/bin",
                               "/sbin",
                               "/lib",
                               "/lib64",
                               "/lib32",
                               "/etc/alternatives",
                               "/etc/ca-certificates",
                               "/etc/gai.conf",
                               "/etc/group",
                               "/etc/host.conf",
                               "/etc/hosts",
                               "/etc/ld.so.cache",
                               "/etc/ld.so.conf",
                               "/etc/ld.so.conf.d",
                               "/etc/localtime",
                               "/etc/mime.types",
                               "/etc/nsswitch.conf",
                               "/etc/os-release",
                               "/etc/passwd",
                               "/etc/pki",
                               "/etc/protocols",
                               "/etc/python3",
                               "/etc/resolv.conf",
                               "/etc/services",
                               "/etc/ssl/certs",
                               "/etc/ssl/openssl.cnf",
                               "/etc/timezone"};
    std::vector<Mount> mounts;
    for (const char* path : paths) mounts.push_back({path, path});
    return mounts;
}

std::vector<std::string> default_search_path() {
    return {"/usr/local/bin", "/usr/bin", "/bin"};
}

Result<Interpreter> find_interpreter(const Runtime& runtime,
                                     const std::vector<std::string>& search_path,
                                     RuntimeFallback fallback) {
    const Names names = names_of(runtime);
    if (const auto program = find_program(names.exact, search_path)) {
        return Interpreter{program->string(), mounts_for(*program), {}};
    }
    const auto any = find_program(names.any, search_path);
    const bool is_node = any && runtime.family == RuntimeFamily::Node;
    const unsigned major = is_node ? node_major_of(*any) : 0;
    if (is_node && major == runtime.version) {
        return Interpreter{any->string(), mounts_for(*any), {}};
    }
    if (any && fallback == RuntimeFallback::WarnAndUseInstalled) {
        std::error_code ignored;
        const std::string real = is_node ? fmt::format("node {}", major)
                                         : fs::canonical(*any, ignored).filename().string();
        return Interpreter{
            any->string(), mounts_for(*any),
            fmt::format("{} is not installed; {} runs the function instead", names.exact, real)};
    }
    return fail(ErrorKind::Unavailable,
                fmt::format("the runtime {} needs the program {}, which is not installed here{}",
                            runtime.id, names.exact,
                            any ? fmt::format(" (another {} is, but this profile refuses to use "
                                              "it)",
                                              names.of_family)
                                : std::string()));
}

}  // namespace gatehouse::functions
