// Memory of instances held by the kernel: a control group (cgroup v2) for each, where this server
// was given a part of the hierarchy to manage. Elsewhere instances are watched instead.
//
//   OWN/                     the server's group when it started
//   OWN/server/              the server itself: a group with controllers holds no processes
//   OWN/functions/ID/        one instance, memory.max = its memory size, no swap, killed as one
//
// A part is ours to manage ("delegated") when systemd says so (Delegate=yes), when it belongs to
// the user that we run as, or when it is the whole of a container's own hierarchy.
// Sources: Linux kernel, "Control Group v2" (delegation, no internal processes, memory);
// systemd, "Control Group APIs and Delegation".
//
// Threads: one loop.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"

namespace gatehouse::functions {

// Folders that could not go yet, since the kernel was not done with their processes.
using LeftBehind = std::vector<std::filesystem::path>;

// The group of one instance. What still runs in it is killed when it dies.
class MemoryGroup : Pinned {
public:
    MemoryGroup(std::filesystem::path folder, LeftBehind& left)
        : folder_(std::move(folder)), left_(left) {}
    ~MemoryGroup();

    // Moves a process in; its children follow. Unavailable when the kernel refuses.
    Result<void> add(pid_t process);
    // Whether the kernel killed processes because they wanted more than there was.
    bool ran_out() const;
    // Bytes in use; empty if the kernel does not say.
    std::optional<std::uint64_t> bytes_in_use() const;

private:
    std::filesystem::path folder_;
    LeftBehind& left_;
};

// Outlives its groups.
class MemoryGroups : Pinned {
public:
    struct Places {
        std::filesystem::path hierarchy = "/sys/fs/cgroup";
        std::filesystem::path membership = "/proc/self/cgroup";
    };
    // Moves this process into a group of its own beside the instances'. Unavailable, with the
    // reason, where nothing is delegated. What a crash left behind is removed.
    static Result<std::unique_ptr<MemoryGroups>> open(const Places& places);

    Result<std::unique_ptr<MemoryGroup>> make(const std::string& id, std::uint64_t bytes_max);

private:
    explicit MemoryGroups(std::filesystem::path functions) : functions_(std::move(functions)) {}
    std::filesystem::path functions_;
    LeftBehind left_;
};

}  // namespace gatehouse::functions
