// Reads a function's package (a zip archive that nobody has checked) entry by entry and refuses
// what has no place in one: links, special files, set-id bits, absolute or climbing paths, the
// same name twice, encryption, more bytes or entries than allowed. Bytes are counted as they come
// out, whatever the archive's directory claims.
//
// Uses nothing of ours, because it also runs in the sandbox process.
#pragma once

#include <locale.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::functions {

struct PackageLimits {
    std::uint64_t bytes_max;
    std::size_t entries_max;
    std::size_t name_bytes_max;
    std::size_t depth_max;
};

struct PackageFacts {
    std::uint64_t bytes = 0;
    std::size_t entries = 0;
};

struct PackageProblem {
    enum class Kind : char {
        Unreadable = 'U',  // not a zip archive, damaged, or holding what it must not
        TooLarge = 'L',    // over bytes_max
        Machine = 'M',     // writing failed here: disk full, permissions
    };
    Kind kind = Kind::Unreadable;
    std::string detail;  // what is wrong, naming the entry
};

enum class Executable : bool { No, Yes };

// Receives what a package holds. Paths are relative, clean, and their directories come before.
// Each method returns an empty string, or why it failed.
class PackageSink {
public:
    virtual ~PackageSink() = default;
    virtual std::string directory(const std::string& path) = 0;
    virtual std::string open_file(const std::string& path, Executable executable) = 0;
    virtual std::string write(std::string_view bytes) = 0;
    virtual std::string close_file() = 0;
};

using PackageResult = std::expected<PackageFacts, PackageProblem>;

// While it lives, names that an archive marks as UTF-8 can be read on this thread: libarchive turns
// them into the thread's character set, and that of "C" is ASCII. To be made before the process may
// not read the machine's locales any more; without C.UTF-8 there only ASCII is readable.
class Utf8Names {
public:
    Utf8Names();
    ~Utf8Names();
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

private:
    locale_t locale_;
    locale_t before_;
};

// Names beyond ASCII need an Utf8Names on the calling thread.
PackageResult read_package(int descriptor, const PackageLimits& limits, PackageSink& sink);
PackageResult read_package(std::span<const std::uint8_t> bytes, const PackageLimits& limits,
                           PackageSink& sink);

// Why a path may not be in a package; empty when it may. "a/b/" and "./a" are fine.
std::string path_problem(std::string_view path, const PackageLimits& limits);

}  // namespace gatehouse::functions
