// A text of an action: constant, or a template that is filled for each message.
//
// Source: AWS IoT Developer Guide, "Substitution templates".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sql/template.h"

namespace gatehouse::rules {

// What becomes of an action when an expression in the text is Undefined.
enum class OnUndefined : std::uint8_t {
    Fail,   // the action fails for that message
    Empty,  // the text is empty: optional headers and attributes
};

// Made by ActionTexts::add(); read with Job::text().
class Text {
public:
    Text() = default;
    // Whether it is the same for each message.
    bool is_constant() const { return !number_; }
    // Requires: it is.
    const std::string& constant() const { return constant_; }

private:
    friend class ActionTexts;
    friend struct Job;

    std::string constant_;
    std::optional<std::size_t> number_;  // among Job::texts
};

// The templates of one action, in the order in which it declared them.
class ActionTexts {
public:
    explicit ActionTexts(sql::TemplateTerms terms) : terms_(std::move(terms)) {}

    // InvalidInput: an expression is not right.
    Result<Text> add(std::string_view text, OnUndefined on_undefined = OnUndefined::Fail);

    struct Declared {
        sql::Template filling;
        OnUndefined on_undefined = OnUndefined::Fail;
    };
    std::vector<Declared> take() && { return std::move(declared_); }

private:
    sql::TemplateTerms terms_;
    std::vector<Declared> declared_;
};

}  // namespace gatehouse::rules
