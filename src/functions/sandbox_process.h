// Starting the sandbox program.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"

namespace gatehouse::functions {

// What the sandbox finds at its well-known descriptors; -1: nothing. All stay the caller's.
struct SandboxFiles {
    int control = -1;
    int input = -1;
    int target = -1;
    int output = -1;  // its standard output and error; -1: /dev/null
};

// vfork and exec, in a session and process group of its own, with default signals and an empty
// environment: no memory of the server is copied and no descriptor inherited. Unavailable when
// the system refuses.
Result<pid_t> spawn_sandbox(const std::string& program, std::string_view task,
                            const SandboxFiles& files);

// A descriptor that becomes readable when the child ends; not open when the system refuses.
Descriptor open_pidfd(pid_t child);

}  // namespace gatehouse::functions
