// Packages on disk: each zip under its hash, and unpacked beside it when it is to run.
//
//   PACKAGE_DIR/<sha256>.zip       private; written whole or not at all
//   CACHE_DIR/code/<sha256>/       unpacked, read-only for instances; can be made again. So is what
//                                  several layers unpack to, under the hash of their hashes
//
// Threads: any; every method blocks (disk, sandbox process): call it on a worker.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "functions/function.h"

namespace gatehouse::functions {

struct StoredPackage {
    CodeHash hash;
    std::uint64_t bytes = 0;
};

class PackageStore {
public:
    struct Places {
        std::filesystem::path package_dir;
        std::filesystem::path cache_dir;
        std::string sandbox;
    };
    explicit PackageStore(Places places) : places_(std::move(places)) {}

    // Makes the directories, and removes what a crash left half-done.
    Result<void> open();

    // Checks a package by unpacking it, in a confined process, and keeps it. InvalidInput, in
    // AWS's words and with the reason, when it may not be a package; TooLarge; Unavailable.
    Result<StoredPackage> add(std::string_view zip);
    // The unpacked directory; unpacks again when it is not there. Corrupt when the zip is gone
    // or is not what it was.
    Result<std::string> unpacked(const CodeHash& hash);
    // A directory with what all of these unpack to, where a later one's file replaces an earlier
    // one's. As unpacked(). Requires: there is one at least.
    Result<std::string> merged(const std::vector<CodeHash>& hashes);
    // Of the files that it unpacks to. As unpacked().
    Result<std::uint64_t> unpacked_bytes(const CodeHash& hash);
    // The zip's bytes.
    Result<std::string> read(const CodeHash& hash);
    // Removes every package but these. At start, before anything is added.
    void keep_only(const std::set<CodeHash>& hashes);

private:
    std::filesystem::path zip_path(const CodeHash& hash) const;
    std::filesystem::path code_path(const CodeHash& hash) const;
    Result<void> unpack(const CodeHash& hash);
    // Has `fill` make the directory, whole or not at all.
    template <class Fill>
    Result<void> make_code(const std::filesystem::path& path, Fill fill);
    Result<void> run_sandbox(const std::filesystem::path& zip, const std::filesystem::path& into);

    Places places_;
    SystemRandom random_;
};

// SHA-256 in lower-case hexadecimal.
CodeHash hash_of(std::string_view bytes);

}  // namespace gatehouse::functions
