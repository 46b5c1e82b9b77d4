#include "base/durable_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/descriptor.h"

namespace gatehouse {
namespace {

std::unexpected<Error> failed(std::string_view doing, const std::filesystem::path& path) {
    const int code = errno;
    const auto fail_as = [&](ErrorKind kind, std::string_view advice) {
        return fail(kind, fmt::format("cannot {} {}: {}{}", doing, path.string(),
                                      std::strerror(code), advice));
    };
    switch (code) {
        case ENOENT: return fail_as(ErrorKind::NotFound, "");
        case EACCES:
        case EPERM:
        case EROFS:
            return fail_as(ErrorKind::NotAllowed,
                           "; check the owner and mode of the file and its folder");
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return fail_as(ErrorKind::Unavailable, "; free space or raise the quota, then retry");
        default: return fail_as(ErrorKind::Unavailable, "");
    }
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

constexpr mode_t owner_only = 0600;
constexpr auto keep = static_cast<unsigned>(-1);  // of chown: no other owner or group

// How a new file comes to be.
struct Made {
    mode_t mode = owner_only;
    uid_t owner = keep;
    gid_t group = keep;
};

Result<void> write_new(const std::filesystem::path& path, std::string_view content, Made made) {
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, made.mode & owner_only));
    if (!file.is_open()) return failed("create", path);
    // Nobody but root gives files away, but whoever is in a group may give it one.
    if (::fchown(file.get(), made.owner, made.group) != 0 &&
        ::fchown(file.get(), keep, made.group) != 0) {
        made.mode &= owner_only;
    }
    // The umask has no say in what is promised.
    if (::fchmod(file.get(), made.mode) != 0) return failed("set the access of", path);
    if (!write_all(file.get(), content)) return failed("write", path);
    if (::fsync(file.get()) != 0) return failed("sync", path);
    return {};
}

// `forbidden`: bits of the mode that must not be set.
Result<std::string> read_checked(const std::filesystem::path& path, std::size_t bytes_max,
                                 mode_t forbidden) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return failed("open", path);
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) return failed("read", path);
    if ((facts.st_mode & forbidden) != 0) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("{0} holds a secret and is open to other users (mode {1:04o}); "
                                "run: chmod 600 {0}",
                                path.string(), facts.st_mode & 07777));
    }
    std::string content;
    content.resize(std::min(static_cast<std::size_t>(facts.st_size), bytes_max) + 1);
    std::size_t size = 0;
    while (true) {
        const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
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

}  // namespace

namespace {

Result<void> replace_file(const std::filesystem::path& path, std::string_view content, Made made) {
    static std::atomic<unsigned> counter = 0;
    auto temporary = path;
    temporary += fmt::format(".{}-{}.new", ::getpid(), counter.fetch_add(1));
    ::unlink(temporary.c_str());  // a leftover of a process that had our number
    if (auto written = write_new(temporary, content, made); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        auto error = failed("rename into place", path);
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_to_disk(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace

Result<void> write_file(const std::filesystem::path& path, std::string_view content,
                        FileAccess access) {
    return replace_file(path, content, {.mode = static_cast<mode_t>(access)});
}

Result<void> rewrite_private_file(const std::filesystem::path& path, std::string_view content) {
    struct stat old{};
    if (::stat(path.c_str(), &old) != 0) return replace_file(path, content, {});
    // Where everybody may read it, nobody chose the group.
    const mode_t for_group = (old.st_mode & S_IRWXO) == 0 ? old.st_mode & S_IRGRP : 0;
    return replace_file(path, content,
                        {.mode = owner_only | for_group, .owner = old.st_uid, .group = old.st_gid});
}

Result<void> sync_to_disk(const std::filesystem::path& path) {
    const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.is_open() || ::fsync(opened.get()) != 0) return failed("bring to disk", path);
    return {};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
    return read_checked(path, bytes_max, 0);
}

bool file_holds(const std::filesystem::path& path, std::string_view content) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return false;
    std::array<char, 64 * 1024> piece;
    while (true) {
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0 && content.empty();
        const std::string_view read(piece.data(), static_cast<std::size_t>(got));
        if (!content.starts_with(read)) return false;
        content.remove_prefix(read.size());
    }
}

Result<std::string> read_private_file(const std::filesystem::path& path, Readers readers,
                                      std::size_t bytes_max) {
    constexpr mode_t beyond_owner = 077;
    constexpr mode_t beyond_group_readers = 037;
    return read_checked(path, bytes_max,
                        readers == Readers::OwnerAlone ? beyond_owner : beyond_group_readers);
}

}  // namespace gatehouse
