#include "server/serve/bucket_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/descriptor.h"

namespace gatehouse::server {
namespace {

// Of a path below the folder: no part of it may lead elsewhere.
bool stays_below(const std::filesystem::path& relative) {
    return !relative.is_absolute() && std::ranges::none_of(relative, [](const auto& part) {
        return part.empty() || part == "." || part == "..";
    });
}

std::unexpected<Error> no_such_object(const BucketObject& object) {
    return fail(ErrorKind::NotFound, fmt::format("there is no object '{}' in the bucket '{}'",
                                                 object.key, object.bucket));
}

// The file has to be the very object that permission was asked for: a path would also take "a//b"
// for "a/b", and end at a NUL.
bool is_exact(const BucketObject& object) {
    return object.key.find("//") == std::string::npos &&
           object.key.find('\0') == std::string::npos &&
           object.bucket.find_first_of(std::string_view("/\0", 2)) == std::string::npos &&
           stays_below(object.bucket) && stays_below(object.key);
}

std::unexpected<Error> unreadable_object(const BucketObject& object, int error) {
    const bool is_forbidden = error == EACCES || error == EPERM;
    return fail(is_forbidden ? ErrorKind::NotAllowed : ErrorKind::Unavailable,
                fmt::format("the object '{}' in the bucket '{}' cannot be read: {}", object.key,
                            object.bucket, std::strerror(error)));
}

Result<Descriptor> open_object(const std::filesystem::path& path, const BucketObject& object) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.is_open()) return file;
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP) {
        return no_such_object(object);
    }
    return unreadable_object(object, error);
}

// What the file is now; without bytes.
Result<BucketFolder::Part> look_at(const Descriptor& file, const BucketObject& object) {
    struct stat facts{};
    if (::fstat(file.get(), &facts) != 0) return unreadable_object(object, errno);
    if (!S_ISREG(facts.st_mode)) return no_such_object(object);
    return BucketFolder::Part{.bytes = {},
                              .file_bytes = static_cast<std::uint64_t>(facts.st_size),
                              .version = fmt::format("{}-{}.{:09}", facts.st_size,
                                                     facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec)};
}

Result<std::string> bytes_at(const Descriptor& file, const BucketObject& object,
                             std::uint64_t offset, std::size_t bytes_max) {
    std::string bytes(bytes_max, '\0');
    std::size_t filled = 0;
    while (filled < bytes_max) {
        const ssize_t count = ::pread(file.get(), bytes.data() + filled, bytes_max - filled,
                                      static_cast<off_t>(offset + filled));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable_object(object, errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace

Result<BucketFolder::Part> BucketFolder::read(const BucketObject& object, std::uint64_t offset,
                                              std::size_t bytes_max) const {
    if (!has_buckets() || !is_exact(object)) return no_such_object(object);
    const auto file =
        open_object(folder_ / object.account.value() / object.bucket / object.key, object);
    if (!file) return fail(file.error());
    auto part = look_at(*file, object);
    if (!part) return part;
    auto bytes = bytes_at(*file, object, offset, bytes_max);
    if (!bytes) return fail(std::move(bytes.error()));
    part->bytes = std::move(*bytes);
    const auto after = look_at(*file, object);
    if (!after) return after;
    const std::uint64_t expected =
        std::min<std::uint64_t>(bytes_max, part->file_bytes - std::min(offset, part->file_bytes));
    if (after->version != part->version || part->bytes.size() != expected) {
        return fail(ErrorKind::Conflict,
                    fmt::format("the object '{}' in the bucket '{}' was changed as it was read",
                                object.key, object.bucket));
    }
    return part;
}

}  // namespace gatehouse::server
