// The program: looks at the process (words, variables) once, and hands both on as values.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/standard_error.h"
#include "server/commands/table.h"

namespace {

// Where one of the three is closed, the next file that is opened would get its number, and what is
// meant for a terminal would be written into it.
void fill_standard_descriptors() {
    int opened = 0;
    do {
        opened = open("/dev/null", O_RDWR);
    } while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened >= 0) close(opened);
}

// What was asked for and did not reach standard output is a failure, except for a reader that had
// enough.
int flushed(int status) {
    if (std::fflush(stdout) == 0 || errno == EPIPE) return status;
    gatehouse::write_standard_error(std::string("gatehouse: cannot write to standard output: ") +
                                    std::strerror(errno) + "\n");
    return status == 0 ? 1 : status;
}

}  // namespace

int main(int count, char** words) {
    using namespace gatehouse::server;
    fill_standard_descriptors();
    // A reader that goes away (`gatehouse logs tail | head`) is an error code, not a signal.
    std::signal(SIGPIPE, SIG_IGN);
    // So is a file at the size that the system lets it have.
    std::signal(SIGXFSZ, SIG_IGN);
    const Environment environment = Environment::of_process(environ);
    const Invocation invocation{.words = "gatehouse",
                                .arguments = {words + (count > 0 ? 1 : 0), words + count},
                                .environment = environment};
    const auto about =
        "Gatehouse does the job of AWS IoT Core on your own machine: devices, authorizers, "
        "policies,\nfunctions and logs in one program.";
    if (count > 1 && std::string_view(words[1]) == "--version") {
        return flushed(static_cast<int>(run_version({"gatehouse", {}, environment})));
    }
    return flushed(static_cast<int>(run_group(all_commands(), about, invocation)));
}
