#include "functions/memory_groups.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;

// Names that no unit, slice or scope of systemd has.
constexpr const char* server_group = "gatehouse-server";
constexpr const char* functions_group = "gatehouse-functions";

std::unexpected<Error> unavailable(std::string message) {
    return fail(ErrorKind::Unavailable, std::move(message));
}

// One write call: the kernel takes each as a command.
Result<void> write_file(const fs::path& file, std::string_view text) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    const bool written = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) ==
                                                static_cast<ssize_t>(text.size());
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (written) return {};
    return unavailable(
        fmt::format("cannot write '{}' to {}: {}", text, file.string(), std::strerror(error)));
}

std::string read_group_file(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return {};
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    ::close(descriptor);
    return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string();
}

Result<void> make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return {};
    return unavailable(
        fmt::format("cannot make the control group {}: {}", folder.string(), std::strerror(errno)));
}

bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of(" \n", at), text.size());
        if (text.substr(at, end - at) == word) return true;
        at = end + 1;
    }
    return false;
}

// The server's own group within the hierarchy, from "0::/system.slice/gatehouse.service".
std::optional<std::string> own_group(std::string_view membership) {
    for (std::size_t at = 0; at < membership.size();) {
        const auto end = std::min(membership.find('\n', at), membership.size());
        const std::string_view line = membership.substr(at, end - at);
        if (line.starts_with("0::/")) return std::string(line.substr(3));
        at = end + 1;
    }
    return std::nullopt;
}

bool says_delegated(const fs::path& folder) {
    for (const char* name : {"trusted.delegate", "user.delegate"}) {
        std::array<char, 8> value{};
        if (::getxattr(folder.c_str(), name, value.data(), value.size()) == 1 && value[0] == '1') {
            return true;
        }
    }
    return false;
}

bool is_ours(const fs::path& folder, bool is_whole_hierarchy) {
    struct stat facts{};
    if (::stat(folder.c_str(), &facts) != 0) return false;
    if (::access((folder / "cgroup.subtree_control").c_str(), W_OK) != 0) return false;
    if (says_delegated(folder)) return true;
    if (geteuid() != 0) return facts.st_uid == geteuid();
    // The true root has no type; what a container takes for the root has one.
    return is_whole_hierarchy && fs::exists(folder / "cgroup.type");
}

// False: not yet.
bool remove_group(const fs::path& folder) {
    // Kernels before 5.14 cannot; then it goes once its processes have.
    [[maybe_unused]] const auto killed = write_file(folder / "cgroup.kill", "1");
    return ::rmdir(folder.c_str()) == 0 || errno != EBUSY;
}

// A group whose children have controllers may hold no processes itself, so the server moves aside.
Result<void> arrange(const fs::path& own, const fs::path& functions) {
    if (auto made = make_folder(own / server_group); !made) return made;
    if (auto moved = write_file(own / server_group / "cgroup.procs", std::to_string(getpid()));
        !moved) {
        return moved;
    }
    auto shared_out = write_file(own / "cgroup.subtree_control", "+memory");
    if (shared_out) shared_out = make_folder(functions);
    if (shared_out) shared_out = write_file(functions / "cgroup.subtree_control", "+memory");
    if (shared_out) return {};
    // Everything as it was, as far as it goes.
    for (const auto& [file, text] :
         {std::pair(own / "cgroup.subtree_control", std::string("-memory")),
          std::pair(own / "cgroup.procs", std::to_string(getpid()))}) {
        [[maybe_unused]] const auto undone = write_file(file, text);
    }
    [[maybe_unused]] const bool gone = remove_group(own / server_group);
    return shared_out;
}

}  // namespace

MemoryGroup::~MemoryGroup() {
    if (!remove_group(folder_)) left_.push_back(folder_);
}

Result<void> MemoryGroup::add(pid_t process) {
    return write_file(folder_ / "cgroup.procs", std::to_string(process));
}

bool MemoryGroup::ran_out() const {
    const std::string events = read_group_file(folder_ / "memory.events");
    constexpr std::string_view name = "oom_kill ";
    // At the beginning of a line: "oom_group_kill" ends alike.
    const auto at = events.starts_with(name) ? 0 : events.find("\noom_kill ");
    if (at == events.npos) return false;
    const auto value = events.find_first_of("0123456789", at);
    return value != events.npos && events[value] != '0';
}

std::optional<std::uint64_t> MemoryGroup::bytes_in_use() const {
    const std::string text = read_group_file(folder_ / "memory.current");
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (error != std::errc()) return std::nullopt;
    return bytes;
}

Result<std::unique_ptr<MemoryGroups>> MemoryGroups::open(const Places& places) {
    const auto group = own_group(read_group_file(places.membership));
    if (!group || !fs::exists(places.hierarchy / "cgroup.controllers")) {
        return unavailable("this system has no unified control group hierarchy");
    }
    fs::path own = places.hierarchy / group->substr(1);
    // Started by a server that had moved itself already.
    if (own.filename() == server_group) own = own.parent_path();
    const bool is_whole = own == places.hierarchy || own == places.hierarchy / "";
    if (!has_word(read_group_file(own / "cgroup.controllers"), "memory") ||
        !is_ours(own, is_whole)) {
        return unavailable(
            fmt::format("the control group {} is not delegated to this server", own.string()));
    }
    const fs::path functions = own / functions_group;
    if (auto arranged = arrange(own, functions); !arranged)
        return fail(std::move(arranged.error()));
    std::unique_ptr<MemoryGroups> groups(new MemoryGroups(functions));
    std::error_code ignored;
    for (const auto& left : fs::directory_iterator(functions, ignored)) {
        if (left.is_directory() && !remove_group(left.path())) groups->left_.push_back(left.path());
    }
    return groups;
}

Result<std::unique_ptr<MemoryGroup>> MemoryGroups::make(const std::string& id,
                                                        std::uint64_t bytes_max) {
    std::erase_if(left_, [](const fs::path& left) { return remove_group(left); });
    const fs::path folder = functions_ / id;
    if (auto made = make_folder(folder); !made) return fail(std::move(made.error()));
    auto group = std::make_unique<MemoryGroup>(folder, left_);
    if (auto set = write_file(folder / "memory.max", std::to_string(bytes_max)); !set) {
        return fail(std::move(set.error()));
    }
    // Without swap accounting there is no such file; then swap is not held, as without a group.
    [[maybe_unused]] const auto no_swap = write_file(folder / "memory.swap.max", "0");
    if (auto set = write_file(folder / "memory.oom.group", "1"); !set) {
        return fail(std::move(set.error()));
    }
    return group;
}

}  // namespace gatehouse::functions
