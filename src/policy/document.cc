#include "policy/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/suggestion.h"
#include "base/tenant.h"
#include "policy/json_places.h"

namespace gatehouse::policy {
namespace {

std::uint32_t characters_max_of(Dialect dialect, const DocumentLimits& limits) {
    if (limits.characters_max != 0) return limits.characters_max;
    switch (dialect) {
        case Dialect::IotPolicy: return 2048;
        case Dialect::IdentityPolicy: return 6144;
        case Dialect::ResourcePolicy: return 20'480;
        case Dialect::TrustPolicy: return 2048;
    }
    return 2048;
}

constexpr std::array<std::string_view, 3> document_elements{"Version", "Id", "Statement"};
constexpr std::array<std::string_view, 8> statement_elements{
    "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"};
constexpr std::array<std::string_view, 4> principal_kinds{"AWS", "Service", "Federated",
                                                          "CanonicalUser"};

// Reads one document. Every method throws nothing and returns the first thing that is wrong.
class Reader {
public:
    Reader(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

    Result<Document> document(const json::value& root) {
        if (!root.is_object()) {
            return wrong(fmt::format("a policy document is an object, not {}", kind_name(root)));
        }
        const json::object& members = root.get_object();
        if (auto known = check_elements(members, document_elements, "document"); !known) {
            return fail(std::move(known.error()));
        }
        Document document;
        if (auto version = read_version(members, document); !version) {
            return fail(std::move(version.error()));
        }
        if (const json::value* id = members.if_contains("Id")) {
            if (!id->is_string()) return wrong_kind("Id", *id, "a string");
            document.id = id->get_string();
        }
        syntax_ = document.version == Version::V2012 ? VariableSyntax::On : VariableSyntax::Off;
        const json::value* statements = members.if_contains("Statement");
        if (statements == nullptr) return wrong("the document has no Statement element");
        if (auto read = read_statements(*statements, document); !read) {
            return fail(std::move(read.error()));
        }
        return document;
    }

private:
    // One step down the path for as long as it lives.
    class Inside {
    public:
        Inside(JsonPath& path, PathStep step) : path_(path) { path_.push_back(std::move(step)); }
        Inside(const Inside&) = delete;
        ~Inside() { path_.pop_back(); }

    private:
        JsonPath& path_;
    };

    std::unexpected<Error> wrong(std::string message) const {
        return fail(ErrorKind::InvalidInput, std::move(message), place_of(text_, path_));
    }
    std::unexpected<Error> wrong_kind(std::string_view element, const json::value& value,
                                      std::string_view wanted) {
        Inside inside(path_, std::string(element));
        return wrong(fmt::format("{} must be {}, not {}", element, wanted, kind_name(value)));
    }

    Result<void> check_elements(const json::object& members,
                                std::span<const std::string_view> known, std::string_view where) {
        for (const auto& member : members) {
            const std::string_view name = member.key();
            if (std::ranges::find(known, name) != known.end()) continue;
            Inside inside(path_, std::string(name));
            if (name == "NotPrincipal") {
                return wrong("NotPrincipal is not supported; name the principals with Principal");
            }
            const auto nearest = nearest_name(name, known);
            return wrong(fmt::format(
                "'{}' is not an element of a {}{}", name, where,
                nearest ? fmt::format("; did you mean {}? Case counts", *nearest) : ""));
        }
        return {};
    }

    Result<void> read_version(const json::object& members, Document& document) {
        const json::value* version = members.if_contains("Version");
        if (version == nullptr) return {};
        Inside inside(path_, std::string("Version"));
        document.version_given = true;
        if (version->is_string() && version->get_string() == "2012-10-17") {
            document.version = Version::V2012;
            return {};
        }
        if (version->is_string() && version->get_string() == "2008-10-17") return {};
        return wrong(fmt::format("Version must be \"2012-10-17\" or \"2008-10-17\", not {}",
                                 gatehouse::to_text(*version)));
    }

    Result<void> read_statements(const json::value& value, Document& document) {
        Inside inside(path_, std::string("Statement"));
        if (value.is_object()) return add_statement(value, document);
        if (!value.is_array()) {
            return wrong(fmt::format("Statement must be an object or an array of objects, not {}",
                                     kind_name(value)));
        }
        if (value.get_array().empty()) return wrong("the document has no statement");
        std::size_t index = 0;
        for (const json::value& each : value.get_array()) {
            Inside element(path_, index++);
            if (auto added = add_statement(each, document); !added) return added;
        }
        return {};
    }

    Result<void> add_statement(const json::value& value, Document& document) {
        if (!value.is_object()) {
            return wrong(fmt::format("a statement is an object, not {}", kind_name(value)));
        }
        const json::object& members = value.get_object();
        if (auto known = check_elements(members, statement_elements, "statement"); !known) {
            return known;
        }
        Statement statement;
        if (const json::value* sid = members.if_contains("Sid")) {
            if (!sid->is_string()) return wrong_kind("Sid", *sid, "a string");
            statement.sid = sid->get_string();
        }
        for (const auto& other : document.statements) {
            if (statement.sid.empty() || other.sid != statement.sid) continue;
            Inside inside(path_, std::string("Sid"));
            return wrong(fmt::format("two statements have the Sid '{}'", statement.sid));
        }
        for (const auto read :
             {&Reader::read_effect, &Reader::read_principal, &Reader::read_actions,
              &Reader::read_resources, &Reader::read_condition}) {
            if (auto done = (this->*read)(members, statement); !done) return done;
        }
        document.statements.push_back(std::move(statement));
        return {};
    }

    Result<void> read_effect(const json::object& members, Statement& statement) {
        const json::value* effect = members.if_contains("Effect");
        if (effect == nullptr) return wrong("the statement has no Effect element");
        Inside inside(path_, std::string("Effect"));
        if (effect->is_string() && effect->get_string() == "Allow") {
            statement.effect = Effect::Allow;
        } else if (effect->is_string() && effect->get_string() == "Deny") {
            statement.effect = Effect::Deny;
        } else {
            return wrong(fmt::format("Effect must be \"Allow\" or \"Deny\" (case counts), not {}",
                                     gatehouse::to_text(*effect)));
        }
        return {};
    }

    // A string or a non-empty array of non-empty strings.
    Result<std::vector<std::string>> strings(std::string_view element, const json::value& value) {
        Inside inside(path_, std::string(element));
        std::vector<std::string> texts;
        const auto add = [&](const json::value& each) -> Result<void> {
            if (!each.is_string()) {
                return wrong(fmt::format("{} must hold strings, not {}", element, kind_name(each)));
            }
            if (each.get_string().empty()) return wrong(fmt::format("{} is empty", element));
            texts.emplace_back(each.get_string());
            return {};
        };
        if (!value.is_array()) {
            if (auto added = add(value); !added) return fail(std::move(added.error()));
            return texts;
        }
        if (value.get_array().empty()) return wrong(fmt::format("{} lists nothing", element));
        std::size_t index = 0;
        for (const json::value& each : value.get_array()) {
            Inside at(path_, index++);
            if (auto added = add(each); !added) return fail(std::move(added.error()));
        }
        return texts;
    }

    // Of two elements such as Action and NotAction exactly one; which it was goes to `listing`.
    Result<std::vector<std::string>> one_of(const json::object& members, std::string_view these,
                                            std::string_view all_but, Listing& listing) {
        const json::value* listed = members.if_contains(these);
        const json::value* excluded = members.if_contains(all_but);
        if ((listed == nullptr) == (excluded == nullptr)) {
            return wrong(listed == nullptr
                             ? fmt::format("the statement has no {} element", these)
                             : fmt::format("the statement has both {} and {}", these, all_but));
        }
        listing = listed != nullptr ? Listing::These : Listing::AllBut;
        return strings(listed != nullptr ? these : all_but, listed ? *listed : *excluded);
    }

    Result<void> read_actions(const json::object& members, Statement& statement) {
        auto actions = one_of(members, "Action", "NotAction", statement.action_listing);
        if (!actions) return fail(std::move(actions.error()));
        for (const std::string& action : *actions) {
            const auto colon = action.find(':');
            if (action == "*" || (colon != action.npos && colon > 0 && colon + 1 < action.size())) {
                continue;
            }
            Inside inside(path_, std::string(members.contains("Action") ? "Action" : "NotAction"));
            return wrong(
                fmt::format("'{}' is not an action; write service:Action, for example "
                            "iot:Publish, or *",
                            action));
        }
        statement.actions = std::move(*actions);
        return {};
    }

    Result<void> read_resources(const json::object& members, Statement& statement) {
        if (dialect_ == Dialect::TrustPolicy) {
            for (const char* element : {"Resource", "NotResource"}) {
                if (!members.contains(element)) continue;
                Inside inside(path_, std::string(element));
                return wrong("a trust policy has no resource: it is about its role alone");
            }
            statement.resources.emplace_back(std::string("*"), VariableSyntax::Off);
            return {};
        }
        auto resources = one_of(members, "Resource", "NotResource", statement.resource_listing);
        if (!resources) return fail(std::move(resources.error()));
        for (std::string& resource : *resources) {
            if (!resource.starts_with("arn:") && !resource.starts_with('*')) {
                Inside inside(
                    path_, std::string(members.contains("Resource") ? "Resource" : "NotResource"));
                return wrong(
                    fmt::format("'{}' is not a resource; write * or an ARN such as "
                                "arn:aws:iot:REGION:ACCOUNT:topic/NAME",
                                resource));
            }
            statement.resources.emplace_back(std::move(resource), syntax_);
        }
        return {};
    }

    Result<void> read_principal(const json::object& members, Statement& statement) {
        const json::value* value = members.if_contains("Principal");
        if (dialect_ == Dialect::IotPolicy || dialect_ == Dialect::IdentityPolicy) {
            if (value == nullptr) return {};
            Inside inside(path_, std::string("Principal"));
            return wrong("Principal has no place here: this policy is for whom it is attached to");
        }
        if (value == nullptr) return wrong("the statement has no Principal element");
        Principal principal;
        if (value->is_string() && value->get_string() == "*") {
            principal.anyone = true;
        } else if (value->is_object() && !value->get_object().empty()) {
            Inside inside(path_, std::string("Principal"));
            if (auto read = read_principals(value->get_object(), principal); !read) return read;
        } else {
            Inside inside(path_, std::string("Principal"));
            return wrong(R"(Principal must be "*" or an object such as )"
                         R"({"Service": "iot.amazonaws.com"})");
        }
        statement.principal = std::move(principal);
        return {};
    }

    Result<void> read_principals(const json::object& members, Principal& principal) {
        if (auto known = check_elements(members, principal_kinds, "Principal"); !known)
            return known;
        for (const auto& member : members) {
            auto names = strings(member.key(), member.value());
            if (!names) return fail(std::move(names.error()));
            auto& list = member.key() == "Service" ? principal.services
                         : member.key() == "AWS"   ? principal.accounts
                                                   : principal.federated;
            list = std::move(*names);
        }
        principal.anyone = std::ranges::count(principal.accounts, "*") > 0;
        return {};
    }

    Result<void> read_condition(const json::object& members, Statement& statement) {
        const json::value* condition = members.if_contains("Condition");
        if (condition == nullptr) return {};
        if (!condition->is_object()) return wrong_kind("Condition", *condition, "an object");
        Inside inside(path_, std::string("Condition"));
        for (const auto& member : condition->get_object()) {
            Inside at(path_, std::string(member.key()));
            auto op = parse_operator(member.key());
            if (!op) return wrong(std::move(op.error().message));
            if (!member.value().is_object()) {
                return wrong(fmt::format("{} must be an object of keys and values, not {}",
                                         std::string_view(member.key()),
                                         kind_name(member.value())));
            }
            for (const auto& test : member.value().get_object()) {
                if (auto added = add_test(*op, test.key(), test.value(), statement); !added) {
                    return added;
                }
            }
        }
        return {};
    }

    // Values may be strings, numbers and true or false, alone or in an array, which may be empty.
    Result<void> add_test(const Operator& op, std::string_view key, const json::value& value,
                          Statement& statement) {
        Inside inside(path_, std::string(key));
        if (key.empty()) return wrong("a condition key is empty");
        ConditionTest test{op, std::string(key), {}};
        const auto add = [&](const json::value& each) -> Result<void> {
            if (each.is_object() || each.is_array() || each.is_null()) {
                return wrong(
                    fmt::format("the value of {} must be a string, not {}", key, kind_name(each)));
            }
            std::string text =
                each.is_string() ? std::string(each.get_string()) : gatehouse::to_text(each);
            test.values.emplace_back(std::move(text), syntax_);
            return {};
        };
        if (value.is_array()) {
            for (const json::value& each : value.get_array()) {
                if (auto added = add(each); !added) return added;
            }
        } else if (auto added = add(value); !added) {
            return added;
        }
        statement.conditions.push_back(std::move(test));
        return {};
    }

    std::string_view text_;
    Dialect dialect_;
    VariableSyntax syntax_ = VariableSyntax::Off;
    JsonPath path_;
};

}  // namespace

std::size_t counted_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        return !blank && (static_cast<std::uint8_t>(c) & 0xC0) != 0x80;
    }));
}

Result<Document> parse_document(std::string_view text, Dialect dialect, DocumentLimits limits) {
    if (text.size() > limits.raw_bytes_max) {
        return fail(ErrorKind::TooLarge, fmt::format("the policy document has {} bytes; at most {} "
                                                     "are read",
                                                     text.size(), limits.raw_bytes_max));
    }
    const std::size_t characters = counted_characters(text);
    const std::uint32_t most = characters_max_of(dialect, limits);
    if (characters > most) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("the policy document has {} characters without white space; at "
                                "most {} are allowed",
                                characters, most));
    }
    if (characters == 0) return fail(ErrorKind::InvalidInput, "the policy document is empty");
    const auto root = parse_json(text, "the policy document");
    if (!root) return fail(root.error());
    if (const auto repeated = find_repeated_member(text)) {
        return fail(ErrorKind::InvalidInput, "the member is given twice in the same object",
                    *repeated);
    }
    return Reader(text, dialect).document(*root);
}

Result<std::vector<DocumentPointer>> parse_documents(std::span<const std::string> texts,
                                                     Dialect dialect, DocumentLimits limits) {
    if (texts.size() > documents_max) {
        return fail(ErrorKind::LimitExceeded, fmt::format("there are {} policy documents; at most "
                                                          "{} are allowed",
                                                          texts.size(), documents_max));
    }
    std::vector<DocumentPointer> documents;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto document = parse_document(texts[i], dialect, limits);
        if (!document) {
            Error error = std::move(document.error());
            error.message = fmt::format("policy document {}: {}", i + 1, error.message);
            return fail(std::move(error));
        }
        documents.push_back(std::make_shared<const Document>(std::move(*document)));
    }
    return documents;
}

}  // namespace gatehouse::policy
