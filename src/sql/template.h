// Substitution templates: texts of actions with ${expressions} in them.
//
// Source: AWS IoT Developer Guide, "Substitution templates": they see the message as it came and
// the variables of SET, and none of the names of SELECT.
//
// Threads: any; compile once, fill everywhere.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "sql/program.h"

namespace gatehouse::sql {

struct TemplateTerms {
    Version version = Version::V2016;
    std::vector<std::string> variable_names;  // of the statement
    bool is_of_error_action = false;          // whose functions ask no services
    AnsweredFunctions answered = std::nullopt;
};

struct Filled {
    std::optional<ServiceCall> wanted;  // as Outcome::wanted
    std::string text;
    // The expression that is Undefined, so that there is no text.
    std::optional<std::string> undefined;
};

class Template {
public:
    // InvalidInput with the place.
    static Result<Template> compile(std::string_view text, const TemplateTerms& terms);
    Template(Template&&) noexcept;
    Template& operator=(Template&&) noexcept;
    ~Template();

    // Whether it is the same for each message.
    bool is_constant() const;
    bool reads_payload() const;
    // LimitExceeded: it does more than `effort` allows, or comes to over Effort::text_bytes_max.
    Result<Filled> fill(const Message& message, std::span<const Value> variables, Random& random,
                        Effort& effort, std::span<const Value> answers = {}) const;

private:
    struct Parts;
    explicit Template(std::unique_ptr<const Parts> parts);

    std::unique_ptr<const Parts> parts_;
};

}  // namespace gatehouse::sql
