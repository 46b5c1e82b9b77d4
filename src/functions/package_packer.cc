#include "functions/package_packer.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/durable_file.h"
#include "functions/limits.h"
#include "functions/zip_writer.h"

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;

struct Found {
    std::string path;  // relative
    bool is_directory = false;
    bool executable = false;
};

bool is_left_out(const fs::path& path) {
    static constexpr std::array<std::string_view, 5> names{".git", ".hg", ".svn", "__pycache__",
                                                           ".DS_Store"};
    const std::string name = path.filename().string();
    return std::ranges::find(names, name) != names.end() || name.ends_with('~') ||
           name.ends_with(".swp");
}

Result<std::vector<Found>> list(const fs::path& directory) {
    std::vector<Found> found;
    std::error_code error;
    auto at = fs::recursive_directory_iterator(directory, error);
    if (error) {
        return fail(ErrorKind::NotFound,
                    fmt::format("{}: {}", directory.string(), error.message()));
    }
    for (; at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::path& path = at->path();
        if (is_left_out(path)) {
            at.disable_recursion_pending();
            continue;
        }
        struct stat facts{};
        if (lstat(path.c_str(), &facts) != 0 ||
            (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode))) {
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("{} is {}; a package holds files and directories alone", path.string(),
                            S_ISLNK(facts.st_mode) ? "a link" : "not a file"));
        }
        found.push_back({path.lexically_relative(directory).string(), S_ISDIR(facts.st_mode),
                         (facts.st_mode & 0111) != 0});
        if (found.size() > package_entries_max) {
            return fail(ErrorKind::TooLarge, fmt::format("{} holds more than {} files",
                                                         directory.string(), package_entries_max));
        }
    }
    if (error) return fail(ErrorKind::Unavailable, directory.string() + ": " + error.message());
    std::ranges::sort(found, {}, &Found::path);
    return found;
}

}  // namespace

Result<std::string> pack_directory(const fs::path& directory) {
    const Result<std::vector<Found>> found = list(directory);
    if (!found) return fail(found.error());
    if (found->empty()) {
        return fail(ErrorKind::InvalidInput, directory.string() + " is empty: nothing to deploy");
    }
    ZipWriter writer;
    std::size_t bytes = 0;
    for (const Found& entry : *found) {
        std::string content;
        if (!entry.is_directory) {
            Result<std::string> read = read_file(directory / entry.path, unzipped_bytes_max);
            if (!read) return fail(std::move(read.error()));
            content = std::move(*read);
        }
        bytes += content.size();
        const unsigned mode = entry.is_directory || entry.executable ? 0755 : 0644;
        if (!writer.add({entry.path, mode, entry.is_directory}, content)) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("{}: {}", entry.path, writer.problem()));
        }
        if (bytes > unzipped_bytes_max || writer.size() > zipped_bytes_max) {
            return fail(ErrorKind::TooLarge,
                        fmt::format("{} is too large: a package has at most {} bytes, {} zipped",
                                    directory.string(), unzipped_bytes_max, zipped_bytes_max));
        }
    }
    return writer.finish();
}

}  // namespace gatehouse::functions
