#include <fmt/format.h>

#include "server/client/answer.h"
#include "server/client/rules_api.h"
#include "server/client/session.h"
#include "server/commands/rule/commands.h"

namespace gatehouse::server {

Exit run_rule_list(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session =
        begin_session(invocation, {.about = "Lists the topic rules.", .flags = flags});
    if (!session) return session.error();
    const auto rules = listed_rules(session->client);
    if (!rules) return report(invocation, rules.error());
    if (rules->empty()) {
        const ReadyFile& server = session->client.server();
        print(invocation.err, fmt::format("account {}, region {} has no topic rules yet; "
                                          "`gatehouse rule create` makes one\n",
                                          server.account, server.region));
        return Exit::Done;
    }
    std::vector<std::vector<std::string>> rows{{"NAME", "STATUS", "TOPICS"}};
    for (const json::value& rule : *rules) {
        rows.push_back({text_at(rule, "/ruleName"),
                        is_true_at(rule, "/ruleDisabled") ? "disabled" : "enabled",
                        text_at(rule, "/topicPattern")});
    }
    print(invocation.out, columns(rows));
    return Exit::Done;
}

Exit run_rule_describe(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session =
        begin_session(invocation, {.about = "Shows a topic rule, with all of its actions, as JSON.",
                                   .positional = "NAME",
                                   .positional_max = 1,
                                   .flags = flags,
                                   .positional_min = 1});
    if (!session) return session.error();
    const auto rule = described_rule(session->client, session->word(0));
    if (!rule) return report(invocation, rule.error());
    print(invocation.out, pretty_json(*rule));
    return Exit::Done;
}

Exit run_rule_delete(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session = begin_session(invocation, {.about = "Deletes a topic rule.",
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    // The API says the same of one that is not there.
    if (const auto rule = described_rule(session->client, name); !rule) {
        return report(invocation, rule.error());
    }
    const auto deleted =
        session->client.call({.service = "iot", .method = "DELETE", .path = rule_path(name)});
    if (!deleted) return report(invocation, rule_error(session->client, deleted.error(), name));
    print(invocation.out, fmt::format("rule {} deleted\n", name));
    return Exit::Done;
}

}  // namespace gatehouse::server
