#include "server/commands/table.h"

#include <array>

namespace gatehouse::server {

std::span<const Command> all_commands() {
    static constexpr std::array commands{
        Command{"device", "behave like a device: connect, publish every few seconds", run_device},
        Command{"env", "print shell lines that point AWS tools at the running server", run_env},
        Command{"pub", "publish a message", run_pub},
        Command{"serve", "run the server", run_serve},
        Command{"settings", "list the settings in force and where each came from", run_settings},
        Command{"sub", "subscribe and print what comes", run_sub},
        Command{"version", "print the version", run_version},
    };
    return commands;
}

}  // namespace gatehouse::server
