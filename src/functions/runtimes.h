// Which runtimes exist, and how each is started on this machine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/profile.h"
#include "base/result.h"
#include "functions/launch_spec.h"

namespace gatehouse::functions {

enum class RuntimeFamily : std::uint8_t { Python, Node, Provided };

struct Runtime {
    std::string id;  // "python3.11"
    RuntimeFamily family = RuntimeFamily::Provided;
    unsigned version = 0;  // 11 of Python 3.11, 20 of Node.js 20
};

// NotFound for any other name; the message is AWS's, with the runtimes that exist here.
Result<Runtime> find_runtime(std::string_view id);

// The files the server carries, as written to the disk.
struct RuntimeFiles {
    std::string sandbox;         // the sandbox program
    std::string python_runtime;  // the directory with bootstrap.py
    std::string node_runtime;    // the directory with bootstrap.js
};

// Writes them beneath `directory` (made if absent) unless they are there already. Everybody may
// read them: instances run as other users. Unavailable when the disk refuses.
Result<RuntimeFiles> install_runtime_files(const std::filesystem::path& directory);

// The directories of the machine that any program needs: system libraries, certificates, the
// name service. Not the home directories, not /etc as a whole, no configuration of servers.
std::vector<Mount> system_mounts();

// A Python or Node.js on this machine.
struct Interpreter {
    std::string program;        // "/usr/bin/python3.11", "/usr/bin/node"
    std::vector<Mount> mounts;  // what it needs beside system_mounts()
    std::string warning;        // empty, or that it is not the version asked for
};

// Looks for pythonX.Y or nodeX in `search_path` (directories), for a node of that version, then,
// where the fallback is allowed, for any python3 or node. Unavailable when there is none, saying
// what to install. Runs a node that it finds, so it blocks.
// Requires: the runtime's family has interpreters.
Result<Interpreter> find_interpreter(const Runtime& runtime,
                                     const std::vector<std::string>& search_path,
                                     RuntimeFallback fallback);

// "/usr/local/bin", "/usr/bin", "/bin" and the directories of this machine's usual installations.
std::vector<std::string> default_search_path();

}  // namespace gatehouse::functions
