#include <fmt/format.h>

#include "server/commands/table.h"
#include "server/credentials_file.h"

namespace gatehouse::server {
namespace {

// In single quotes for a POSIX shell.
std::string quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string shell_lines(const ReadyFile& ready, const AccessKey& key) {
    std::string text;
    const auto set = [&](std::string_view name, std::string_view value) {
        text += fmt::format("export {}={}\n", name, quoted(value));
    };
    set("AWS_ENDPOINT_URL", ready.api_url);
    set("AWS_ACCESS_KEY_ID", key.id);
    set("AWS_SECRET_ACCESS_KEY", key.secret);
    set("AWS_REGION", ready.region);
    set("AWS_DEFAULT_REGION", ready.region);
    // A profile or session token of another account would win or spoil the signature.
    text += "unset AWS_SESSION_TOKEN AWS_PROFILE\n";
    if (ready.api_url.starts_with("https:")) set("AWS_CA_BUNDLE", ready.api_ca);
    // The AWS CLI before 2.13 and botocore before 1.31 do not know AWS_ENDPOINT_URL and would call
    // Amazon.
    text += "aws() { command aws --endpoint-url \"$AWS_ENDPOINT_URL\" \"$@\"; }\n";
    return text;
}

}  // namespace

Exit run_env(const Invocation& invocation) {
    const std::vector<Flag> flags{data_dir_flag()};
    const Usage usage{.about =
                          "Prints lines for a shell that point AWS tools at the running server:\n"
                          "  eval \"$(gatehouse env)\"",
                      .flags = flags};
    const auto arguments = read_arguments(invocation, usage);
    if (!arguments) return arguments.error();
    const auto ready = find_server(*arguments, invocation.environment);
    if (!ready) return report(invocation, ready.error());
    if (ready->api_url.empty()) {
        return report(invocation,
                      Error{ErrorKind::Unavailable,
                            "the server's API is closed (api-port off), so AWS tools cannot use it",
                            {}});
    }
    const auto key = read_credentials_file(credentials_file_path(ready->data_dir));
    if (!key) return report(invocation, key.error());
    print(invocation.out, shell_lines(*ready, *key));
    return Exit::Done;
}

}  // namespace gatehouse::server
