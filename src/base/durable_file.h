// Small files that are either there whole or not at all.
//
// Threads: any; two writers of one path at a time are the caller's mistake. Blocks on the disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse {

// Who may read a file. Nobody but the owner ever writes one.
enum class FileAccess : unsigned { Private = 0600, Readable = 0644 };

// Writes a file beside the path, syncs it, renames it over the path and syncs the folder. A
// crash leaves the old content or the new. The access holds from the first byte on.
Result<void> write_file(const std::filesystem::path& path, std::string_view content,
                        FileAccess access);

// The whole content. ErrorKind::NotFound when there is no such file, TooLarge over bytes_max.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::size_t bytes_max = 16 * 1024 * 1024);

}  // namespace gatehouse
