#include "base/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace gatehouse {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

std::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& path) {
    const int code = errno;
    const ErrorKind kind = code == ENOENT                     ? ErrorKind::NotFound
                           : code == EACCES || code == EPERM  ? ErrorKind::NotAllowed
                           : code == ENOSPC || code == EDQUOT ? ErrorKind::LimitExceeded
                                                              : ErrorKind::Internal;
    return fail(kind, fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(code)));
}

bool write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> write_new(const std::filesystem::path& path, std::string_view content,
                       FileAccess access) {
    const auto mode = static_cast<mode_t>(access);
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file.is_open()) return failed("create", path);
    // The umask may have taken rights away that the access promises.
    if (::fchmod(file.number(), mode) != 0) return failed("set the access of", path);
    if (!write_all(file.number(), content)) return failed("write", path);
    if (::fsync(file.number()) != 0) return failed("sync", path);
    return {};
}

}  // namespace

Result<void> write_file(const std::filesystem::path& path, std::string_view content,
                        FileAccess access) {
    static std::atomic<unsigned> counter = 0;
    auto temporary = path;
    temporary += fmt::format(".{}-{}.new", ::getpid(), counter.fetch_add(1));
    ::unlink(temporary.c_str());  // a leftover of a process that had our number
    if (auto written = write_new(temporary, content, access); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        auto error = failed("rename into place", path);
        ::unlink(temporary.c_str());
        return error;
    }
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open() || ::fsync(directory.number()) != 0) return failed("sync", folder);
    return {};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return failed("open", path);
    struct stat facts{};
    if (::fstat(file.number(), &facts) != 0) return failed("read", path);
    std::string content;
    content.resize(std::min(static_cast<std::size_t>(facts.st_size), bytes_max) + 1);
    std::size_t size = 0;
    while (true) {
        const ssize_t got = ::read(file.number(), content.data() + size, content.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("read", path);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        if (size > bytes_max) {
            return fail(ErrorKind::TooLarge,
                        fmt::format("{} is longer than {} bytes", path.string(), bytes_max));
        }
        if (size == content.size()) content.resize(content.size() * 2);
    }
    content.resize(size);
    return content;
}

}  // namespace gatehouse
