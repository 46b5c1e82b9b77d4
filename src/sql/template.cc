#include "sql/template.h"

#include <algorithm>

#include "sql/checked.h"
#include "sql/lexer.h"

namespace gatehouse::sql {

struct Template::Parts {
    struct Part {
        std::string text;         // as such, or of the expression
        OperationPtr expression;  // null: the text stands for itself
    };
    Version version = Version::V2016;
    std::vector<Part> parts;
    bool reads_payload = false;
};

Template::Template(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

namespace {

std::unexpected<Error> wrong(Error error) {
    error.place.field = "template";
    return fail(std::move(error));
}

}  // namespace

Result<Template> Template::compile(std::string_view text, const TemplateTerms& terms) {
    auto made = std::make_unique<Parts>();
    made->version = terms.version;
    ExpressionTerms inner{.version = terms.version,
                          .variable_names = terms.variable_names,
                          .allows_services = !terms.is_of_error_action,
                          .answered = terms.answered};
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = std::min(text.find("${", at), text.size());
        if (begin > at) made->parts.push_back({std::string(text.substr(at, begin - at)), nullptr});
        if (begin == text.size()) break;
        at = begin + 2;
        auto checked = check_expression(text, at, inner);
        if (!checked) return wrong(std::move(checked.error()));
        if (at >= text.size() || text[at] != '}') {
            return wrong({ErrorKind::InvalidInput, "expected } at the end of the expression",
                          place_in(text, at)});
        }
        inner.first_service += checked->services;
        made->reads_payload = made->reads_payload || checked->reads_payload;
        made->parts.push_back(
            {std::string(text.substr(begin + 2, at - begin - 2)), std::move(checked->operation)});
        ++at;
    }
    return Template(std::move(made));
}

bool Template::is_constant() const {
    return std::ranges::all_of(parts_->parts, [](const auto& part) { return !part.expression; });
}

bool Template::reads_payload() const {
    return parts_->reads_payload;
}

Result<Filled> Template::fill(const Message& message, std::span<const Value> variables,
                              Random& random, Effort& effort,
                              std::span<const Value> answers) const {
    const Surroundings surroundings{message, parts_->version, random, effort};
    Run run{.surroundings = surroundings,
            .root = message.document == nullptr ? Value()
                                                : Value::at(*message.document, 0, parts_->version),
            .variables = variables,
            .answers = answers,
            .wanted = {},
            .services = {}};
    Filled filled;
    for (const Parts::Part& part : parts_->parts) {
        if (!part.expression) {
            filled.text += part.text;
            continue;
        }
        const Value value = part.expression->run(run);
        if (run.wanted) break;
        if (!effort.fits_text(value, filled.text.size())) break;
        const auto text = value.is_null() ? std::optional<std::string>("null") : text_of(value);
        if (text) {
            filled.text += *text;
        } else if (!filled.undefined) {
            filled.undefined = part.text;
        }
    }
    // What stands around the expressions counts as well, and so do the escapes within JSON.
    if (!run.wanted && !is_constant()) effort.fits_text(filled.text.size());
    if (effort.is_spent()) return std::unexpected(effort.error());
    filled.wanted = std::move(run.wanted);
    return filled;
}

}  // namespace gatehouse::sql
