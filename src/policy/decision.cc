#include "policy/decision.h"

#include <fmt/format.h>

#include <cassert>

namespace gatehouse::policy {

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::DeniedByDefault: return "implicit-deny";
        case Outcome::Allowed: return "allowed";
        case Outcome::DeniedExplicitly: return "explicit-deny";
    }
    return "implicit-deny";
}

std::string StatementPlace::describe() const {
    std::string names = document_name;
    if (!sid.empty()) names += (names.empty() ? "Sid " : ", Sid ") + sid;
    return fmt::format("statement {} of document {}{}", statement + 1, document + 1,
                       names.empty() ? "" : " (" + names + ")");
}

StatementPlace place_of_statement(std::span<const PolicySource> sources, std::uint32_t number) {
    std::size_t rest = number;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const auto& statements = sources[i].document->statements;
        if (rest < statements.size()) {
            return {i, rest, sources[i].name, statements[rest].sid, statements[rest].effect};
        }
        rest -= statements.size();
    }
    assert(false && "a statement number belongs to the set that gave it");
    return {};
}

}  // namespace gatehouse::policy
