// Small files that are either there whole or not at all.
//
// Errors of all, naming the file and what to do: NotFound, NotAllowed (owner or mode), Unavailable
// (disk full, I/O error).
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

// The whole content. NotFound when there is no such file, TooLarge over bytes_max.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::size_t bytes_max = 16 * 1024 * 1024);

// Whether there is such a file, may be read and has this content; without holding it in memory.
bool file_holds(const std::filesystem::path& path, std::string_view content);

// Who may read a secret beside root: the owner, or the file's group too, by which an operator hands
// it to the server. Nobody but the owner may change one.
enum class Readers : bool { OwnerAlone, OwnerAndGroup };

// As read_file, for secrets: also NotAllowed when others may read or change the file, with the
// command that mends it.
Result<std::string> read_private_file(const std::filesystem::path& path,
                                      Readers readers = Readers::OwnerAlone,
                                      std::size_t bytes_max = 16 * 1024 * 1024);

// As write_file, for secrets. A file that is there already keeps its owner and group, where the
// process may set them, and stays readable for a group to which it is open, but not to everybody;
// otherwise it becomes the owner's alone.
Result<void> rewrite_private_file(const std::filesystem::path& path, std::string_view content);

// Brings a file's content, or a folder's entries, to the disk.
Result<void> sync_to_disk(const std::filesystem::path& path);

}  // namespace gatehouse
