// How functions are run on this machine; filled in by the program's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/choice.h"
#include "base/profile.h"
#include "functions/launch_spec.h"
#include "functions/limits.h"

namespace gatehouse::functions {

enum class IsolationMode : std::uint8_t {
    Auto,      // everything this system allows
    Required,  // namespaces, Landlock and seccomp, or no instance is started
    None,      // process group, limits, no_new_privs and an unprivileged user alone
};

struct FunctionSettings {
    // Private: the zip packages, DATA_DIR/functions.
    std::filesystem::path package_dir;
    // Unpacked packages and the runtimes' files; can be made again at any time. A server that
    // runs as root on a system without namespaces needs it to be reachable by other users.
    std::filesystem::path cache_dir;
    // Where interpreters are looked for.
    std::vector<std::string> search_path;
    RuntimeFallback runtime_fallback = RuntimeFallback::WarnAndUseInstalled;
    IsolationMode isolation = IsolationMode::Auto;
    NetworkAccess network = NetworkAccess::Full;
    // Added to every instance's environment, e.g. AWS_ENDPOINT_URL. A function's own variables
    // come first.
    std::map<std::string, std::string> extra_environment;

    std::uint32_t instances_max = 64;                      // on this machine, of all functions
    std::uint32_t instances_per_function_max = 32;         // without reserved concurrency
    std::uint32_t starts_in_parallel_max = 4;              // of one function
    std::uint32_t processes_max = instance_processes_max;  // of one instance, threads included
    std::uint32_t queue_max = 1'000;  // events of one function waiting for an instance
    std::uint32_t account_concurrency_max = functions::account_concurrency_max;
    std::chrono::milliseconds idle_max = std::chrono::minutes(5);
    std::chrono::milliseconds init_max = init_phase_max;
};

}  // namespace gatehouse::functions

template <>
struct gatehouse::ChoiceNames<gatehouse::functions::IsolationMode> {
    static constexpr std::array<std::string_view, 3> names{"auto", "required", "none"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::functions::NetworkAccess> {
    static constexpr std::array<std::string_view, 3> names{"full", "loopback", "none"};
};
