#include "storage/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace gatehouse::storage {
namespace {

std::unexpected<Error> fail_with(int system_error, const char* attempted, const std::string& file) {
    const char* advice = "";
    if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) {
        advice = "; free space or raise the quota, then retry";
    } else if (system_error == EACCES || system_error == EPERM || system_error == EROFS) {
        advice = "; check the owner and mode of the file and its folder";
    }
    return fail(ErrorKind::Unavailable, fmt::format("could not {} {}: {}{}", attempted, file,
                                                    strerrordesc_np(system_error), advice));
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<void> write_partial(const std::string& partial, std::string_view content, mode_t mode) {
    const Descriptor file(
        ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return fail_with(errno, "write", partial);
    // The mode as wanted whatever the umask is, and whatever a leftover of a crash had.
    if (::fchmod(file.number(), mode) != 0 || !write_all(file.number(), content) ||
        ::fsync(file.number()) != 0) {
        const int error = errno;
        ::unlink(partial.c_str());
        return fail_with(error, "write", partial);
    }
    return {};
}

Result<std::string> read_open(const Descriptor& opened, const std::string& file,
                              std::size_t bytes_max) {
    std::string content;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::read(opened.number(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_with(errno, "read", file);
        if (count == 0) return content;
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > bytes_max) {
            return fail(
                ErrorKind::TooLarge,
                fmt::format("{} has more than the {} bytes that are read of it", file, bytes_max));
        }
    }
}

Result<void> check_private(const Descriptor& opened, const std::string& file) {
    struct stat status{};
    if (::fstat(opened.number(), &status) != 0) return fail_with(errno, "look at", file);
    if ((status.st_mode & 077) != 0) {
        return fail(ErrorKind::NotAllowed,
                    fmt::format("{} holds a secret and is open to other users (mode {:04o}); run: "
                                "chmod 600 {}",
                                file, status.st_mode & 07777, file));
    }
    return {};
}

enum class Check : std::uint8_t { None, Private };

Result<std::string> read_checked(const std::filesystem::path& path, std::size_t bytes_max,
                                 Check check) {
    const std::string file = path.string();
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.is_open()) {
        if (errno == ENOENT) return fail(ErrorKind::NotFound, fmt::format("{} is absent", file));
        return fail_with(errno, "read", file);
    }
    if (check == Check::Private) {
        if (auto is_private = check_private(opened, file); !is_private) {
            return fail(std::move(is_private.error()));
        }
    }
    return read_open(opened, file, bytes_max);
}

}  // namespace

Result<void> write_file(const std::filesystem::path& file, std::string_view content,
                        Readers readers) {
    const std::string partial = file.string() + ".partial";
    const mode_t mode = readers == Readers::Owner ? 0600 : 0644;
    if (auto written = write_partial(partial, content, mode); !written) return written;
    if (std::rename(partial.c_str(), file.c_str()) != 0) {
        const int error = errno;
        ::unlink(partial.c_str());
        return fail_with(error, "replace", file.string());
    }
    return sync_to_disk(file.has_parent_path() ? file.parent_path() : ".");
}

Result<void> sync_to_disk(const std::filesystem::path& path) {
    const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.is_open() || ::fsync(opened.number()) != 0) {
        return fail_with(errno, "bring to disk", path.string());
    }
    return {};
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max) {
    return read_checked(file, bytes_max, Check::None);
}

Result<std::string> read_private_file(const std::filesystem::path& file, std::size_t bytes_max) {
    return read_checked(file, bytes_max, Check::Private);
}

}  // namespace gatehouse::storage
