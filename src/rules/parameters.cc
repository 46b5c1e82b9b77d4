#include "rules/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "registry/role_arn.h"

namespace gatehouse::rules {
namespace {

// Literals become part of requests; what ends a line there would begin another header.
bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (c >= '\0' && c < ' ') || c == '\x7F'; });
}

}  // namespace

// What those that read one action's parameters have in common.
struct Parameters::Shared {
    explicit Shared(ActionTexts& texts) : texts(texts) {}

    ActionTexts& texts;
    std::optional<Error> mistake;
    // Of each object that was opened: it, its path, and the members that were read.
    struct Opened {
        const json::object* object;
        std::string path;
        std::shared_ptr<std::set<std::string, std::less<>>> taken;
    };
    std::vector<Opened> opened;
};

Parameters::Parameters(const json::object& object, std::string path, ActionTexts& texts)
    : Parameters(object, std::move(path), std::make_shared<Shared>(texts)) {}

Parameters::Parameters(const json::object& object, std::string path, std::shared_ptr<Shared> shared)
    : object_(&object),
      path_(std::move(path)),
      shared_(std::move(shared)),
      taken_(std::make_shared<std::set<std::string, std::less<>>>()) {
    shared_->opened.push_back({object_, path_, taken_});
}

std::string Parameters::path_of(std::string_view name) const {
    return fmt::format("{}.{}", path_, name);
}

void Parameters::refuse(std::string_view name, std::string sentence) {
    if (shared_->mistake) return;
    const std::string path = path_of(name);
    shared_->mistake =
        Error{ErrorKind::InvalidInput, fmt::format("{} {}", path, sentence), {path, 0, 0}};
}

bool Parameters::has(std::string_view name) const {
    return object_->contains(name);
}

// Null where it is not there, or null.
const json::value* Parameters::take(std::string_view name) {
    taken_->emplace(name);
    const json::value* const value = object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const json::string* Parameters::take_text(std::string_view name) {
    const json::value* const value = take(name);
    if (value == nullptr) return nullptr;
    if (!value->is_string()) {
        refuse(name, fmt::format("is {}, and has to be a string", kind_name(*value)));
        return nullptr;
    }
    return &value->get_string();
}

std::string Parameters::literal(std::string_view name) {
    const json::string* const text = take_text(name);
    if (text == nullptr || text->empty()) {
        refuse(name, "is missing");
        return {};
    }
    if (std::string_view(*text).contains("${")) {
        refuse(name, "holds a substitution template, which it cannot");
        return {};
    }
    if (has_control_character(*text)) {
        refuse(name, "holds control characters");
        return {};
    }
    return std::string(*text);
}

std::string Parameters::literal(std::string_view name, std::string_view otherwise) {
    const json::string* const text = take_text(name);
    return text == nullptr ? std::string(otherwise) : literal(name);
}

Text Parameters::compiled(std::string_view name, std::string_view text, OnUndefined on_undefined) {
    auto made = shared_->texts.add(text, on_undefined);
    if (made) return std::move(*made);
    if (!shared_->mistake) {
        Error mistake = std::move(made.error());
        mistake.message = fmt::format("{}: {}", path_of(name), mistake.message);
        mistake.place.field = path_of(name);
        shared_->mistake = std::move(mistake);
    }
    return {};
}

Text Parameters::text(std::string_view name) {
    const json::string* const text = take_text(name);
    if (text == nullptr || text->empty()) {
        refuse(name, "is missing");
        return {};
    }
    return compiled(name, *text, OnUndefined::Fail);
}

std::optional<Text> Parameters::optional_text(std::string_view name, OnUndefined on_undefined) {
    const json::string* const text = take_text(name);
    if (text == nullptr) return std::nullopt;
    return compiled(name, *text, on_undefined);
}

std::string Parameters::choice(std::string_view name, std::span<const std::string_view> of) {
    const json::string* const text = take_text(name);
    if (text == nullptr || text->empty()) {
        refuse(name, "is missing");
        return {};
    }
    const auto chosen = std::ranges::find(of, std::string_view(*text));
    if (chosen == of.end()) {
        refuse(name, fmt::format("has to be one of {}", fmt::join(of, ", ")));
        return {};
    }
    return std::string(*chosen);
}

std::string Parameters::choice(std::string_view name, std::span<const std::string_view> of,
                               std::string_view otherwise) {
    return take_text(name) == nullptr ? std::string(otherwise) : choice(name, of);
}

bool Parameters::truth(std::string_view name, bool otherwise) {
    const json::value* const value = take(name);
    if (value == nullptr) return otherwise;
    if (value->is_bool()) return value->get_bool();
    refuse(name, fmt::format("is {}, and has to be true or false", kind_name(*value)));
    return otherwise;
}

std::int64_t Parameters::number(std::string_view name, std::int64_t least, std::int64_t most,
                                std::int64_t otherwise) {
    const json::value* const value = take(name);
    if (value == nullptr) return otherwise;
    if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most) {
        return value->get_int64();
    }
    refuse(name, fmt::format("has to be a whole number from {} to {}", least, most));
    return otherwise;
}

std::string Parameters::role_arn() {
    std::string arn = literal("roleArn");
    if (!arn.empty() && !registry::check_role_arn(arn)) {
        refuse("roleArn", fmt::format("'{}' is not the ARN of a role (arn:aws:iam::ACCOUNT:"
                                      "role/NAME)",
                                      arn));
    }
    return arn;
}

std::optional<std::string> Parameters::optional_role_arn() {
    if (take_text("roleArn") == nullptr) return std::nullopt;
    return role_arn();
}

std::vector<std::pair<std::string, Text>> Parameters::texts_by_name(std::string_view name) {
    std::vector<std::pair<std::string, Text>> made;
    const json::value* const value = take(name);
    if (value == nullptr) return made;
    if (!value->is_object()) {
        refuse(name, fmt::format("is {}, and has to be an object", kind_name(*value)));
        return made;
    }
    for (const auto& [key, each] : value->get_object()) {
        const std::string member = fmt::format("{}.{}", name, std::string_view(key));
        if (!each.is_string()) {
            refuse(member, "has to be a string");
            continue;
        }
        made.emplace_back(key, compiled(member, each.get_string(), OnUndefined::Fail));
    }
    return made;
}

std::vector<Text> Parameters::texts(std::string_view name, std::size_t most) {
    std::vector<Text> made;
    const json::value* const value = take(name);
    if (value == nullptr) return made;
    if (!value->is_array() || value->get_array().size() > most) {
        refuse(name, fmt::format("has to be a list of up to {} strings", most));
        return made;
    }
    for (const json::value& each : value->get_array()) {
        const std::string member = fmt::format("{}[{}]", name, made.size());
        if (!each.is_string()) {
            refuse(member, fmt::format("is {}, and has to be a string", kind_name(each)));
            return made;
        }
        made.push_back(compiled(member, each.get_string(), OnUndefined::Fail));
    }
    return made;
}

std::optional<Parameters> Parameters::object(std::string_view name) {
    const json::value* const value = take(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_object()) return Parameters(value->get_object(), path_of(name), shared_);
    refuse(name, fmt::format("is {}, and has to be an object", kind_name(*value)));
    return std::nullopt;
}

std::vector<Parameters> Parameters::objects(std::string_view name, std::size_t least,
                                            std::size_t most) {
    std::vector<Parameters> made;
    const json::value* const value = take(name);
    if (value == nullptr && least == 0) return made;
    const bool is_list = value != nullptr && value->is_array();
    const std::size_t size = is_list ? value->get_array().size() : 0;
    if (!is_list || size < least || size > most) {
        refuse(name, fmt::format("has to be a list of {} to {} objects", least, most));
        return made;
    }
    for (std::size_t i = 0; i < size; ++i) {
        const json::value& each = value->get_array()[i];
        const std::string member = fmt::format("{}[{}]", name, i);
        if (each.is_object()) {
            made.push_back(Parameters(each.get_object(), path_of(member), shared_));
        } else {
            refuse(member, "has to be an object");
        }
    }
    return made;
}

Result<void> Parameters::finish() {
    if (shared_->mistake) return fail(*shared_->mistake);
    for (const Shared::Opened& opened : shared_->opened) {
        for (const auto& [key, value] : *opened.object) {
            if (opened.taken->contains(std::string_view(key))) continue;
            const std::string path = fmt::format("{}.{}", opened.path, std::string_view(key));
            return fail(ErrorKind::Unsupported, fmt::format("{} is not known here", path),
                        {path, 0, 0});
        }
    }
    return {};
}

}  // namespace gatehouse::rules
