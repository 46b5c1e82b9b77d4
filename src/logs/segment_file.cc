#include "logs/segment_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gatehouse::logs::file {

std::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& path) {
    const int code = errno;
    const ErrorKind kind = code == ENOSPC || code == EDQUOT || code == EFBIG
                               ? ErrorKind::LimitExceeded
                           : code == ENOENT ? ErrorKind::NotFound
                                            : ErrorKind::Internal;
    return fail(kind, fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(code)));
}

Result<int> open(const std::filesystem::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return failed("open", path);
    return descriptor;
}

Result<std::uint64_t> size(int descriptor, const std::filesystem::path& path) {
    struct stat facts{};
    if (::fstat(descriptor, &facts) != 0) return failed("read the size of", path);
    return static_cast<std::uint64_t>(facts.st_size);
}

Result<void> write_at(int descriptor, std::string_view bytes, std::uint64_t offset,
                      const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written =
            ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    return {};
}

Result<std::string> read_at(int descriptor, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t got = ::pread(descriptor, bytes.data() + have, size - have,
                                    static_cast<off_t>(offset + have));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return fail(ErrorKind::Corrupt, "a log file is shorter than its index says");
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace gatehouse::logs::file
