// The sandbox: a small program, embedded in the server, that runs between the server and code it
// does not trust. `launch` starts and watches one instance, `unpack` opens one package.
//
// It is a process of its own so that starting an instance never copies the server's memory, and
// so that everything done with privileges on the way is a few hundred lines.
// Threads: single-threaded. Failures are sent to the server and end the process.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "functions/launch_spec.h"

namespace gatehouse::functions {

// Exit code of the sandbox after it has sent SandboxMessage::Failed.
inline constexpr int sandbox_failed_exit = 126;

int launch();
int unpack();

// Sends one message to the server; `descriptor` >= 0 travels along.
void tell(SandboxMessage kind, std::string_view text, int descriptor = -1);
// Sends Failed with the stage, what was attempted and errno's text, and exits.
[[noreturn]] void give_up(std::string_view stage, const std::string& what);

// --- namespaces.cc ---
// Moves this process (its children, for the process namespace) into namespaces of their own.
// False when the system does not allow it; gives up when only half of it worked.
bool enter_namespaces(const LaunchSpec& spec);
// Builds the instance's file system and makes it the root. Call in the first process of the new
// process namespace.
void build_root(const LaunchSpec& spec);
// Opens the Runtime API's port on the namespace's own loopback and hands it to the server.
void open_private_loopback(const LaunchSpec& spec);

// --- confine.cc ---
// What confine() reached.
struct Confinement {
    int landlock_abi = 0;  // 0: not used
    bool seccomp = false;
};
// Gives up privileges for good: limits, user, capabilities, no_new_privs, Landlock, seccomp.
Confinement confine(const LaunchSpec& spec, bool in_namespaces);
// Landlock for the unpacker: nothing but writing beneath `directory`. Returns the ABI or 0.
int allow_writing_only_beneath(int directory);
void drop_capabilities();
void set_limit(int resource, std::uint64_t value);
// Refuses the system calls no function needs. False when the kernel has no seccomp.
bool refuse_dangerous_calls(NetworkAccess network);

}  // namespace gatehouse::functions
