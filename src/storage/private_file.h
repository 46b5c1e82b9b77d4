// Small files that are either the old or the new one, never half of each, whatever happens.
//
// Threads: any, but two writers of one file at the same time are a bug.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::storage {

enum class Readers : std::uint8_t {
    Owner,     // mode 0600: keys, credentials
    Everyone,  // mode 0644: certificates people import
};

// Writes FILE.partial, brings it to the disk, renames it over the file and brings the folder to
// the disk. Errors: Unavailable (disk full, no permission), naming the file.
Result<void> write_file(const std::filesystem::path& file, std::string_view content,
                        Readers readers);

// NotFound when absent, TooLarge over `bytes_max`, else Unavailable.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max);

// As read_file, for secrets: also NotAllowed when others may read or change the file, with the
// command that mends it.
Result<std::string> read_private_file(const std::filesystem::path& file, std::size_t bytes_max);

// Brings a file's content, or a folder's entries, to the disk. Unavailable when that fails.
Result<void> sync_to_disk(const std::filesystem::path& path);

}  // namespace gatehouse::storage
