#include <fmt/format.h>

#include <filesystem>

#include "base/durable_file.h"
#include "policy/test_table.h"
#include "server/commands/policy/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view policy_test_about =
    "Checks policies against a table of expected decisions, and prints the explanation of each\n"
    "that comes out otherwise. The exit status is 1 when one does. A table:\n"
    "  {\"policies\": [{\"name\": \"device\", \"file\": \"device.json\"}],\n"
    "   \"variables\": {\"iot:ClientId\": \"lamp\"},\n"
    "   \"cases\": [{\"action\": \"iot:Publish\", \"resource\": \"topic/lamp/state\", "
    "\"expect\": \"allowed\"}]}\n"
    "Files are found beside the table. It has no clock: for conditions on the time, give\n"
    "aws:CurrentTime or aws:EpochTime in \"variables\" or in a case's \"context\".";

Result<policy::TestReport> run_table(const std::filesystem::path& path) {
    const auto text = read_file(path);
    if (!text) return fail(text.error());
    const auto names = policy::files_of_test_table(*text);
    if (!names) return fail(names.error());
    policy::FileTexts files;
    for (const std::string& name : *names) {
        auto content = read_file(path.parent_path() / name);
        if (!content) return fail(std::move(content.error()));
        files.emplace(name, std::move(*content));
    }
    return policy::run_test_table(*text, files);
}

}  // namespace

Exit run_policy_test(const Invocation& invocation) {
    const auto arguments = read_arguments(invocation, {.about = policy_test_about,
                                                       .positional = "FILE",
                                                       .positional_max = 1,
                                                       .flags = {},
                                                       .positional_min = 1});
    if (!arguments) return arguments.error();
    const std::string& file = arguments->positional().front();
    const auto result = run_table(file);
    if (!result) {
        return report(
            invocation,
            Error{result.error().kind, fmt::format("{}: {}", file, result.error().describe()), {}});
    }
    print(invocation.out, policy::to_text(*result));
    return result->failed() == 0 ? Exit::Done : Exit::Failed;
}

}  // namespace gatehouse::server
