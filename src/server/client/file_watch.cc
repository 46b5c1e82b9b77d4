#include "server/client/file_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace gatehouse::server {
namespace {

constexpr std::uint32_t interesting =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR;

// What running code and editors leave behind, and packages leave out.
bool is_by_the_way(std::string_view name) {
    return name == "__pycache__" || name == ".git" || name.ends_with(".pyc") ||
           name.ends_with("~") || name.ends_with(".swp");
}

}  // namespace

FileWatch::FileWatch(int descriptor, std::filesystem::path path)
    : descriptor_(descriptor),
      path_(std::move(path)),
      is_directory_(std::filesystem::is_directory(path_)) {}

FileWatch::~FileWatch() {
    ::close(descriptor_);
}

Result<std::unique_ptr<FileWatch>> FileWatch::open(const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::canonical(path, error);
    if (error) return fail(ErrorKind::NotFound, fmt::format("there is no {}", path.string()));
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("cannot watch files: {}", std::strerror(errno)));
    }
    std::unique_ptr<FileWatch> made(new FileWatch(descriptor, whole));
    // Editors replace files: the directory is watched, not the file.
    auto watched = made->watch_beneath(made->is_directory_ ? whole : whole.parent_path());
    if (!watched) return fail(std::move(watched.error()));
    return made;
}

Result<void> FileWatch::watch_beneath(const std::filesystem::path& directory) {
    const int watch = ::inotify_add_watch(descriptor_, directory.c_str(), interesting);
    if (watch < 0 && errno == ENOENT) return {};  // gone again
    if (watch < 0) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("cannot watch {}: {} (fs.inotify.max_user_watches bounds how many)",
                                directory.string(), std::strerror(errno)));
    }
    directories_[watch] = directory;
    if (!is_directory_) return {};
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        if (!entry.is_directory(error) || entry.is_symlink(error)) continue;
        if (is_by_the_way(entry.path().filename().string())) continue;
        if (auto watched = watch_beneath(entry.path()); !watched) return watched;
    }
    return {};
}

Result<bool> FileWatch::take_events() {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    bool changed = false;
    while (true) {
        const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
        if (size <= 0) return changed;
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            if ((event->mask & IN_Q_OVERFLOW) != 0) changed = true;
            if (event->len == 0) continue;
            const std::string name = event->name;
            if (is_by_the_way(name)) continue;
            if (!is_directory_ && name != path_.filename()) continue;
            changed = true;
            const auto parent = directories_.find(event->wd);
            const bool new_directory =
                (event->mask & IN_ISDIR) != 0 && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0;
            if (!new_directory || parent == directories_.end()) continue;
            if (auto watched = watch_beneath(parent->second / name); !watched) {
                return fail(std::move(watched.error()));
            }
        }
    }
}

Result<FileWatch::Change> FileWatch::wait(std::chrono::milliseconds settled,
                                          std::chrono::milliseconds wait) {
    bool changed = false;
    while (true) {
        pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
        const auto patience = changed ? settled : wait;
        const int ready = ::poll(&waiting, 1, static_cast<int>(patience.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return changed ? Change::Changed : Change::Nothing;
        const auto taken = take_events();
        if (!taken) return fail(taken.error());
        changed = changed || *taken;
    }
}

}  // namespace gatehouse::server
