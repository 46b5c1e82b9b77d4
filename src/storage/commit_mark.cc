#include "storage/commit_mark.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/durable_file.h"

namespace gatehouse::storage {
namespace {

// The number, its checksum, an end of line: always as long, so that one write replaces it whole.
constexpr std::size_t digits = 20;
constexpr std::size_t mark_size = digits + 1 + 8 + 1;
using MarkText = std::array<char, mark_size>;

MarkText mark_text(std::uint64_t commits) {
    MarkText text;
    fmt::format_to_n(text.data(), digits, "{:020}", commits);
    const uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), digits);
    fmt::format_to_n(text.data() + digits, mark_size - digits, " {:08x}\n", sum);
    return text;
}

std::string_view view_of(const MarkText& text) {
    return {text.data(), text.size()};
}

std::filesystem::path mark_file(std::filesystem::path database) {
    database += "-commits";
    return database;
}

}  // namespace

std::optional<std::uint64_t> CommitMark::read(const std::filesystem::path& database) {
    const auto content = read_file(mark_file(database), mark_size);
    if (!content || content->size() != mark_size) return std::nullopt;
    std::uint64_t commits = 0;
    std::from_chars(content->data(), content->data() + digits, commits);
    if (view_of(mark_text(commits)) != *content) return std::nullopt;
    return commits;
}

void CommitMark::remove(const std::filesystem::path& database) {
    std::error_code ignored;
    std::filesystem::remove(mark_file(database), ignored);
}

Result<void> CommitMark::check(Database& database, std::optional<std::uint64_t> marked,
                               std::uint64_t commits) {
    if (!marked || *marked <= commits) return {};
    database.keep_log_at_close();
    return fail(ErrorKind::Corrupt,
                fmt::format("{0} is damaged: the last {1} of its {2} commits are gone, as when "
                            "{0}-wal is damaged, cut or missing; restore {0}, {0}-wal and "
                            "{0}-commits from a copy, move {0} away to start without what was in "
                            "it, or remove {0}-commits to start with what is left",
                            database.file(), *marked - commits, *marked));
}

Result<CommitMark> CommitMark::open(const std::filesystem::path& database, std::uint64_t commits) {
    const auto path = mark_file(database);
    if (read(database) != commits) {
        const MarkText text = mark_text(commits);
        if (auto made = write_file(path, view_of(text), FileAccess::Private); !made) {
            return fail(std::move(made.error()));
        }
    }
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("could not open {}: {}", path.string(), strerrordesc_np(errno)));
    }
    return CommitMark(std::move(file));
}

void CommitMark::note(std::uint64_t commits) {
    const MarkText text = mark_text(commits);
    static_cast<void>(::pwrite(file_.get(), text.data(), text.size(), 0) > 0);
}

}  // namespace gatehouse::storage
