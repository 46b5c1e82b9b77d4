#include <fmt/format.h>

#include <optional>

#include "net/address.h"
#include "policy/connection_variables.h"
#include "policy/document.h"
#include "policy/question.h"
#include "server/commands/policy/commands.h"
#include "server/commands/policy/policy_files.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view policy_explain_about =
    "Says whether policies allow a device to do something, and why: the statement that decided, "
    "or\n"
    "the one that came nearest and what about it differs, with the value of each variable.\n"
    "The exit status is 0 when it is allowed and 1 when it is not.";

std::vector<Flag> explain_flags() {
    return {
        {"policy", "FILE", "A policy document; repeat it for several."},
        {"action", "NAME", "iot:Connect, iot:Publish, iot:Subscribe, iot:Receive and so on."},
        {"resource", "ARN", "What on: a full ARN, or topic/a/b of the account and region below."},
        {"topic", "TOPIC", "Short for --resource topic/TOPIC."},
        {"filter", "FILTER", "Short for --resource topicfilter/FILTER."},
        {"client-id", "ID", "The client's id. With iot:Connect also the resource client/ID."},
        {"context", "KEY=VALUE",
         "A further variable or condition key; repeat it. aws:CurrentTime and aws:EpochTime are "
         "now unless given."},
        {"source-ip", "ADDRESS", "Where the client comes from (aws:SourceIp)."},
        {"domain", "NAME", "The host name that TLS named (iot:DomainName)."},
        {"thing", "NAME", "The thing that is attached to the client (iot:Connection.Thing.…)."},
        {"region", "REGION", "The connection's region (us-east-1)."},
        {"account", "ID", "The connection's account (000000000000)."},
        {"json", "", "The explanation as JSON."},
    };
}

// The one of --resource, --topic, --filter, --client-id that says what it is about.
Result<std::string> resource_of(const Arguments& arguments, const std::string& action) {
    std::vector<std::string> given;
    if (const auto resource = arguments.value("resource")) given.push_back(*resource);
    if (const auto topic = arguments.value("topic")) {
        if (topic->find_first_of("+#") != topic->npos) {
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("--topic {}: no topic holds + or #; give a filter with --filter",
                            topic->substr(0, 80)));
        }
        given.push_back("topic/" + *topic);
    }
    if (const auto filter = arguments.value("filter")) given.push_back("topicfilter/" + *filter);
    if (given.size() > 1) {
        return fail(ErrorKind::InvalidInput,
                    "give one of --resource, --topic and --filter: a question is about one thing");
    }
    if (given.size() == 1) return given.front();
    const auto client_id = arguments.value("client-id");
    if (client_id && action == "iot:Connect") return "client/" + *client_id;
    return fail(ErrorKind::InvalidInput,
                fmt::format("say what {} is asked for: --topic TOPIC, --filter FILTER, "
                            "--resource ARN, or --client-id ID with iot:Connect",
                            action));
}

Result<void> check_source_ip(const std::string& address) {
    if (address.empty() || net::Address::parse(address, 0)) return {};
    return fail(
        ErrorKind::InvalidInput,
        fmt::format("--source-ip {}: write an IPv4 or IPv6 address", address.substr(0, 80)));
}

Result<policy::Variables> variables_of(const Arguments& arguments, const Clock& clock) {
    policy::ConnectionFacts facts{.client_id = arguments.value("client-id"),
                                  .source_ip = arguments.value("source-ip").value_or(""),
                                  .domain_name = arguments.value("domain").value_or(""),
                                  .thing = std::nullopt,
                                  .no_thing_because = "no --thing was given",
                                  .certificate = std::nullopt};
    if (auto checked = check_source_ip(facts.source_ip); !checked) {
        return fail(std::move(checked.error()));
    }
    if (const auto thing = arguments.value("thing")) {
        facts.thing = policy::ThingFacts{.name = *thing, .type = "", .attributes = {}};
    }
    policy::Variables variables = policy::connection_variables(facts);
    if (!facts.client_id) variables.set_absent("iot:ClientId", "no --client-id was given");
    if (facts.source_ip.empty()) variables.set_absent("aws:SourceIp", "no --source-ip was given");
    if (facts.domain_name.empty()) variables.set_absent("iot:DomainName", "no --domain was given");
    variables.set_absent("aws:SecureTransport", "no --context aws:SecureTransport=true was given");
    variables.set_clock(clock);
    for (const std::string& each : arguments.values("context")) {
        const auto equals = each.find('=');
        if (equals == each.npos || equals == 0) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("--context wants KEY=VALUE, such as "
                                    "iot:Certificate.Subject.CommonName=lamp, not '{}'",
                                    each.substr(0, 80)));
        }
        variables.set(each.substr(0, equals), each.substr(equals + 1));
    }
    return variables;
}

Result<policy::Question> question_of(const Arguments& arguments, const Clock& clock) {
    const auto files = arguments.values("policy");
    if (files.empty()) {
        return fail(ErrorKind::InvalidInput, "--policy FILE is missing: the policy to ask");
    }
    if (files.size() > policy::documents_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} policies: a device has at most {}, and is refused with more",
                                files.size(), policy::documents_max));
    }
    const auto action = arguments.value("action");
    if (!action) {
        return fail(ErrorKind::InvalidInput,
                    "--action NAME is missing: what the device wants to do, such as iot:Publish");
    }
    policy::Question question;
    question.action = *action;
    auto resource = resource_of(arguments, *action);
    if (!resource) return fail(std::move(resource.error()));
    question.resource = std::move(*resource);
    auto variables = variables_of(arguments, clock);
    if (!variables) return fail(std::move(variables.error()));
    question.variables = std::move(*variables);
    question.tenant = {AccountId(arguments.value("account").value_or(default_account)),
                       Region(arguments.value("region").value_or(default_region))};
    if (!is_account_id(question.tenant.account.view())) {
        return fail(ErrorKind::InvalidInput, "--account wants 12 digits");
    }
    auto sources = read_policies(files);
    if (!sources) return fail(std::move(sources.error()));
    question.sources = std::move(*sources);
    return question;
}

}  // namespace

Exit run_policy_explain(const Invocation& invocation) {
    const auto flags = explain_flags();
    const auto arguments =
        read_arguments(invocation, {.about = policy_explain_about, .flags = flags});
    if (!arguments) return arguments.error();
    const SystemClock clock;
    const auto question = question_of(*arguments, clock);
    if (!question) return report(invocation, question.error(), Exit::WrongUse);
    const auto explanation = policy::ask(*question);
    if (!explanation) return report(invocation, explanation.error(), Exit::WrongUse);
    print(invocation.out, arguments->has("json") ? policy::to_json(*explanation) + "\n"
                                                 : policy::to_text(*explanation));
    return explanation->allowed() ? Exit::Done : Exit::Failed;
}

}  // namespace gatehouse::server
