#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "policy/action.h"
#include "policy/ascii_case.h"
#include "policy/lint_rules.h"
#include "policy/statement_check.h"

namespace gatehouse::policy {
namespace {

bool uses_client_id(const Pattern& pattern) {
    return std::ranges::any_of(pattern.variables(), [](std::string_view name) {
        return same_ignoring_case(name, "iot:ClientId");
    });
}

// What follows the type: "a/*" of "arn:aws:iot:*:*:topicfilter/a/*"; "*" for patterns that end
// before it.
std::string name_part(const Pattern& resource) {
    const std::string rest = resource_of_arn(resource.text());
    const auto slash = rest.find('/');
    return slash == rest.npos ? "*" : rest.substr(slash + 1);
}

bool same_but_sid(Statement a, const Statement& b) {
    a.sid = b.sid;
    return a == b;
}

// Whether `wide` says everything that `narrow` says: the same effect, at least its actions and
// resources, no conditions of its own.
bool covers(const Statement& wide, const Statement& narrow) {
    if (wide.effect != narrow.effect || !wide.conditions.empty()) return false;
    if (wide.action_listing == Listing::AllBut || narrow.action_listing == Listing::AllBut ||
        wide.resource_listing == Listing::AllBut || narrow.resource_listing == Listing::AllBut) {
        return false;
    }
    const bool actions = std::ranges::all_of(narrow.actions, [&](const std::string& action) {
        return std::ranges::any_of(wide.actions, [&](const std::string& pattern) {
            return action_matches(pattern, action);
        });
    });
    return actions && std::ranges::all_of(narrow.resources, [&](const Pattern& resource) {
               return std::ranges::any_of(wide.resources, [&](const Pattern& pattern) {
                   if (pattern.text() == resource.text()) return true;
                   // A wildcard of the narrow one is a character like any other to the wide one:
                   // whatever it stands for, the wide one's `*` takes it. `?` takes one character
                   // only, so that patterns with it are left alone.
                   return !pattern.text().contains('?') && pattern.variables().empty() &&
                          matches(resolve(pattern, {}), resource.text());
               });
           });
}

// The resources that the action is checked against.
auto resources_for(const Statement& statement, Action action) {
    return std::views::filter(statement.resources, [action](const Pattern& resource) {
        return may_be_of(resource, name_of(action));
    });
}

// Whether the statement names an action that is checked against the resource.
bool is_in_use(const Pattern& resource, const Statement& statement) {
    return std::ranges::any_of(action_names(), [&](std::string_view action) {
        return may_be_of(resource, action) && statement_names_action(statement, action);
    });
}

class TogetherRules {
public:
    TogetherRules(std::span<const LintStatement> statements, std::vector<Finding>& findings)
        : statements_(statements), findings_(findings) {}

    void run() {
        check_redundant();
        check_missing_partners();
        check_client_ids();
        check_denied_subscriptions();
    }

private:
    void add(LintCode code, Severity severity, const StatementPlace& where, std::string resource,
             std::string sentence, std::string fix) {
        findings_.push_back(
            {code, severity, where, std::move(resource), std::move(sentence), std::move(fix)});
    }

    // The first statement that allows (some of) the action.
    const LintStatement* first_allowing(Action action) const {
        const auto found = std::ranges::find_if(statements_, [&](const LintStatement& each) {
            return each.statement->effect == Effect::Allow &&
                   may_apply_to(*each.statement, name_of(action));
        });
        return found == statements_.end() ? nullptr : &*found;
    }

    void check_redundant() {
        for (std::size_t i = 0; i < statements_.size(); ++i) {
            for (std::size_t j = 0; j < statements_.size(); ++j) {
                if (i == j) continue;
                const Statement& narrow = *statements_[i].statement;
                const Statement& wide = *statements_[j].statement;
                // Of two that say the same, the later one is too many.
                const bool both = covers(narrow, wide) || same_but_sid(narrow, wide);
                if (!(covers(wide, narrow) || same_but_sid(narrow, wide)) || (both && i < j)) {
                    continue;
                }
                add(LintCode::RedundantStatement, Severity::Note, statements_[i].place, "",
                    fmt::format("{} already says all of this", statements_[j].place.describe()),
                    "Remove it.");
                break;
            }
        }
    }

    void check_missing_partners() {
        const LintStatement* subscribe = first_allowing(Action::Subscribe);
        const LintStatement* receive = first_allowing(Action::Receive);
        const LintStatement* publish = first_allowing(Action::Publish);
        if (subscribe != nullptr && receive == nullptr) {
            add(LintCode::SubscribeWithoutReceive, Severity::Warning, subscribe->place, "",
                "iot:Subscribe is allowed and iot:Receive never, so subscriptions succeed and "
                "deliver nothing",
                "Allow iot:Receive on topic/ of the same names.");
        }
        if (receive != nullptr && subscribe == nullptr) {
            add(LintCode::ReceiveWithoutSubscribe, Severity::Note, receive->place, "",
                "iot:Receive is allowed and iot:Subscribe never",
                "Allow iot:Subscribe on "
                "topicfilter/, unless another policy does.");
        }
        const LintStatement* user = publish != nullptr ? publish : subscribe;
        if (user != nullptr && first_allowing(Action::Connect) == nullptr) {
            add(LintCode::NoConnect, Severity::Warning, user->place, "",
                "nothing allows iot:Connect, without which a device cannot use the rest",
                "Allow iot:Connect on client/${iot:ClientId}, unless another policy does.");
        }
    }

    // A resource by which any client id may connect.
    const LintStatement* connects_anyone() const {
        for (const LintStatement& each : statements_) {
            const Statement& statement = *each.statement;
            if (statement.effect != Effect::Allow || !statement.conditions.empty() ||
                !statement_names_action(statement, name_of(Action::Connect))) {
                continue;
            }
            // client/${iot:ClientId} lets in every client id, too: it compares it to itself.
            const bool anyone =
                statement.resource_listing == Listing::AllBut ||
                std::ranges::any_of(
                    resources_for(statement, Action::Connect), [](const Pattern& resource) {
                        const std::string name = name_part(resource);
                        return name == "*" || (uses_client_id(resource) && name.starts_with("${") &&
                                               name.find('}') + 1 == name.size());
                    });
            if (anyone) return &each;
        }
        return nullptr;
    }

    void check_client_ids() {
        const LintStatement* open = connects_anyone();
        if (open == nullptr) return;
        bool spoofable = false;
        for (const LintStatement& each : statements_) {
            if (each.statement->effect != Effect::Allow) continue;
            for (const Pattern& resource : each.statement->resources) {
                const auto type = literal_type(resource);
                if (!uses_client_id(resource) || type == "client" ||
                    !is_in_use(resource, *each.statement)) {
                    continue;
                }
                if (!spoofable) {
                    add(LintCode::SpoofableClientId, Severity::Warning, open->place,
                        resource.text(),
                        fmt::format("any client id may connect, and {} trusts the client id",
                                    each.place.describe()),
                        "Bind the client id to the credentials: client/NAME written by the "
                        "authorizer, or ${iot:Connection.Thing.ThingName} with a certificate.");
                    spoofable = true;
                }
                if (type != "topicfilter") continue;
                add(LintCode::ClientIdAsWildcard, Severity::Warning, each.place, resource.text(),
                    "a client that calls itself + or # gets a filter with a wildcard",
                    "Refuse client ids with + # * in the authorizer, or write the name into the "
                    "document.");
            }
        }
    }

    // The statement that allows a filter which covers the denied one, if there is one.
    const LintStatement* way_around(const Pattern& denied) const {
        const std::string name = name_part(denied);
        for (const LintStatement& each : statements_) {
            const Statement& statement = *each.statement;
            if (statement.effect != Effect::Allow ||
                !statement_names_action(statement, name_of(Action::Subscribe))) {
                continue;
            }
            for (const Pattern& resource : resources_for(statement, Action::Subscribe)) {
                const std::string wider = name_part(resource);
                const std::string stem = wider.substr(0, wider.find('*'));
                // "a/*" allows the filter "a/#", which covers everything below a/.
                if (wider.ends_with('*') && name.starts_with(stem) && wider != name) return &each;
            }
        }
        return nullptr;
    }

    bool receive_is_denied(const Pattern& denied) const {
        const std::string name = name_part(denied);
        return std::ranges::any_of(statements_, [&](const LintStatement& each) {
            return each.statement->effect == Effect::Deny &&
                   statement_names_action(*each.statement, name_of(Action::Receive)) &&
                   std::ranges::any_of(resources_for(*each.statement, Action::Receive),
                                       [&](const Pattern& resource) {
                                           const std::string other = name_part(resource);
                                           return other == name || other == "*";
                                       });
        });
    }

    void check_denied_subscriptions() {
        for (const LintStatement& each : statements_) {
            const Statement& statement = *each.statement;
            if (statement.effect != Effect::Deny || statement.resource_listing == Listing::AllBut ||
                !statement_names_action(statement, name_of(Action::Subscribe))) {
                continue;
            }
            for (const Pattern& denied : resources_for(statement, Action::Subscribe)) {
                if (name_part(denied) == "*" || receive_is_denied(denied)) continue;
                const LintStatement* around = way_around(denied);
                if (around == nullptr) continue;
                add(LintCode::DenySubscribeBypassed, Severity::Error, each.place, denied.text(),
                    fmt::format("a filter with + or #, which {} allows, covers the denied topics",
                                around->place.describe()),
                    fmt::format("Deny iot:Receive on topic/{} as well.", name_part(denied)));
            }
        }
    }

    std::span<const LintStatement> statements_;
    std::vector<Finding>& findings_;
};

}  // namespace

void lint_together(std::span<const LintStatement> statements, std::vector<Finding>& findings) {
    TogetherRules(statements, findings).run();
}

}  // namespace gatehouse::policy
