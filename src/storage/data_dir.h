// The server's data directory: made private, and locked to one server at a time.
//
// Threads: open() once, at start; the const methods from any thread.
// Lifetimes: the directory stays locked until the object dies (or the process, however it dies).
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "base/pinned.h"
#include "base/result.h"

namespace gatehouse::storage {

class DataDir : Pinned {
public:
    // Makes the directory (and its parents) with mode 0700 when it is absent, and locks it.
    //
    // An existing directory of this user that is empty or was used before is made 0700; one that
    // holds other things and is open to others is refused, not changed. One of root's is
    // accepted as it is where others cannot write (volumes of container platforms).
    //
    // Errors: Conflict (another server uses it; the message has its pid), NotAllowed (owner or
    // mode; the message has the command that mends it), Unavailable.
    static Result<std::unique_ptr<DataDir>> open(const std::filesystem::path& path);
    ~DataDir();

    // Absolute.
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path file(std::string_view name) const { return path_ / name; }

    // Makes a folder inside with mode 0700, or sees to it that an existing one has that mode.
    Result<std::filesystem::path> folder(std::string_view name) const;

private:
    DataDir(std::filesystem::path path, int lock);

    std::filesystem::path path_;
    int lock_;  // descriptor of the lock file
};

}  // namespace gatehouse::storage
