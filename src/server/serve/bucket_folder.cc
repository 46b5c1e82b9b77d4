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

}  // namespace

Result<BucketFolder::Part> BucketFolder::read(const BucketObject& object, std::uint64_t offset,
                                              std::size_t bytes_max) const {
    const std::filesystem::path bucket(object.bucket);
    const std::filesystem::path key(object.key);
    // The file has to be the very object that permission was asked for: a path would also take
    // "a//b" for "a/b", and end at a NUL.
    const bool is_exact =
        object.key.find("//") == std::string::npos && object.key.find('\0') == std::string::npos &&
        object.bucket.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    if (!has_buckets() || !is_exact || !stays_below(bucket) || !stays_below(key)) {
        return no_such_object(object);
    }
    const auto path = folder_ / object.account.value() / bucket / key;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts{};
    if (!file.is_open() || ::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return no_such_object(object);
    }
    Part part{.bytes = std::string(bytes_max, '\0'),
              .file_bytes = static_cast<std::uint64_t>(facts.st_size)};
    std::size_t filled = 0;
    while (filled < bytes_max) {
        const ssize_t count = ::pread(file.get(), part.bytes.data() + filled, bytes_max - filled,
                                      static_cast<off_t>(offset + filled));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("{} cannot be read: {}", path.string(), std::strerror(errno)));
        }
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    part.bytes.resize(filled);
    return part;
}

}  // namespace gatehouse::server
