// Waiting until a file, or anything beneath a directory, changes (inotify).
//
// Threads: one. Blocks.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "base/pinned.h"
#include "base/result.h"

namespace gatehouse::server {

class FileWatch : Pinned {
public:
    // NotFound: no such path. LimitExceeded: the system watches no more directories.
    static Result<std::unique_ptr<FileWatch>> open(const std::filesystem::path& path);
    ~FileWatch();

    enum class Change : std::uint8_t { Changed, Nothing };
    // Returns when something changed and then nothing more did for `settled`, since editors write
    // in several steps; Nothing when `wait` passed first (negative: never).
    Result<Change> wait(std::chrono::milliseconds settled, std::chrono::milliseconds wait);

private:
    FileWatch(int descriptor, std::filesystem::path path);
    Result<void> watch_beneath(const std::filesystem::path& directory);
    // Whether one of the waiting events is of interest; new directories are watched.
    Result<bool> take_events();

    const int descriptor_;
    const std::filesystem::path path_;
    const bool is_directory_;
    std::map<int, std::filesystem::path> directories_;
};

}  // namespace gatehouse::server
