#include "storage/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace gatehouse::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view lock_name = "lock";

std::unexpected<Error> fail_with(int system_error, const char* attempted, const fs::path& path) {
    return fail(ErrorKind::Unavailable,
                fmt::format("could not {} {}: {}; choose another data directory with --data-dir, "
                            "or mend this one",
                            attempted, path.string(), strerrordesc_np(system_error)));
}

Result<void> make_folder(const fs::path& path) {
    if (path.has_parent_path() && !path.parent_path().empty()) {
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        if (error) return fail_with(error.value(), "make", path.parent_path());
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail_with(errno, "make", path);
    return {};
}

Result<bool> is_our_own(const fs::path& path) {
    std::error_code error;
    const bool used_before = fs::exists(path / lock_name, error);
    if (used_before) return true;
    const bool empty = fs::is_empty(path, error);
    if (error) return fail_with(error.value(), "read", path);
    return empty;
}

std::unexpected<Error> refuse_mode(const fs::path& path, mode_t mode) {
    return fail(ErrorKind::NotAllowed,
                fmt::format("the data directory {} is open to other users (mode {:04o}); run: "
                            "chmod 700 {}   (or choose a directory of its own with --data-dir)",
                            path.string(), mode & 07777, path.string()));
}

// Keys and credentials live here, so nobody else may replace a file.
Result<void> check_access(const fs::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return fail_with(errno, "look at", path);
    if (!S_ISDIR(status.st_mode)) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("the data directory {} is a file; remove it or choose another "
                                "directory with --data-dir",
                                path.string()));
    }
    if (status.st_uid != ::geteuid()) {
        if (status.st_uid == 0 && (status.st_mode & S_IWOTH) == 0) return {};
        return fail(
            ErrorKind::NotAllowed,
            fmt::format("the data directory {} belongs to user {}, and this server runs as "
                        "user {}; run it as that user, or: chown -R {} {}",
                        path.string(), status.st_uid, ::geteuid(), ::geteuid(), path.string()));
    }
    if ((status.st_mode & 077) == 0) return {};
    const auto own = is_our_own(path);
    if (!own) return fail(own.error());
    if (!*own) return refuse_mode(path, status.st_mode);
    if (::chmod(path.c_str(), 0700) != 0) return refuse_mode(path, status.st_mode);
    return {};
}

std::string read_holder(int lock) {
    char text[32] = {};
    const ssize_t count = ::pread(lock, text, sizeof text - 1, 0);
    std::string holder(text, count > 0 ? static_cast<std::size_t>(count) : 0);
    holder.resize(std::min(holder.find('\n'), holder.size()));
    const bool is_number =
        !holder.empty() && holder.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? fmt::format("pid {}", holder) : "its pid is not known yet";
}

// The lock goes with the descriptor, so it never outlives its holder; the file itself stays.
Result<int> lock_folder(const fs::path& path) {
    const fs::path file = path / lock_name;
    const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) return fail_with(errno, "open", file);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        const std::string holder = read_holder(lock);
        ::close(lock);
        if (error != EWOULDBLOCK) return fail_with(error, "lock", file);
        return fail(ErrorKind::Conflict,
                    fmt::format("another Gatehouse server ({}) is using {}; stop it, or give this "
                                "one a directory of its own with --data-dir",
                                holder, path.string()));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(lock, 0) != 0 ||
        ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        const int error = errno;
        ::close(lock);
        return fail_with(error, "write", file);
    }
    return lock;
}

}  // namespace

Result<std::unique_ptr<DataDir>> DataDir::open(const fs::path& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error).lexically_normal();
    if (error || path.empty()) {
        return fail(ErrorKind::InvalidInput, "the data directory's path is empty or unusable");
    }
    if (auto made = make_folder(absolute); !made) return fail(std::move(made.error()));
    if (auto checked = check_access(absolute); !checked) return fail(std::move(checked.error()));
    const auto lock = lock_folder(absolute);
    if (!lock) return fail(lock.error());
    return std::unique_ptr<DataDir>(new DataDir(absolute, *lock));
}

DataDir::DataDir(fs::path path, int lock) : path_(std::move(path)), lock_(lock) {}

DataDir::~DataDir() {
    ::close(lock_);
}

Result<fs::path> DataDir::folder(std::string_view name) const {
    fs::path inner = path_ / name;
    if (::mkdir(inner.c_str(), 0700) != 0 && errno != EEXIST) {
        return fail_with(errno, "make", inner);
    }
    if (::chmod(inner.c_str(), 0700) != 0) return fail_with(errno, "make private", inner);
    return inner;
}

}  // namespace gatehouse::storage
