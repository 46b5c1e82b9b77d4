#include "functions/package_packer.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <vector>

#include "base/durable_file.h"
#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;

// The earliest time a zip can hold: 1980-01-01T00:00:00Z.
constexpr time_t zip_epoch = 315'532'800;

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

class Writer {
public:
    Writer() : archive_(archive_write_new()), entry_(archive_entry_new()) {
        archive_write_set_format_zip(archive_);
        archive_write_set_bytes_in_last_block(archive_, 1);
        archive_write_open(archive_, this, nullptr, &Writer::append, nullptr);
    }
    ~Writer() {
        archive_entry_free(entry_);
        archive_write_free(archive_);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    bool add(const Found& found, std::string_view content) {
        archive_entry_clear(entry_);
        archive_entry_set_pathname_utf8(entry_, found.path.c_str());
        archive_entry_set_filetype(entry_, found.is_directory ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry_, found.is_directory || found.executable ? 0755 : 0644);
        archive_entry_set_mtime(entry_, zip_epoch, 0);
        archive_entry_set_size(entry_, static_cast<la_int64_t>(content.size()));
        if (archive_write_header(archive_, entry_) < ARCHIVE_WARN) return false;
        return content.empty() || archive_write_data(archive_, content.data(), content.size()) >= 0;
    }
    std::string finish() {
        archive_write_close(archive_);
        return std::move(zip_);
    }
    std::size_t size() const { return zip_.size(); }
    std::string problem() const {
        const char* const text = archive_error_string(archive_);
        return text == nullptr ? "the archive cannot be written" : text;
    }

private:
    static la_ssize_t append(archive*, void* self, const void* bytes, std::size_t size) {
        static_cast<Writer*>(self)->zip_.append(static_cast<const char*>(bytes), size);
        return static_cast<la_ssize_t>(size);
    }

    archive* archive_;
    archive_entry* entry_;
    std::string zip_;
};

}  // namespace

Result<std::string> pack_directory(const fs::path& directory) {
    const Result<std::vector<Found>> found = list(directory);
    if (!found) return fail(found.error());
    if (found->empty()) {
        return fail(ErrorKind::InvalidInput, directory.string() + " is empty: nothing to deploy");
    }
    Writer writer;
    std::size_t bytes = 0;
    for (const Found& entry : *found) {
        std::string content;
        if (!entry.is_directory) {
            Result<std::string> read = read_file(directory / entry.path, unzipped_bytes_max);
            if (!read) return fail(std::move(read.error()));
            content = std::move(*read);
        }
        bytes += content.size();
        if (!writer.add(entry, content)) {
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
