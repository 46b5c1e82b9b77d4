#include "rules/targets/folder_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "rules/targets/file_path.h"

namespace gatehouse::rules {
namespace {

constexpr mode_t made_folder_mode = 0750;
constexpr mode_t made_file_mode = 0640;
// How often the files of a folder are counted that is full.
constexpr std::chrono::seconds count_again{10};

std::unexpected<Error> file_error(int code) {
    switch (code) {
        case EACCES:
        case EPERM:
            return fail(ErrorKind::NotAllowed,
                        "The operating system does not let this server write there.");
        case ELOOP:
        case ENOTDIR:
            return fail(ErrorKind::NotAllowed, "The path leads over a symbolic link or a file.");
        case ENXIO:
        case EISDIR:
            return fail(ErrorKind::NotAllowed, "The path is that of something that is no file.");
        case ENAMETOOLONG:
            return fail(ErrorKind::InvalidInput, "The path is longer than the file system takes.");
        default:
            return fail(ErrorKind::Unavailable,
                        fmt::format("The file cannot be written: {}.", std::strerror(code)));
    }
}

std::string name_of_full(const std::string& name, std::size_t number) {
    return fmt::format("{}.{}", name, number);
}

// True, or an error that says why not; what is not there is no error.
Result<void> rename_if_there(int parent, const std::string& from, const std::string& to) {
    if (::renameat(parent, from.c_str(), parent, to.c_str()) == 0 || errno == ENOENT) return {};
    return file_error(errno);
}

Result<void> sync_folder(int folder) {
    if (::fsync(folder) == 0) return {};
    return file_error(errno);
}

}  // namespace

Result<void> FolderWriter::check(const DeclaredFolder& declared) {
    struct stat facts{};
    if (::stat(declared.folder.c_str(), &facts) != 0) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("names a folder that cannot be used: {}", std::strerror(errno)));
    }
    if (!S_ISDIR(facts.st_mode)) {
        return fail(ErrorKind::Unavailable, "names what is no folder");
    }
    if (::access(declared.folder.c_str(), R_OK | W_OK | X_OK) != 0) {
        return fail(ErrorKind::Unavailable, "names a folder that this server may not write into");
    }
    return {};
}

std::vector<Result<void>> FolderWriter::append(std::span<const FileLine> lines, OnDisk on_disk) {
    std::vector<Result<void>> outcomes(lines.size());
    std::vector<bool> is_done(lines.size());
    for (std::size_t first = 0; first < lines.size(); ++first) {
        if (is_done[first]) continue;
        std::vector<std::size_t> places;
        Lines together;
        for (std::size_t i = first; i < lines.size(); ++i) {
            if (lines[i].path != lines[first].path) continue;
            is_done[i] = true;
            places.push_back(i);
            together.push_back(&lines[i]);
        }
        const Written written = append_to(lines[first].path, together, on_disk);
        for (std::size_t i = written.lines; i < places.size(); ++i) {
            outcomes[places[i]] = written.how;
        }
    }
    return outcomes;
}

FolderWriter::Written FolderWriter::append_to(const std::string& path, const Lines& lines,
                                              OnDisk on_disk) {
    Written written;
    if (!is_file_path(path)) {
        return {0, fail(ErrorKind::InvalidInput, "The path is none within the folder.")};
    }
    while (written.lines < lines.size()) {
        const auto file = open(path);
        if (!file) return {written.lines, fail(file.error())};
        struct stat facts{};
        if (::fstat((*file)->file.get(), &facts) != 0) return {written.lines, file_error(errno)};
        const auto size = static_cast<std::uint64_t>(facts.st_size);
        std::string text = (*file)->is_torn && size > 0 ? "\n" : "";
        std::size_t taken = 0;
        for (; written.lines + taken < lines.size(); ++taken) {
            const std::string& line = lines[written.lines + taken]->text;
            const bool is_first = size + text.size() == 0;
            if (!is_first && size + text.size() + line.size() + 1 > declared_.file_bytes_max) break;
            text += line;
            text += '\n';
        }
        if (taken == 0) {
            if (auto next = begin_next(**file); !next) return {written.lines, std::move(next)};
            continue;
        }
        if (auto how = write_at_end(**file, text, size); !how) {
            return {written.lines, std::move(how)};
        }
        if (on_disk == OnDisk::First && ::fdatasync((*file)->file.get()) != 0) {
            return {written.lines, file_error(errno)};
        }
        written.lines += taken;
    }
    return written;
}

// All of it, or nothing.
Result<void> FolderWriter::write_at_end(OpenFile& file, std::string_view text, std::uint64_t size) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t bytes = ::write(file.file.get(), rest.data(), rest.size());
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0) {
            const int code = bytes == 0 ? ENOSPC : errno;
            const bool is_begun = rest.size() != text.size();
            if (is_begun && ::ftruncate(file.file.get(), static_cast<off_t>(size)) != 0) {
                file.is_torn = true;
            }
            return file_error(code);
        }
        rest.remove_prefix(static_cast<std::size_t>(bytes));
    }
    file.is_torn = false;
    return {};
}

bool FolderWriter::is_still_there(const OpenFile& file) const {
    struct stat named{};
    struct stat opened{};
    return ::lstat((declared_.folder / file.path).c_str(), &named) == 0 &&
           ::fstat(file.file.get(), &opened) == 0 && named.st_ino == opened.st_ino &&
           named.st_dev == opened.st_dev;
}

Result<FolderWriter::OpenFile*> FolderWriter::open(const std::string& path) {
    const auto known = std::ranges::find(open_, path, &OpenFile::path);
    if (known != open_.end()) {
        if (is_still_there(*known)) {
            open_.splice(open_.begin(), open_, known);
            return &open_.front();
        }
        open_.erase(known);
    }
    auto parent = open_parent(path);
    if (!parent) return fail(std::move(parent.error()));
    OpenFile file{.path = path,
                  .name = path.substr(path.rfind('/') + 1),
                  .file = Descriptor(),
                  .parent = std::move(*parent)};
    if (auto opened = open_last(file); !opened) return fail(std::move(opened.error()));
    while (open_.size() >= open_max_) open_.pop_back();
    open_.push_front(std::move(file));
    return &open_.front();
}

Result<Descriptor> FolderWriter::open_parent(std::string_view path) {
    // The folder itself may well be a link: it is the operator's.
    Descriptor at(::open(declared_.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!at.is_open() && (errno == ENOENT || errno == ENOTDIR)) {
        return fail(ErrorKind::Unavailable, "The folder is not there.");
    }
    if (!at.is_open()) return file_error(errno);
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
        auto next = open_part(at, std::string(path.substr(0, slash)));
        if (!next) return fail(std::move(next.error()));
        at = std::move(*next);
        path.remove_prefix(slash + 1);
    }
    return at;
}

Result<Descriptor> FolderWriter::open_part(const Descriptor& parent, const std::string& part) {
    constexpr int as_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Descriptor found(::openat(parent.get(), part.c_str(), as_folder));
    if (found.is_open()) return found;
    if (errno != ENOENT) return file_error(errno);
    if (auto room = make_room_for_path(); !room) return fail(std::move(room.error()));
    if (::mkdirat(parent.get(), part.c_str(), made_folder_mode) != 0 && errno != EEXIST) {
        return file_error(errno);
    }
    if (auto synced = sync_folder(parent.get()); !synced) return fail(std::move(synced.error()));
    Descriptor made(::openat(parent.get(), part.c_str(), as_folder));
    if (!made.is_open()) return file_error(errno);
    return made;
}

// The last part of the path, which is made where it is not there.
Result<void> FolderWriter::open_last(OpenFile& file) {
    // No waiting for whoever reads a pipe.
    constexpr int as_file = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    file.file = Descriptor(::openat(file.parent.get(), file.name.c_str(), as_file));
    const bool is_new = !file.file.is_open() && errno == ENOENT;
    if (is_new) {
        if (auto room = make_room_for_path(); !room) return room;
        file.file = Descriptor(::openat(file.parent.get(), file.name.c_str(),
                                        as_file | O_CREAT | O_EXCL, made_file_mode));
    }
    if (!file.file.is_open()) return file_error(errno);
    struct stat facts{};
    if (::fstat(file.file.get(), &facts) != 0) return file_error(errno);
    if (!S_ISREG(facts.st_mode)) return file_error(EISDIR);
    if (is_new) {
        ++paths_;
        return sync_folder(file.parent.get());
    }
    char last = '\n';
    // A crash may have left the beginning of a line.
    file.is_torn = facts.st_size > 0 &&
                   ::pread(file.file.get(), &last, 1, facts.st_size - 1) == 1 && last != '\n';
    return {};
}

Result<void> FolderWriter::begin_next(OpenFile& file) {
    const int parent = file.parent.get();
    // Also those that were kept when more were.
    for (std::size_t number = std::max<std::size_t>(declared_.files_max - 1, 1);; ++number) {
        if (::unlinkat(parent, name_of_full(file.name, number).c_str(), 0) == 0) continue;
        if (errno != ENOENT) return file_error(errno);
        break;
    }
    for (std::size_t number = declared_.files_max; number > 2; --number) {
        if (auto renamed = rename_if_there(parent, name_of_full(file.name, number - 2),
                                           name_of_full(file.name, number - 1));
            !renamed) {
            return renamed;
        }
    }
    if (declared_.files_max > 1) {
        if (auto renamed = rename_if_there(parent, file.name, name_of_full(file.name, 1));
            !renamed) {
            return renamed;
        }
    } else if (::unlinkat(parent, file.name.c_str(), 0) != 0 && errno != ENOENT) {
        return file_error(errno);
    }
    // It is made anew by whoever opens it, as the same path.
    if (paths_ != SIZE_MAX && paths_ > 0) --paths_;
    std::erase_if(open_, [&](const OpenFile& each) { return &each == &file; });
    return {};
}

// Whether there may be files of one path more.
Result<void> FolderWriter::make_room_for_path() {
    const SteadyTime now = clock_.steady_now();
    const bool is_known = paths_ != SIZE_MAX;
    if (is_known && paths_ < declared_.paths_max) return {};
    if (!is_known || now - paths_counted_at_ >= count_again) {
        namespace fs = std::filesystem;
        paths_ = 0;
        std::error_code error;
        fs::recursive_directory_iterator each(declared_.folder,
                                              fs::directory_options::skip_permission_denied, error);
        for (; !error && each != fs::recursive_directory_iterator() && paths_ < declared_.paths_max;
             each.increment(error)) {
            std::error_code unknown;
            if (each->symlink_status(unknown).type() == fs::file_type::directory) continue;
            if (!is_name_of_full_file(each->path().filename().native())) ++paths_;
        }
        paths_counted_at_ = now;
        if (error) return file_error(error.value());
    }
    if (paths_ < declared_.paths_max) return {};
    return fail(ErrorKind::LimitExceeded,
                fmt::format("The folder has files of {} paths, which is all that its pathsMax "
                            "takes.",
                            declared_.paths_max));
}

}  // namespace gatehouse::rules
