// What the server tells the sandbox process that starts an instance: which program, in which
// surroundings, how confined. Travels as bytes through a memory file, so that nothing of it is
// visible in a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::functions {

// What the instance may reach over the network.
enum class NetworkAccess : std::uint8_t {
    Full,      // the machine's network
    Loopback,  // a loopback interface of its own: itself, and nothing else
    None,      // its Runtime API alone
};

// A file or directory of the machine shown, read-only, at a place in the instance's file system.
struct Mount {
    std::string source;
    std::string target;
};

struct LaunchSpec {
    std::vector<std::string> arguments;    // arguments[0] is the program, as the instance sees it
    std::vector<std::string> environment;  // "NAME=value"
    // A program of the function's that gets the runtime's command line: that it cannot be started
    // is told and ends as in a shell.
    bool has_wrapper = false;
    std::string working_directory;   // as the instance sees it
    std::string writable_directory;  // its own /tmp; without namespaces a real directory
    // With namespaces: the whole file system of the instance. Without: what Landlock lets it
    // read (sources).
    std::vector<Mount> mounts;

    bool use_namespaces = true;
    bool use_landlock = true;
    bool use_seccomp = true;
    // Missing Landlock or seccomp ends the start instead of being done without.
    bool require_all = false;
    NetworkAccess network = NetworkAccess::Full;
    // The user and group to become; 0 keeps the server's (which is then not root).
    std::uint32_t user = 0;
    std::uint32_t group = 0;
    // The port of the Runtime API: with a network namespace the sandbox opens it there.
    std::uint16_t runtime_api_port = 0;
    std::uint64_t file_bytes_max = 0;
    std::uint32_t processes_max = 0;
    std::uint32_t descriptors_max = 0;
};

std::string encode(const LaunchSpec& spec);
// Empty when the bytes are not a spec.
std::optional<LaunchSpec> decode_launch_spec(std::string_view bytes);

// The descriptors the sandbox finds open.
inline constexpr int sandbox_control_descriptor = 3;  // a SOCK_SEQPACKET socket to the server
inline constexpr int sandbox_input_descriptor = 4;    // the spec, or the package to unpack
inline constexpr int sandbox_target_descriptor = 5;   // where a package is unpacked to

// First byte of a message from the sandbox.
enum class SandboxMessage : char {
    Confined = 'C',  // then text: what was reached, "namespaces landlock=7 seccomp"
    Started = 'S',   // sent by the process that becomes the runtime; its pid is in the credentials
    Listener = 'L',  // the Runtime API's listening socket travels along
    Failed = 'F',    // then a stage name, a space, and a sentence
    Exited = 'X',    // then "exit N" or "signal N": how the runtime ended
};

}  // namespace gatehouse::functions
