#include "policy/test_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/suggestion.h"
#include "policy/ascii_case.h"
#include "policy/json_places.h"
#include "policy/question.h"
#include "policy/time_text.h"

namespace gatehouse::policy {
namespace {

constexpr std::array<std::string_view, 6> table_members{"about",   "policies",  "region",
                                                        "account", "variables", "cases"};
constexpr std::array<std::string_view, 11> case_members{
    "rule",    "action",   "resource",  "expect", "statement", "explains",
    "context", "policies", "variables", "region", "account"};
constexpr std::array<std::string_view, 3> policy_members{"name", "file", "document"};
constexpr std::array<std::string_view, 5> expectations{"allowed", "denied", "implicit-deny",
                                                       "explicit-deny", "invalid-policy"};

struct Case {
    std::string rule;
    Question question;
    std::optional<Error> bad_policy;
    std::string expect;
    std::string statement;
    std::vector<std::string> explains;
};

class TableReader {
public:
    TableReader(std::string_view text, const FileTexts& files) : text_(text), files_(files) {}

    Result<std::vector<Case>> read(const json::value& root) {
        if (!root.is_object()) return wrong({}, "a test table is an object");
        const json::object& table = root.get_object();
        if (auto known = check_members(table, table_members, {}); !known) {
            return fail(std::move(known.error()));
        }
        Case base;
        if (auto read = read_frame(table, {}, base); !read) return fail(std::move(read.error()));
        const json::value* list = table.if_contains("cases");
        if (list == nullptr || !list->is_array())
            return wrong({}, "the table has no array 'cases'");
        // A table that checks nothing must not pass for one that passed.
        if (list->get_array().empty()) return wrong({"cases"}, "the table has no case");
        std::vector<Case> cases;
        for (std::size_t i = 0; i < list->get_array().size(); ++i) {
            auto each = read_case(list->get_array()[i], {"cases", i}, base);
            if (!each) return fail(std::move(each.error()));
            cases.push_back(std::move(*each));
        }
        return cases;
    }

private:
    std::unexpected<Error> wrong(const JsonPath& path, std::string message) const {
        return fail(ErrorKind::InvalidInput, std::move(message), place_of(text_, path));
    }

    static JsonPath inside(JsonPath path, PathStep step) {
        path.push_back(std::move(step));
        return path;
    }

    Result<void> check_members(const json::object& object, std::span<const std::string_view> known,
                               const JsonPath& path) const {
        for (const auto& member : object) {
            const std::string_view name = member.key();
            if (std::ranges::find(known, name) != known.end()) continue;
            const auto nearest = nearest_name(name, known);
            return wrong(inside(path, std::string(name)),
                         fmt::format("'{}' is not known here{}", name,
                                     nearest ? fmt::format("; did you mean {}?", *nearest) : ""));
        }
        return {};
    }

    // Leaves `out` alone if there is no such member.
    Result<void> read_text(const json::object& object, const JsonPath& path, std::string_view name,
                           std::string& out) const {
        const json::value* value = object.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_string()) {
            return wrong(inside(path, std::string(name)),
                         fmt::format("'{}' must be a string, not {}", name, kind_name(*value)));
        }
        out = value->get_string();
        return {};
    }

    Result<std::vector<std::string>> read_texts(const json::value& value,
                                                const JsonPath& path) const {
        std::vector<std::string> texts;
        if (value.is_string()) {
            texts.emplace_back(value.get_string());
            return texts;
        }
        if (value.is_array()) {
            for (const json::value& each : value.get_array()) {
                if (!each.is_string()) return wrong(path, "must hold strings");
                texts.emplace_back(each.get_string());
            }
            return texts;
        }
        return wrong(
            path, fmt::format("must be a string or an array of strings, not {}", kind_name(value)));
    }

    // What a table and a case have in common: where the question is asked.
    Result<void> read_frame(const json::object& object, const JsonPath& path, Case& out) const {
        std::string region(out.question.tenant.region.view());
        std::string account(out.question.tenant.account.view());
        if (auto read = read_text(object, path, "region", region); !read) return read;
        if (auto read = read_text(object, path, "account", account); !read) return read;
        out.question.tenant = {AccountId(account), Region(region)};
        if (const json::value* variables = object.if_contains("variables")) {
            if (auto read = read_variables(*variables, inside(path, "variables"),
                                           [&](std::string name, std::vector<std::string> values) {
                                               set(out.question.variables, name, values);
                                           });
                !read) {
                return read;
            }
        }
        const json::value* policies = object.if_contains("policies");
        if (policies == nullptr) return {};
        return read_policies(*policies, inside(path, "policies"), out);
    }

    static void set(Variables& variables, std::string& name, std::vector<std::string>& values) {
        if (values.empty()) {
            variables.set_absent(std::move(name), "the table says that it is absent");
        } else {
            variables.set(std::move(name), std::move(values));
        }
    }

    template <class Add>
    Result<void> read_variables(const json::value& value, const JsonPath& path, Add&& add) const {
        if (!value.is_object()) return wrong(path, "must be an object of names and values");
        for (const auto& member : value.get_object()) {
            std::vector<std::string> values;
            if (!member.value().is_null()) {
                auto texts = read_texts(member.value(), inside(path, std::string(member.key())));
                if (!texts) return fail(std::move(texts.error()));
                values = std::move(*texts);
            }
            add(std::string(member.key()), std::move(values));
        }
        return {};
    }

    Result<void> read_policies(const json::value& value, const JsonPath& path, Case& out) const {
        if (!value.is_array()) return wrong(path, "'policies' must be an array");
        out.question.sources.clear();
        out.bad_policy.reset();
        for (std::size_t i = 0; i < value.get_array().size(); ++i) {
            const JsonPath here = inside(path, i);
            const json::value& each = value.get_array()[i];
            if (!each.is_object()) return wrong(here, "a policy is an object");
            const json::object& object = each.get_object();
            if (auto known = check_members(object, policy_members, here); !known) return known;
            std::string name, file;
            if (auto read = read_text(object, here, "name", name); !read) return read;
            if (auto read = read_text(object, here, "file", file); !read) return read;
            const json::value* document = object.if_contains("document");
            if (file.empty() == (document == nullptr)) {
                return wrong(here, "a policy has either 'file' or 'document'");
            }
            std::string text;
            if (document != nullptr) {
                text = document->is_string() ? std::string(document->get_string())
                                             : gatehouse::to_text(*document);
            } else if (const auto found = files_.find(file); found != files_.end()) {
                text = found->second;
            } else {
                return wrong(inside(here, "file"), fmt::format("there is no file '{}'", file));
            }
            add_policy(name.empty() ? file : name, text, out);
        }
        return {};
    }

    static void add_policy(const std::string& name, std::string_view text, Case& out) {
        auto document = parse_document(text, Dialect::IotPolicy);
        if (document) {
            out.question.sources.push_back(
                {name, std::make_shared<const Document>(std::move(*document))});
        } else if (!out.bad_policy) {
            out.bad_policy = std::move(document.error());
            if (!name.empty()) {
                out.bad_policy->message =
                    fmt::format("policy '{}': {}", name, out.bad_policy->message);
            }
        }
    }

    Result<Case> read_case(const json::value& value, const JsonPath& path, const Case& base) const {
        if (!value.is_object()) return wrong(path, "a case is an object");
        const json::object& object = value.get_object();
        if (auto known = check_members(object, case_members, path); !known) {
            return fail(std::move(known.error()));
        }
        Case out = base;
        if (auto read = read_frame(object, path, out); !read) return fail(std::move(read.error()));
        for (const auto& [name, text] :
             {std::pair{"rule", &out.rule}, std::pair{"action", &out.question.action},
              std::pair{"resource", &out.question.resource}, std::pair{"expect", &out.expect}}) {
            if (auto read = read_text(object, path, name, *text); !read) {
                return fail(std::move(read.error()));
            }
        }
        if (std::ranges::find(expectations, out.expect) == expectations.end()) {
            return wrong(path, fmt::format("'expect' must be one of {}, {}, {}, {} and {}",
                                           expectations[0], expectations[1], expectations[2],
                                           expectations[3], expectations[4]));
        }
        if (out.expect != "invalid-policy" &&
            (out.question.action.empty() || out.question.resource.empty())) {
            return wrong(path, "a case needs 'action' and 'resource'");
        }
        if (const json::value* statement = object.if_contains("statement")) {
            out.statement = statement->is_string() ? std::string(statement->get_string())
                                                   : gatehouse::to_text(*statement);
        }
        if (const json::value* explains = object.if_contains("explains")) {
            auto texts = read_texts(*explains, inside(path, "explains"));
            if (!texts) return fail(std::move(texts.error()));
            out.explains = std::move(*texts);
        }
        if (const json::value* context = object.if_contains("context")) {
            if (auto read = read_variables(*context, inside(path, "context"),
                                           [&](std::string name, std::vector<std::string> values) {
                                               out.question.context.push_back(
                                                   {std::move(name), std::move(values), ""});
                                           });
                !read) {
                return fail(std::move(read.error()));
            }
        }
        return out;
    }

    std::string_view text_;
    const FileTexts& files_;
};

bool fits(std::string_view expect, Outcome outcome) {
    if (expect == "denied") return outcome != Outcome::Allowed;
    return expect == name_of(outcome);
}

// Whether the statement that is meant, by Sid or number, is among those that decided.
bool decided_by(const Case& each, const Explanation& explanation) {
    const auto& matches =
        explanation.outcome == Outcome::Allowed ? explanation.allowing : explanation.denying;
    return std::ranges::any_of(matches, [&](const StatementMatch& match) {
        std::size_t number = match.where.statement + 1;
        for (std::size_t i = 0; i < match.where.document; ++i) {
            number += each.question.sources[i].document->statements.size();
        }
        return each.statement == match.where.sid || each.statement == std::to_string(number);
    });
}

bool gives(const Case& each, std::string_view key) {
    return each.question.variables.find(key) != nullptr ||
           std::ranges::any_of(each.question.context, [&](const Variable& carried) {
               return same_ignoring_case(carried.name, key);
           });
}

// What statements about the case's action ask of the time, and it does not give.
std::vector<std::string> times_missing(const Case& each) {
    std::vector<std::string> missing;
    for (const std::string_view key : time_variables) {
        const auto asks = [&](const Statement& statement) {
            return statement_names_action(statement, each.question.action) &&
                   std::ranges::any_of(statement.conditions, [&](const ConditionTest& test) {
                       return same_ignoring_case(test.key, key);
                   });
        };
        const bool is_asked =
            std::ranges::any_of(each.question.sources, [&](const PolicySource& source) {
                return std::ranges::any_of(source.document->statements, asks);
            });
        if (is_asked && !gives(each, key)) missing.emplace_back(key);
    }
    return missing;
}

void judge(const Case& each, TestResult& result) {
    const auto explained = [&](std::string_view story) {
        for (const std::string& text : each.explains) {
            if (story.contains(text)) continue;
            result.failures.push_back(fmt::format("the explanation does not say '{}'", text));
        }
    };
    if (each.bad_policy || each.expect == "invalid-policy") {
        const std::string story = each.bad_policy ? each.bad_policy->describe() : "";
        if (each.expect != "invalid-policy") {
            result.failures.push_back(story);
        } else if (!each.bad_policy) {
            result.failures.push_back("the policy was expected to be invalid, and is valid");
        } else {
            explained(story);
        }
        return;
    }
    Question question = each.question;
    for (std::string& key : times_missing(each)) {
        const std::string give = fmt::format("give {} in variables or context", key);
        result.failures.push_back(fmt::format("the policies ask for the time: {}", give));
        question.variables.set_absent(std::move(key), "a table has no clock: " + give);
    }
    auto explanation = ask(question);
    if (!explanation) {
        result.failures.push_back(explanation.error().describe());
        return;
    }
    result.explanation = std::move(*explanation);
    if (!fits(each.expect, result.explanation.outcome)) {
        result.failures.push_back(fmt::format("expected {}, decided {}", each.expect,
                                              name_of(result.explanation.outcome)));
    } else if (!each.statement.empty() && !decided_by(each, result.explanation)) {
        result.failures.push_back(fmt::format("statement {} did not decide", each.statement));
    }
    explained(to_text(result.explanation));
}

}  // namespace

std::size_t TestReport::failed() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(results, [](const TestResult& result) { return !result.passed(); }));
}

Result<std::vector<std::string>> files_of_test_table(std::string_view text) {
    const auto root = parse_json(text, "the test table");
    if (!root) return fail(root.error());
    std::vector<std::string> files;
    const auto collect = [&](const json::value& holder) {
        const json::value* policies =
            holder.is_object() ? holder.get_object().if_contains("policies") : nullptr;
        if (policies == nullptr || !policies->is_array()) return;
        for (const json::value& each : policies->get_array()) {
            const json::value* file =
                each.is_object() ? each.get_object().if_contains("file") : nullptr;
            if (file != nullptr && file->is_string()) files.emplace_back(file->get_string());
        }
    };
    collect(*root);
    const json::value* cases =
        root->is_object() ? root->get_object().if_contains("cases") : nullptr;
    if (cases != nullptr && cases->is_array()) {
        for (const json::value& each : cases->get_array()) collect(each);
    }
    std::ranges::sort(files);
    files.erase(std::ranges::unique(files).begin(), files.end());
    return files;
}

Result<TestReport> run_test_table(std::string_view text, const FileTexts& files) {
    const auto root = parse_json(text, "the test table");
    if (!root) return fail(root.error());
    if (auto repeated = find_repeated_member(text)) {
        return fail(ErrorKind::InvalidInput, "the member is given twice in the same object",
                    std::move(*repeated));
    }
    const auto cases = TableReader(text, files).read(*root);
    if (!cases) return fail(cases.error());
    TestReport report;
    for (const Case& each : *cases) {
        TestResult& result = report.results.emplace_back();
        result.number = report.results.size();
        result.rule = each.rule;
        result.question = fmt::format("{} on {}", each.question.action, each.question.resource);
        judge(each, result);
    }
    return report;
}

std::string to_text(const TestReport& report) {
    std::string text;
    for (const TestResult& result : report.results) {
        text += fmt::format("{} {} {}{}\n", result.passed() ? "ok    " : "FAILED", result.number,
                            result.question, result.rule.empty() ? "" : ": " + result.rule);
        for (const std::string& failure : result.failures) text += "         " + failure + "\n";
        if (!result.passed() && !result.explanation.sentence.empty()) {
            text += "         " + result.explanation.sentence + "\n";
        }
    }
    return text + fmt::format("{} cases, {} failed\n", report.results.size(), report.failed());
}

}  // namespace gatehouse::policy
