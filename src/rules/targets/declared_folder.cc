#include "rules/targets/declared_folder.h"

#include <fmt/format.h>

#include <utility>

#include "rules/targets/declared_object.h"

namespace gatehouse::rules {
namespace {

constexpr std::uint64_t file_bytes_least = 4096;
constexpr std::uint64_t file_bytes_most = 1UL << 40;
constexpr std::uint64_t files_most = 1000;
constexpr std::uint64_t paths_most = 100'000;

Result<DeclaredFolder> declared_folder(const json::object& json, std::string path,
                                       const std::filesystem::path& around,
                                       const std::set<AccountId>& accounts) {
    DeclaredObject object(json, std::move(path));
    DeclaredFolder made;
    made.folder = (around / object.wanted_text("folder")).lexically_normal();
    if (!made.folder.has_filename()) made.folder = made.folder.parent_path();
    made.file_bytes_max =
        object.number("bytesMax", file_bytes_least, file_bytes_most, made.file_bytes_max);
    made.files_max = object.number("filesMax", 1, files_most, made.files_max);
    made.paths_max = object.number("pathsMax", 1, paths_most, made.paths_max);
    made.accounts = object.accounts(accounts);
    if (auto read = object.finish({"folder", "bytesMax", "filesMax", "pathsMax", "accounts"});
        !read) {
        return fail(std::move(read.error()));
    }
    return made;
}

bool is_within(const std::filesystem::path& inner, const std::filesystem::path& outer) {
    const std::string below = outer.string() + "/";
    return inner == outer || inner.string().starts_with(below);
}

// Each file has one writer.
Result<void> check_apart(const DeclaredFolders& folders) {
    for (const auto& [name, folder] : folders) {
        for (const auto& [other, outer] : folders) {
            if (name == other || !is_within(folder.folder, outer.folder)) continue;
            return wrong_declaration(fmt::format("files.{}.folder", name),
                                     fmt::format("is the one of '{}', or within it", other));
        }
    }
    return {};
}

}  // namespace

Result<DeclaredFolders> declared_folders(const json::value& value,
                                         const std::filesystem::path& around,
                                         const std::set<AccountId>& accounts) {
    DeclaredFolders folders;
    auto read = read_named_targets(value, "files", folders,
                                   [&](const json::object& object, const std::string& path) {
                                       return declared_folder(object, path, around, accounts);
                                   });
    if (!read) return fail(std::move(read.error()));
    if (auto apart = check_apart(folders); !apart) return fail(std::move(apart.error()));
    return folders;
}

}  // namespace gatehouse::rules
