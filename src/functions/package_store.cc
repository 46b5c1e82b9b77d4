#include "functions/package_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/sha.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "base/durable_file.h"
#include "base/encoding.h"
#include "base/uuid.h"
#include "functions/launch_spec.h"
#include "functions/limits.h"
#include "functions/package_reader.h"
#include "functions/sandbox_process.h"

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds unpack_wait_max{120};
constexpr std::string_view partial_prefix = "partial-";

Result<void> make_directory(const fs::path& path, mode_t mode) {
    std::error_code error;
    fs::create_directories(path, error);
    if (error || chmod(path.c_str(), mode) != 0) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("{} cannot be made: {}", path.string(),
                                error ? error.message() : std::string("its mode cannot be set")));
    }
    return {};
}

// Whatever stood there before: a file may take a directory's place, and the other way round.
std::error_code make_way(const fs::path& target, bool for_directory) {
    std::error_code error;
    const auto status = fs::symlink_status(target, error);
    if (!fs::exists(status) || (for_directory && fs::is_directory(status))) return {};
    fs::remove_all(target, error);
    return error;
}

// Puts everything beneath `from` beneath `into` too: the same files by other names, or copies where
// the file system has no such thing.
Result<void> link_tree(const fs::path& from, const fs::path& into) {
    std::error_code error;
    for (auto at = fs::recursive_directory_iterator(from, error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::path target = into / at->path().lexically_relative(from);
        const bool is_directory = at->is_directory(error);
        if (!error) error = make_way(target, is_directory);
        if (error) break;
        if (is_directory) {
            if (auto made = make_directory(target, 0755); !made) return made;
            continue;
        }
        fs::create_hard_link(at->path(), target, error);
        if (error) fs::copy_file(at->path(), target, error);
        if (error) break;
    }
    if (!error) return {};
    return fail(ErrorKind::Unavailable, fmt::format("what is in {} cannot be put into {}: {}",
                                                    from.string(), into.string(), error.message()));
}

// The sandbox's refusal in AWS's words, with the reason it gave.
std::unexpected<Error> refused(std::string_view message) {
    const auto space = message.find(' ');
    const std::string_view detail = space == message.npos ? "" : message.substr(space + 1);
    switch (static_cast<PackageProblem::Kind>(message.front())) {
        case PackageProblem::Kind::TooLarge:
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("Unzipped size must be smaller than {} bytes", unzipped_bytes_max));
        case PackageProblem::Kind::Machine:
            return fail(ErrorKind::Unavailable,
                        fmt::format("the package cannot be unpacked here: {}", detail));
        case PackageProblem::Kind::Unreadable: break;
    }
    return fail(ErrorKind::InvalidInput,
                fmt::format("Could not unzip uploaded file. Please check your file, then try to "
                            "upload again. ({})",
                            detail));
}

// Waits for the sandbox to end, killing it when it takes too long.
void wait_for(pid_t pid) {
    const Descriptor pidfd = open_pidfd(pid);
    pollfd waiting{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    const auto wait_ms = std::chrono::milliseconds(unpack_wait_max).count();
    if (poll(&waiting, 1, static_cast<int>(wait_ms)) != 1) kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
}

}  // namespace

CodeHash hash_of(std::string_view bytes) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
    return CodeHash(to_hex(digest));
}

fs::path PackageStore::zip_path(const CodeHash& hash) const {
    return places_.package_dir / (hash.value() + ".zip");
}

fs::path PackageStore::code_path(const CodeHash& hash) const {
    return places_.cache_dir / "code" / hash.value();
}

Result<void> PackageStore::open() {
    for (const auto& [path, mode] :
         {std::pair{places_.package_dir, mode_t{0700}}, std::pair{places_.cache_dir, mode_t{0711}},
          std::pair{places_.cache_dir / "code", mode_t{0711}},
          std::pair{places_.cache_dir / "tmp", mode_t{0711}}}) {
        if (auto made = make_directory(path, mode); !made) return made;
    }
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(places_.cache_dir / "code", ignored)) {
        if (entry.path().filename().string().starts_with(partial_prefix)) {
            fs::remove_all(entry.path(), ignored);
        }
    }
    // No instance outlives its server.
    for (const auto& entry : fs::directory_iterator(places_.cache_dir / "tmp", ignored)) {
        fs::remove_all(entry.path(), ignored);
    }
    return {};
}

Result<StoredPackage> PackageStore::add(std::string_view zip) {
    if (zip.size() > zipped_bytes_max) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("Zipped size must be smaller than {} bytes", zipped_bytes_max));
    }
    if (zip.empty()) {
        return fail(ErrorKind::InvalidInput, "Uploaded file must be a non-empty zip");
    }
    StoredPackage stored{.hash = hash_of(zip), .bytes = zip.size()};
    const fs::path path = zip_path(stored.hash);
    std::error_code ignored;
    const bool is_new = !fs::exists(path, ignored);
    if (is_new) {
        if (auto written = write_file(path, zip, FileAccess::Private); !written) {
            return fail(std::move(written.error()));
        }
    }
    if (auto unpacked_to = unpacked(stored.hash); !unpacked_to) {
        if (is_new) fs::remove(path, ignored);
        return fail(std::move(unpacked_to.error()));
    }
    return stored;
}

Result<std::string> PackageStore::unpacked(const CodeHash& hash) {
    const fs::path path = code_path(hash);
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
        if (auto done = unpack(hash); !done) return fail(std::move(done.error()));
    }
    return path.string();
}

template <class Fill>
Result<void> PackageStore::make_code(const fs::path& path, Fill fill) {
    const fs::path partial =
        places_.cache_dir / "code" / (std::string(partial_prefix) + make_uuid(random_));
    if (auto made = make_directory(partial, 0755); !made) return made;
    std::error_code error;
    if (Result<void> done = fill(partial); !done) {
        fs::remove_all(partial, error);
        return done;
    }
    fs::rename(partial, path, error);
    if (error) {
        std::error_code ignored;
        fs::remove_all(partial, ignored);
        // Somebody else made the same meanwhile: just as well.
        if (!fs::is_directory(path, ignored)) {
            return fail(ErrorKind::Unavailable,
                        fmt::format("{} cannot be made: {}", path.string(), error.message()));
        }
    }
    return {};
}

Result<void> PackageStore::unpack(const CodeHash& hash) {
    return make_code(code_path(hash),
                     [&](const fs::path& into) { return run_sandbox(zip_path(hash), into); });
}

Result<std::string> PackageStore::merged(const std::vector<CodeHash>& hashes) {
    if (hashes.size() == 1) return unpacked(hashes.front());
    std::string all;
    for (const CodeHash& hash : hashes) all += hash.value() + '\n';
    const fs::path path = code_path(hash_of(all));
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) return path.string();
    const auto done = make_code(path, [&](const fs::path& into) -> Result<void> {
        for (const CodeHash& hash : hashes) {
            const auto from = unpacked(hash);
            if (!from) return fail(from.error());
            if (auto linked = link_tree(*from, into); !linked) return linked;
        }
        return {};
    });
    if (!done) return fail(done.error());
    return path.string();
}

Result<std::uint64_t> PackageStore::unpacked_bytes(const CodeHash& hash) {
    const auto path = unpacked(hash);
    if (!path) return fail(path.error());
    std::uint64_t bytes = 0;
    std::error_code error;
    for (auto at = fs::recursive_directory_iterator(*path, error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        if (at->is_regular_file(error)) bytes += at->file_size(error);
    }
    if (error) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("{} cannot be read: {}", *path, error.message()));
    }
    return bytes;
}

Result<void> PackageStore::run_sandbox(const fs::path& zip, const fs::path& into) {
    const Descriptor input(::open(zip.c_str(), O_RDONLY | O_CLOEXEC));
    if (!input.is_open()) {
        return fail(ErrorKind::Corrupt, fmt::format("the package {} is gone", zip.string()));
    }
    const Descriptor target(::open(into.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::array<int, 2> ends{};
    if (!target.is_open() ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail(ErrorKind::Unavailable, "a package cannot be unpacked: no descriptors left");
    }
    const Descriptor ours(ends[0]);
    Descriptor theirs(ends[1]);
    const Result<pid_t> pid = spawn_sandbox(
        places_.sandbox, "unpack",
        {.control = theirs.get(), .input = input.get(), .target = target.get(), .output = -1});
    if (!pid) return fail(pid.error());
    theirs = Descriptor();
    wait_for(*pid);
    std::array<char, 4096> message;
    const ssize_t length = recv(ours.get(), message.data(), message.size(), MSG_DONTWAIT);
    if (length < 1 || message[0] == static_cast<char>(SandboxMessage::Failed)) {
        const std::string_view text(message.data(), length < 1 ? 0 : length);
        return refused(length < 3 ? "U reading it took too long or too much memory"
                                  : text.substr(1));
    }
    return {};
}

Result<std::string> PackageStore::read(const CodeHash& hash) {
    return read_file(zip_path(hash), zipped_bytes_max);
}

void PackageStore::keep_only(const std::set<CodeHash>& hashes) {
    std::error_code ignored;
    for (const fs::path& directory : {places_.package_dir, places_.cache_dir / "code"}) {
        for (const auto& entry : fs::directory_iterator(directory, ignored)) {
            const CodeHash hash(entry.path().stem().string());
            if (!hashes.contains(hash)) fs::remove_all(entry.path(), ignored);
        }
    }
}

}  // namespace gatehouse::functions
