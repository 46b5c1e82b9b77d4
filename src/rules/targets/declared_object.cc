#include "rules/targets/declared_object.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t target_name_bytes_max = 64;

}  // namespace

std::unexpected<Error> wrong_declaration(const std::string& path, std::string_view why) {
    return fail(ErrorKind::InvalidInput, fmt::format("'{}' {}", path, why), Place{path, 0, 0});
}

Result<std::set<AccountId>> declared_accounts(const json::value& list, const std::string& path) {
    std::set<AccountId> accounts;
    if (list.is_array()) {
        for (const json::value& one : list.as_array()) {
            if (one.is_string() && is_account_id(std::string_view(one.as_string()))) {
                accounts.emplace(std::string_view(one.as_string()));
            }
        }
    }
    if (accounts.empty() || accounts.size() != list.as_array().size()) {
        return wrong_declaration(path, "has to be a list of account ids, each once");
    }
    return accounts;
}

bool is_target_name(std::string_view name) {
    return !name.empty() && name.size() <= target_name_bytes_max &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
           });
}

const json::value* DeclaredObject::find(std::string_view name) const {
    return object_.if_contains({name.data(), name.size()});
}

bool DeclaredObject::has(std::string_view name) const {
    return find(name) != nullptr;
}

std::string DeclaredObject::text(std::string_view name) {
    const json::value* const value = find(name);
    if (value == nullptr) return {};
    if (value->is_string() && !value->as_string().empty()) return std::string(value->as_string());
    refuse(name, "has to be a text");
    return {};
}

std::string DeclaredObject::wanted_text(std::string_view name) {
    std::string found = text(name);
    if (found.empty()) refuse(name, "is missing");
    return found;
}

bool DeclaredObject::truth(std::string_view name) {
    const json::value* const value = find(name);
    if (value == nullptr) return false;
    if (!value->is_bool()) refuse(name, "has to be true or false");
    return value->is_bool() && value->as_bool();
}

std::uint64_t DeclaredObject::number(std::string_view name, std::uint64_t least, std::uint64_t most,
                                     std::uint64_t otherwise) {
    const json::value* const value = find(name);
    if (value == nullptr) return otherwise;
    if (value->is_int64() && value->as_int64() >= 0) {
        const auto given = static_cast<std::uint64_t>(value->as_int64());
        if (given >= least && given <= most) return given;
    }
    refuse(name, fmt::format("has to be a whole number of {} to {}", least, most));
    return otherwise;
}

std::vector<std::string> DeclaredObject::wanted_texts(std::string_view name) {
    std::vector<std::string> texts;
    const json::value* const value = find(name);
    if (value != nullptr && value->is_array()) {
        for (const json::value& one : value->as_array()) {
            if (one.is_string() && !one.as_string().empty()) {
                texts.emplace_back(std::string_view(one.as_string()));
            }
        }
    }
    if (texts.empty() || texts.size() != value->as_array().size()) {
        refuse(name, value == nullptr ? "is missing" : "has to be a list of texts");
    }
    return texts;
}

std::set<AccountId> DeclaredObject::accounts(const std::set<AccountId>& otherwise) {
    const json::value* const value = find("accounts");
    if (value == nullptr) return otherwise;
    auto accounts = declared_accounts(*value, path_ + ".accounts");
    if (accounts) return std::move(*accounts);
    if (!mistake_) mistake_ = std::move(accounts.error());
    return otherwise;
}

void DeclaredObject::refuse(std::string_view name, std::string_view why) {
    if (!mistake_) mistake_ = wrong_declaration(fmt::format("{}.{}", path_, name), why).error();
}

Result<void> DeclaredObject::finish(std::initializer_list<std::string_view> known) {
    for (const auto& member : object_) {
        const std::string_view name(member.key().data(), member.key().size());
        if (std::ranges::find(known, name) != known.end()) continue;
        const std::vector<std::string_view> names(known);
        const auto meant = nearest_name(name, names);
        refuse(name, meant ? fmt::format("is not known; did you mean '{}'?", *meant)
                           : std::string("is not known"));
    }
    if (mistake_) return fail(*mistake_);
    return {};
}

}  // namespace gatehouse::rules
