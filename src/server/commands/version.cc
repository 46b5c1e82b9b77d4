#include "server/version.h"

#include <fmt/format.h>

#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_version(const Invocation& invocation) {
    const Usage usage{.about = "Prints the version."};
    if (auto arguments = read_arguments(invocation, usage); !arguments) return arguments.error();
    print(invocation.out, fmt::format("gatehouse {}\n", program_version()));
    return Exit::Done;
}

}  // namespace gatehouse::server
