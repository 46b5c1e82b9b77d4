// What is likely to be a mistake in policies that are valid: each finding with its place, a
// sentence and what to do.
// Sources: AWS IoT Developer Guide, "AWS IoT Core policies", "Action resources", "Publish/Subscribe
// policy examples" and "Policy variables"; the pains that users report, which the codes name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/choice.h"
#include "policy/decision.h"

namespace gatehouse::policy {

enum class Severity : std::uint8_t {
    Error,    // does not do what it says
    Warning,  // dangerous, or probably not meant
    Note,     // worth knowing
};

enum class LintCode : std::uint8_t {
    WrongResourceType,     // iot:Subscribe on topic/… alone, iot:Publish on topicfilter/…
    MqttWildcardInTopic,   // topic/a/+ : + and # are ordinary characters
    UnknownVariable,       // misspelt
    UnknownConditionKey,   // misspelt, or carried by other requests only
    UnresolvableVariable,  // never has a value for clients that come in this way
    VariableNeedsVersion,  // ${…} in a document of 2008-10-17
    MissingVersion,        // which means 2008-10-17
    SpoofableClientId,     // any client id may connect and ${iot:ClientId} grants elsewhere
    ClientIdAsWildcard,    // client id "+" or "#" in a topicfilter
    SubscribeWithoutReceive,
    ReceiveWithoutSubscribe,
    NoConnect,              // publish or subscribe without any iot:Connect
    DenySubscribeBypassed,  // Deny iot:Subscribe a/b, but a/# is allowed and Receive not denied
    RedundantStatement,     // another statement says the same
    UnknownAction,          // misspelt
    NeverMatches,           // the resource, or a condition's value, can match nothing
    AllowsEverything,       // iot:* on *
    NotResourceVariable,    // without a value it leaves nothing out
    NegatedVariable,        // nor do StringNotEquals and the like
};

struct Finding {
    LintCode code = LintCode::WrongResourceType;
    Severity severity = Severity::Warning;
    StatementPlace where;
    std::string resource;  // the text concerned, if one
    std::string sentence;
    std::string fix;

    bool operator==(const Finding&) const = default;
};

// How the clients come in whose policies these are; says which variables can have values.
enum class Admission : std::uint8_t { Any, CustomAuthorizer, Certificate };

// In the order of documents and statements.
std::vector<Finding> lint(std::span<const PolicySource> sources,
                          Admission admission = Admission::Any);

// A paragraph a finding, ending in a newline; empty without findings.
std::string to_text(std::span<const Finding> findings);
// A JSON array of {"code","severity","document","statement","sid","resource","message","fix"}.
std::string to_json(std::span<const Finding> findings);

}  // namespace gatehouse::policy

template <>
struct gatehouse::ChoiceNames<gatehouse::policy::Severity> {
    static constexpr std::array<std::string_view, 3> names{"error", "warning", "note"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::policy::LintCode> {
    static constexpr std::array<std::string_view, 19> names{"wrong-resource-type",
                                                            "mqtt-wildcard-in-topic",
                                                            "unknown-variable",
                                                            "unknown-condition-key",
                                                            "unresolvable-variable",
                                                            "variable-needs-version",
                                                            "missing-version",
                                                            "spoofable-client-id",
                                                            "client-id-as-wildcard",
                                                            "subscribe-without-receive",
                                                            "receive-without-subscribe",
                                                            "no-connect",
                                                            "deny-subscribe-bypassed",
                                                            "redundant-statement",
                                                            "unknown-action",
                                                            "never-matches",
                                                            "allows-everything",
                                                            "not-resource-variable",
                                                            "negated-variable"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::policy::Admission> {
    static constexpr std::array<std::string_view, 3> names{"any", "custom-authorizer",
                                                           "certificate"};
};
