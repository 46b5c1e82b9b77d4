#include <fmt/format.h>

#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {
namespace {

// An active or default authorizer cannot be deleted.
Answer<void> take_out_of_use(const ApiClient& client, const std::string& name) {
    const auto default_name = default_authorizer_name(client);
    if (!default_name) return std::unexpected(default_name.error());
    if (*default_name == name) {
        const auto cleared =
            client.call({.service = "iot", .method = "DELETE", .path = "/default-authorizer"});
        if (!cleared) return std::unexpected(cleared.error());
    }
    const auto deactivated = client.call({.service = "iot",
                                          .method = "PUT",
                                          .path = authorizer_path(name),
                                          .body = R"({"status":"INACTIVE"})"});
    if (!deactivated) return std::unexpected(deactivated.error());
    return {};
}

}  // namespace

Exit run_authorizer_delete(const Invocation& invocation) {
    const auto flags = with_data_dir(
        {{"force", "", "Deactivate it first, and clear the default where it is that."}});
    const auto session = begin_session(
        invocation, {.about = "Deletes an authorizer, which must be inactive and not the default.",
                     .positional = "NAME",
                     .positional_max = 1,
                     .flags = flags,
                     .positional_min = 1});
    if (!session) return session.error();
    const ApiClient& client = session->client;
    const std::string& name = session->word(0);
    if (session->arguments.has("force")) {
        if (const auto out = take_out_of_use(client, name); !out) {
            return report(invocation, authorizer_error(client, out.error(), name));
        }
    }
    const auto deleted =
        client.call({.service = "iot", .method = "DELETE", .path = authorizer_path(name)});
    if (!deleted && deleted.error().code == "DeleteConflictException") {
        ApiError error = deleted.error();
        error.error.message += "; --force does what is needed first";
        return report(invocation, error);
    }
    if (!deleted) return report(invocation, authorizer_error(client, deleted.error(), name));
    print(invocation.out, fmt::format("authorizer {} deleted\n", name));
    return Exit::Done;
}

}  // namespace gatehouse::server
