// `files` of the targets file: folders that file actions write into.
//
//   "files": { "archive": { "folder": "/var/lib/gatehouse/archive", "bytesMax": 104857600,
//                           "filesMax": 10, "pathsMax": 1000, "accounts": ["123456789012"] } }
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::rules {

struct DeclaredFolder {
    std::filesystem::path folder;                        // absolute, or from where the server runs
    std::uint64_t file_bytes_max = 100UL * 1024 * 1024;  // then the next one is begun
    std::size_t files_max = 10;    // of one path, with the one that is written to
    std::size_t paths_max = 1000;  // that there may be files of
    std::set<AccountId> accounts;  // whose rules may write there
};

using DeclaredFolders = std::map<std::string, DeclaredFolder, std::less<>>;

// InvalidInput, naming the member. Relative folders are below `around`; `accounts` are those of
// folders that name none.
Result<DeclaredFolders> declared_folders(const json::value& value,
                                         const std::filesystem::path& around,
                                         const std::set<AccountId>& accounts);

}  // namespace gatehouse::rules
