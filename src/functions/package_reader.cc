#include "functions/package_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <vector>

namespace gatehouse::functions {
namespace {

using Kind = PackageProblem::Kind;

constexpr std::size_t block_bytes = 64 * 1024;

struct CloseArchive {
    void operator()(archive* opened) const { archive_read_free(opened); }
};
using Archive = std::unique_ptr<archive, CloseArchive>;

std::unexpected<PackageProblem> problem(Kind kind, std::string detail) {
    return std::unexpected(PackageProblem{kind, std::move(detail)});
}

Archive make_reader() {
    Archive reader(archive_read_new());
    // By the directory at its end alone: without it no modes are known, and links pass for files.
    if (reader) archive_read_support_format_zip_seekable(reader.get());
    return reader;
}

std::string last_error(archive* reader) {
    const char* const text = archive_error_string(reader);
    return text == nullptr ? "the archive is damaged" : text;
}

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, slash);
        if (!part.empty() && part != ".") parts.push_back(part);
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return parts;
}

class ZipReader {
public:
    ZipReader(Archive archive, const PackageLimits& limits, PackageSink& sink)
        : archive_(std::move(archive)), limits_(limits), sink_(sink) {}

    PackageResult read() {
        for (;;) {
            archive_entry* entry = nullptr;
            const int status = archive_read_next_header(archive_.get(), &entry);
            if (status == ARCHIVE_EOF) break;
            // A warning is about names in foreign encodings; the entry itself is usable.
            if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
                return problem(Kind::Unreadable, last_error(archive_.get()));
            }
            if (auto taken = take(entry); !taken) return std::unexpected(std::move(taken.error()));
        }
        if (facts_.entries == 0) return problem(Kind::Unreadable, "the archive is empty");
        return facts_;
    }

private:
    using Done = std::expected<void, PackageProblem>;

    Done take(archive_entry* entry) {
        const char* name = archive_entry_pathname_utf8(entry);
        if (name == nullptr) name = archive_entry_pathname(entry);
        if (name == nullptr) {
            return problem(Kind::Unreadable, "an entry has no name, or none that can be read here");
        }
        const std::string path = name;
        if (++facts_.entries > limits_.entries_max) {
            return problem(Kind::Unreadable, "it holds more than " +
                                                 std::to_string(limits_.entries_max) + " entries");
        }
        if (const std::string wrong = entry_problem(entry, path); !wrong.empty()) {
            return problem(Kind::Unreadable, wrong);
        }
        const std::vector<std::string_view> parts = parts_of(path);
        if (parts.empty()) return {};  // "./"
        const bool is_directory = archive_entry_filetype(entry) == AE_IFDIR;
        std::string clean;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (i > 0) clean += '/';
            clean += parts[i];
            if (i + 1 == parts.size() && !is_directory) break;
            if (auto made = make_directory(clean); !made) return made;
        }
        return is_directory ? Done{} : take_file(entry, clean);
    }

    std::string entry_problem(archive_entry* entry, const std::string& path) {
        const std::string quoted = "entry '" + path.substr(0, 200) + "' ";
        if (const std::string wrong = path_problem(path, limits_); !wrong.empty()) {
            return quoted + wrong;
        }
        const auto type = archive_entry_filetype(entry);
        if (type == AE_IFLNK || archive_entry_hardlink(entry) != nullptr)
            return quoted + "is a link";
        if (type != AE_IFREG && type != AE_IFDIR) return quoted + "is not a file or a directory";
        if ((archive_entry_perm(entry) & (S_ISUID | S_ISGID)) != 0) {
            return quoted + "has a set-user-id or set-group-id bit";
        }
        if (archive_entry_is_encrypted(entry) != 0) return quoted + "is encrypted";
        return {};
    }

    Done make_directory(const std::string& path) {
        if (files_.contains(path)) {
            return problem(Kind::Unreadable, "'" + path + "' is a file and a directory");
        }
        if (!directories_.insert(path).second) return {};
        if (std::string wrong = sink_.directory(path); !wrong.empty()) {
            return problem(Kind::Machine, std::move(wrong));
        }
        return {};
    }

    Done take_file(archive_entry* entry, const std::string& path) {
        if (directories_.contains(path) || !files_.insert(path).second) {
            return problem(Kind::Unreadable, "entry '" + path + "' appears twice");
        }
        const bool executable = (archive_entry_perm(entry) & 0111) != 0;
        std::string wrong = sink_.open_file(path, executable ? Executable::Yes : Executable::No);
        if (!wrong.empty()) return problem(Kind::Machine, std::move(wrong));
        if (auto copied = copy(path); !copied) return copied;
        wrong = sink_.close_file();
        if (!wrong.empty()) return problem(Kind::Machine, std::move(wrong));
        return {};
    }

    Done copy(const std::string& path) {
        for (;;) {
            const la_ssize_t count = archive_read_data(archive_.get(), block_, sizeof block_);
            if (count == 0) return {};
            if (count < 0) {
                return problem(Kind::Unreadable,
                               "entry '" + path + "': " + last_error(archive_.get()));
            }
            facts_.bytes += static_cast<std::uint64_t>(count);
            if (facts_.bytes > limits_.bytes_max) return problem(Kind::TooLarge, path);
            std::string wrong = sink_.write({block_, static_cast<std::size_t>(count)});
            if (!wrong.empty()) return problem(Kind::Machine, std::move(wrong));
        }
    }

    Archive archive_;
    const PackageLimits& limits_;
    PackageSink& sink_;
    PackageFacts facts_;
    std::unordered_set<std::string> directories_;
    std::unordered_set<std::string> files_;
    char block_[block_bytes];
};

PackageResult read_opened(Archive archive, int status, const PackageLimits& limits,
                          PackageSink& sink) {
    if (!archive) return problem(Kind::Machine, "no memory for reading the archive");
    if (status != ARCHIVE_OK) return problem(Kind::Unreadable, last_error(archive.get()));
    // On the heap for its block.
    return std::make_unique<ZipReader>(std::move(archive), limits, sink)->read();
}

}  // namespace

std::string path_problem(std::string_view path, const PackageLimits& limits) {
    if (path.empty()) return "has an empty name";
    if (path.size() > limits.name_bytes_max) return "has a name that is too long";
    if (path.front() == '/') return "has an absolute path";
    if (path.find('\\') != path.npos) return "has a backslash in its name";
    if (std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
        return "has a control character in its name";
    }
    const std::vector<std::string_view> parts = parts_of(path);
    if (parts.size() > limits.depth_max) return "is nested too deeply";
    for (const std::string_view part : parts) {
        if (part == "..") return "points outside the package";
        if (part.size() > 255) return "has a name that is too long";
    }
    return {};
}

Utf8Names::Utf8Names()
    : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(uselocale(locale_)) {}

Utf8Names::~Utf8Names() {
    uselocale(before_);
    if (locale_ != nullptr) freelocale(locale_);
}

PackageResult read_package(int descriptor, const PackageLimits& limits, PackageSink& sink) {
    Archive reader = make_reader();
    const int status =
        reader ? archive_read_open_fd(reader.get(), descriptor, block_bytes) : ARCHIVE_FATAL;
    return read_opened(std::move(reader), status, limits, sink);
}

PackageResult read_package(std::span<const std::uint8_t> bytes, const PackageLimits& limits,
                           PackageSink& sink) {
    Archive reader = make_reader();
    const int status =
        reader ? archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) : ARCHIVE_FATAL;
    return read_opened(std::move(reader), status, limits, sink);
}

}  // namespace gatehouse::functions
