#include "server/commands/table.h"

#include <array>

namespace gatehouse::server {

std::span<const Command> all_commands() {
    static constexpr std::array commands{
        Command{"authorizer", "decide by your own function who gets in", run_authorizer},
        Command{"bench", "put load on a broker, ours or any other", run_bench},
        Command{"ca", "the local CA of the server's certificates", run_ca},
        Command{"clock", "move the time of a server with --clock manual", run_clock},
        Command{"connect-device", "make a device and a kit with which it connects",
                run_connect_device},
        Command{"device", "behave like a device: connect, publish every few seconds", run_device},
        Command{"env", "print shell lines that point AWS tools at the running server", run_env},
        Command{"explain", "why something was refused, by its trace id", run_explain},
        Command{"function", "deploy, invoke and list functions", run_function},
        Command{"logs", "read the log", run_logs},
        Command{"passwd", "put users into a file of passwords", run_passwd},
        Command{"policy", "explain, test and lint policies, without a server", run_policy},
        Command{"pub", "publish a message", run_pub},
        Command{"rule", "make, list and delete topic rules, and test their SQL", run_rule},
        Command{"serve", "run the server", run_serve},
        Command{"settings", "list the settings in force and where each came from", run_settings},
        Command{"status", "show the running server", run_status},
        Command{"sub", "subscribe and print what comes", run_sub},
        Command{"version", "print the version", run_version},
    };
    return commands;
}

}  // namespace gatehouse::server
