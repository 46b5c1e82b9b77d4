// Unpacks the package at descriptor 4 into the directory at descriptor 5, able to write there and
// nowhere else, and to read nothing further.
//
// Tells the server "entries bytes" with SandboxMessage::Exited, or Failed with the problem's kind
// as the stage.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "functions/limits.h"
#include "functions/package_reader.h"
#include "functions/sandbox/sandbox.h"

namespace gatehouse::functions {
namespace {

constexpr std::uint64_t cpu_seconds_max = 120;
constexpr std::uint64_t memory_bytes_max = 512ull * 1024 * 1024;

class DirectorySink final : public PackageSink {
public:
    std::string directory(const std::string& path) override {
        if (mkdirat(sandbox_target_descriptor, path.c_str(), 0755) == 0) return {};
        return failed("making directory " + path);
    }
    std::string open_file(const std::string& path, Executable executable) override {
        const mode_t mode = executable == Executable::Yes ? 0755 : 0644;
        file_ = openat(sandbox_target_descriptor, path.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        return file_ >= 0 ? std::string() : failed("making file " + path);
    }
    std::string write(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t count = ::write(file_, bytes.data(), bytes.size());
            if (count < 0) return failed("writing");
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return {};
    }
    std::string close_file() override {
        return close(file_) == 0 ? std::string() : failed("closing a file");
    }

private:
    static std::string failed(const std::string& what) {
        return what + ": " + std::strerror(errno);
    }
    int file_ = -1;
};

}  // namespace

int unpack() {
    umask(022);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_CPU, cpu_seconds_max);
    set_limit(RLIMIT_AS, memory_bytes_max);
    set_limit(RLIMIT_FSIZE, unzipped_bytes_max + 1);
    prctl(PR_SET_DUMPABLE, 0);
    const Utf8Names names;
    drop_capabilities();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    allow_writing_only_beneath(sandbox_target_descriptor);
    refuse_dangerous_calls(NetworkAccess::None);

    DirectorySink sink;
    const PackageLimits limits{.bytes_max = unzipped_bytes_max,
                               .entries_max = package_entries_max,
                               .name_bytes_max = package_name_bytes_max,
                               .depth_max = package_depth_max};
    const PackageResult result = read_package(sandbox_input_descriptor, limits, sink);
    if (!result) {
        std::string text(1, static_cast<char>(result.error().kind));
        tell(SandboxMessage::Failed, text + ' ' + result.error().detail);
        return sandbox_failed_exit;
    }
    tell(SandboxMessage::Exited,
         std::to_string(result->entries) + ' ' + std::to_string(result->bytes));
    return 0;
}

}  // namespace gatehouse::functions
