// Reading the file that declares targets (target_declarations.h): one object of it, each member by
// name and type. The first mistake is kept, with the path of its member ("endpoints.s3.url").
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::rules {

// InvalidInput: "'PATH' WHY".
std::unexpected<Error> wrong_declaration(const std::string& path, std::string_view why);

// A list of account ids, each once.
Result<std::set<AccountId>> declared_accounts(const json::value& list, const std::string& path);

class DeclaredObject {
public:
    // The object must outlive it.
    DeclaredObject(const json::object& object, std::string path)
        : object_(object), path_(std::move(path)) {}

    bool has(std::string_view name) const;
    // Empty where it is not there.
    std::string text(std::string_view name);
    std::string wanted_text(std::string_view name);
    bool truth(std::string_view name);
    std::uint64_t number(std::string_view name, std::uint64_t least, std::uint64_t most,
                         std::uint64_t otherwise);
    // A list that is there, of texts that are not empty.
    std::vector<std::string> wanted_texts(std::string_view name);
    // "accounts"; these where it is not there.
    std::set<AccountId> accounts(const std::set<AccountId>& otherwise);

    void refuse(std::string_view name, std::string_view why);
    // The first mistake; a member that is none of these is one, too.
    Result<void> finish(std::initializer_list<std::string_view> known);

private:
    const json::value* find(std::string_view name) const;

    const json::object& object_;
    const std::string path_;
    std::optional<Error> mistake_;
};

// How targets are called: up to 64 letters, digits, points, hyphens and underscores.
bool is_target_name(std::string_view name);

// Targets that have names, which the operator chose: an object of objects. Each is read by `read`,
// which gets its object and its path.
template <class Declared, class Read>
Result<void> read_named_targets(const json::value& value, const std::string& section, Declared& all,
                                Read read) {
    if (!value.is_object()) return wrong_declaration(section, "has to be an object");
    for (const auto& member : value.as_object()) {
        const std::string name(member.key());
        const std::string path = section + "." + name;
        if (!is_target_name(name)) {
            return wrong_declaration(path,
                                     "cannot be the name of a target: up to 64 letters, digits, "
                                     "points, hyphens and underscores");
        }
        if (!member.value().is_object()) return wrong_declaration(path, "has to be an object");
        auto declared = read(member.value().as_object(), path);
        if (!declared) return fail(std::move(declared.error()));
        all.emplace(name, std::move(*declared));
    }
    return {};
}

}  // namespace gatehouse::rules
