#include "server/client/kit_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "base/durable_file.h"
#include "base/encoding.h"
#include "base/random.h"

namespace gatehouse::server {
namespace {

namespace fs = std::filesystem;

// Of two commands at once each has its own.
fs::path beside(const fs::path& path) {
    std::array<std::uint8_t, 4> bytes;
    SystemRandom().fill(bytes);
    return path.string() + "." + to_hex(bytes) + ".part";
}

}  // namespace

KitFile::KitFile(fs::path path) : path_(std::move(path)), beside_(beside(path_)) {}

KitFile::~KitFile() {
    std::error_code ignored;
    if (!is_kept_) fs::remove(beside_, ignored);
}

Result<void> KitFile::reserve() {
    std::error_code error;
    if (fs::exists(path_, error)) {
        return fail(ErrorKind::Conflict, fmt::format("there is a {} already; move it away, or "
                                                     "choose another file with --out",
                                                     path_.string()));
    }
    return write_file(beside_, "", FileAccess::Private);
}

Result<void> KitFile::fill(std::string_view content) {
    if (auto written = write_file(beside_, content, FileAccess::Private); !written) {
        return written;
    }
    // Unlike a rename, this never takes the place of a file that came meanwhile.
    const int problem = ::link(beside_.c_str(), path_.c_str()) == 0 ? 0 : errno;
    is_kept_ = true;
    std::error_code error;
    if (problem == 0) {
        fs::remove(beside_, error);
        return sync_to_disk(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
    }
    const bool has_no_links = problem == EPERM || problem == EOPNOTSUPP;
    if (has_no_links && !fs::exists(path_, error)) {
        fs::rename(beside_, path_, error);
        if (!error) return {};
    }
    return fail(ErrorKind::Conflict,
                fmt::format("the kit is in {}, since it cannot be named {}: {}", beside_.string(),
                            path_.string(), std::system_category().message(problem)));
}

}  // namespace gatehouse::server
