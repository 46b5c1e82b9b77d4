// The file of a kit, which holds the only copy of a key: it is there whole or not at all, takes no
// other file's place, and a command that is killed leaves nothing in the way of the next.
//
// Threads: one. Blocks on the disk.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/pinned.h"
#include "base/result.h"

namespace gatehouse::server {

class KitFile : Pinned {
public:
    explicit KitFile(std::filesystem::path path);
    // Removes what came to nothing.
    ~KitFile();

    // Before the server makes a key that is told once. Conflict: there is such a file already;
    // and the errors of write_file().
    Result<void> reserve();
    // Conflict: there is such a file by now; the content is in another, which the error names, and
    // is_kept(). The errors of write_file(): the content is nowhere.
    Result<void> fill(std::string_view content);
    bool is_kept() const { return is_kept_; }

private:
    const std::filesystem::path path_;
    const std::filesystem::path beside_;  // until it is whole
    bool is_kept_ = false;
};

}  // namespace gatehouse::server
