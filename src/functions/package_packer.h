// Makes a package of a directory: the same bytes for the same content, so that deploying what has
// not changed changes nothing.
//
// Threads: any; blocks on the disk.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace gatehouse::functions {

// A zip of everything beneath the directory but version control's own directories, __pycache__
// and editors' backup files. Modes keep their executable bit and nothing else; times are dropped.
//
// NotFound: no such directory. InvalidInput: it holds what a package must not (links, special
// files), or nothing. TooLarge: over the bounds of a package.
Result<std::string> pack_directory(const std::filesystem::path& directory);

}  // namespace gatehouse::functions
