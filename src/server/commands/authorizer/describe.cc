#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {
namespace {

Exit show(const Invocation& invocation, const Session& session, const std::string& name,
          const std::string& default_name) {
    const auto description = describe_authorizer(session.client, name);
    if (!description) return report(invocation, description.error());
    if (session.arguments.has("json")) {
        print(invocation.out, pretty_json(*description));
        return Exit::Done;
    }
    const auto problem = permission_problem(session.client, *description);
    if (!problem) return report(invocation, problem.error());
    print(invocation.out, authorizer_text(*description, default_name, *problem));
    return Exit::Done;
}

std::vector<Flag> describe_flags() {
    return with_data_dir({{"json", "", "As JSON, with everything the API tells."}});
}

}  // namespace

Exit run_authorizer_describe(const Invocation& invocation) {
    const auto flags = describe_flags();
    const auto session = begin_session(invocation, {.about = "Shows an authorizer.",
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const auto default_name = default_authorizer_name(session->client);
    if (!default_name) return report(invocation, default_name.error());
    return show(invocation, *session, session->word(0), *default_name);
}

Exit run_authorizer_describe_default(const Invocation& invocation) {
    const auto flags = describe_flags();
    const auto session = begin_session(
        invocation, {.about = "Shows the authorizer of clients that name none.", .flags = flags});
    if (!session) return session.error();
    const auto name = default_authorizer_name(session->client);
    if (!name) return report(invocation, name.error());
    if (name->empty()) {
        return report(invocation,
                      Error{ErrorKind::NotFound,
                            "there is no default authorizer, so clients have to name one; "
                            "`gatehouse authorizer set-default NAME` chooses it",
                            {}});
    }
    return show(invocation, *session, *name, *name);
}

}  // namespace gatehouse::server
