#include "functions/runtimes.h"

#include <fmt/format.h>
#include <sys/stat.h>
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
constexpr std::array<std::string_view, 3> provided{"provided", "provided.al2", "provided.al2023"};

std::string known_runtimes() {
    std::string list;
    for (unsigned minor = python_minor_min; minor <= python_minor_max; ++minor) {
        list += fmt::format("python3.{}, ", minor);
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
    constexpr std::string_view python = "python3.";
    if (id.starts_with(python)) {
        unsigned minor = 0;
        const std::string_view digits = id.substr(python.size());
        const auto parsed = std::from_chars(digits.begin(), digits.end(), minor);
        if (parsed.ec == std::errc{} && parsed.ptr == digits.end() && minor >= python_minor_min &&
            minor <= python_minor_max && digits.front() != '0') {
            return Runtime{std::string(id), RuntimeFamily::Python, minor};
        }
    }
    return fail(ErrorKind::NotFound,
                fmt::format("Value {} at 'runtime' failed to satisfy constraint: Member must "
                            "satisfy enum value set: [{}] or be a valid ARN",
                            id, known_runtimes()));
}

Result<RuntimeFiles> install_runtime_files(const fs::path& directory) {
    const fs::path python = directory / "python";
    for (const fs::path& path : {directory, python}) {
        if (auto made = make_directory(path); !made) return fail(std::move(made.error()));
    }
    const fs::path sandbox = directory / "function-sandbox";
    if (auto put = put_file(sandbox, embedded_sandbox(), 0755); !put) {
        return fail(std::move(put.error()));
    }
    if (auto put = put_file(python / "bootstrap.py", embedded_python_bootstrap(), 0644); !put) {
        return fail(std::move(put.error()));
    }
    return RuntimeFiles{sandbox.string(), python.string()};
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
    const std::string exact = fmt::format("python3.{}", runtime.python_minor);
    if (const auto program = find_program(exact, search_path)) {
        return Interpreter{program->string(), mounts_for(*program), {}};
    }
    const auto any = find_program("python3", search_path);
    if (any && fallback == RuntimeFallback::WarnAndUseInstalled) {
        std::error_code ignored;
        const std::string real = fs::canonical(*any, ignored).filename().string();
        return Interpreter{
            any->string(), mounts_for(*any),
            fmt::format("{} is not installed; {} runs the function instead", exact, real)};
    }
    return fail(ErrorKind::Unavailable,
                fmt::format("the runtime {} needs the program {}, which is not installed here{}",
                            runtime.id, exact,
                            any ? " (another Python is, but this profile refuses to use it)" : ""));
}

}  // namespace gatehouse::functions
