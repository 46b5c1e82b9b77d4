#include "policy/packed_documents.h"

#include <cassert>
#include <memory>
#include <utility>

#include "policy/action.h"

namespace gatehouse::policy {
namespace {

// 0 before the text of a name that has no number.
std::size_t number_of_action(std::string_view text) {
    const auto names = action_names();
    const auto found = std::ranges::find(names, text);
    return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin()) + 1;
}

void pack_action(PackedWriter& writer, std::string_view action) {
    const std::size_t number = number_of_action(action);
    writer.number(number);
    if (number == 0) writer.text(action);
}

std::string unpack_action(PackedReader& reader) {
    const std::size_t number = reader.number();
    return std::string(number == 0 ? reader.text() : action_names()[number - 1]);
}

void pack_test(PackedWriter& writer, const ConditionTest& test) {
    writer.text(test.op.text);
    writer.text(test.key);
    writer.number(test.values.size());
    for (const Pattern& value : test.values) writer.text(value.text());
}

ConditionTest unpack_test(PackedReader& reader, VariableSyntax syntax) {
    auto op = parse_operator(reader.text());
    assert(op.has_value() && "it was read before");
    ConditionTest test{std::move(*op), std::string(reader.text()), {}};
    for (std::size_t i = reader.number(); i > 0; --i) {
        test.values.emplace_back(std::string(reader.text()), syntax);
    }
    return test;
}

// Bits of a number.
constexpr std::size_t denies = 1;
constexpr std::size_t all_actions_but = 2;
constexpr std::size_t all_resources_but = 4;

void pack_statement(PackedWriter& writer, const Statement& statement, std::string& like) {
    assert(!statement.principal);
    writer.text(statement.sid);
    writer.number((statement.effect == Effect::Deny ? denies : 0) |
                  (statement.action_listing == Listing::AllBut ? all_actions_but : 0) |
                  (statement.resource_listing == Listing::AllBut ? all_resources_but : 0));
    writer.number(statement.actions.size());
    for (const std::string& action : statement.actions) pack_action(writer, action);
    writer.number(statement.resources.size());
    for (const Pattern& resource : statement.resources) {
        writer.text_after(like, resource.text());
        like = resource.text();
    }
    writer.number(statement.conditions.size());
    for (const ConditionTest& test : statement.conditions) pack_test(writer, test);
}

Statement unpack_statement(PackedReader& reader, VariableSyntax syntax, std::string& like) {
    Statement statement;
    statement.sid = reader.text();
    const std::size_t bits = reader.number();
    if ((bits & denies) == 0) statement.effect = Effect::Allow;
    if ((bits & all_actions_but) != 0) statement.action_listing = Listing::AllBut;
    if ((bits & all_resources_but) != 0) statement.resource_listing = Listing::AllBut;
    for (std::size_t i = reader.number(); i > 0; --i) {
        statement.actions.push_back(unpack_action(reader));
    }
    for (std::size_t i = reader.number(); i > 0; --i) {
        like = reader.text_after(like);
        statement.resources.emplace_back(like, syntax);
    }
    for (std::size_t i = reader.number(); i > 0; --i) {
        statement.conditions.push_back(unpack_test(reader, syntax));
    }
    return statement;
}

constexpr std::size_t is_2012 = 1;
constexpr std::size_t version_given = 2;

void pack_document(PackedWriter& writer, const Document& document, std::string& like) {
    writer.number((document.version == Version::V2012 ? is_2012 : 0) |
                  (document.version_given ? version_given : 0));
    writer.text(document.id);
    writer.number(document.statements.size());
    for (const Statement& statement : document.statements) pack_statement(writer, statement, like);
}

Document unpack_document(PackedReader& reader, std::string& like) {
    Document document;
    const std::size_t bits = reader.number();
    document.version = (bits & is_2012) != 0 ? Version::V2012 : Version::V2008;
    document.version_given = (bits & version_given) != 0;
    document.id = reader.text();
    const auto syntax =
        document.version == Version::V2012 ? VariableSyntax::On : VariableSyntax::Off;
    for (std::size_t i = reader.number(); i > 0; --i) {
        document.statements.push_back(unpack_statement(reader, syntax, like));
    }
    return document;
}

}  // namespace

void pack_documents(PackedWriter& writer, std::span<const PolicySource> sources,
                    std::string_view like) {
    std::string previous(like);
    writer.number(sources.size());
    for (const PolicySource& source : sources) {
        writer.text(source.name);
        pack_document(writer, *source.document, previous);
    }
}

std::vector<PolicySource> unpack_documents(PackedReader& reader, std::string_view like) {
    std::string previous(like);
    std::vector<PolicySource> sources;
    for (std::size_t i = reader.number(); i > 0; --i) {
        std::string name(reader.text());
        sources.push_back(
            {std::move(name), std::make_shared<const Document>(unpack_document(reader, previous))});
    }
    return sources;
}

void pack_variables(PackedWriter& writer, const Variables& variables) {
    writer.number(variables.all().size());
    for (const Variable& variable : variables.all()) {
        writer.text(variable.name);
        writer.number(variable.values.size());
        for (const std::string& value : variable.values) writer.text(value);
        if (variable.values.empty()) writer.text(variable.absent_because);
    }
}

Variables unpack_variables(PackedReader& reader) {
    Variables variables;
    for (std::size_t i = reader.number(); i > 0; --i) {
        std::string name(reader.text());
        std::vector<std::string> values;
        for (std::size_t j = reader.number(); j > 0; --j) values.emplace_back(reader.text());
        if (values.empty()) {
            variables.set_absent(std::move(name), std::string(reader.text()));
        } else {
            variables.set(std::move(name), std::move(values));
        }
    }
    return variables;
}

}  // namespace gatehouse::policy
