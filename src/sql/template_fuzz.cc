// A substitution template and a payload, separated by the first zero byte: what is refused says
// where, and what is filled keeps its bounds and is what the template promises of itself.
#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "sql/template.h"

namespace {

using namespace gatehouse::sql;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

// The line is one of the text, and the column one of its bytes, or just behind the last.
bool is_inside(std::string_view text, const gatehouse::Place& place) {
    if (place.line < 1 || place.column < 1) return false;
    for (std::size_t line = 1; line < static_cast<std::size_t>(place.line); ++line) {
        const std::size_t end = text.find('\n');
        if (end == text.npos) return false;
        text.remove_prefix(end + 1);
    }
    return static_cast<std::size_t>(place.column) <= std::min(text.find('\n'), text.size()) + 1;
}

gatehouse::Result<Filled> fill(const Template& made, const Message& message) {
    gatehouse::SeededRandom random(1);
    Effort effort(message.payload.size());
    const std::vector<Value> variables{Value::at(*message.document, 0, Version::V2016)};
    return made.fill(message, variables, random, effort);
}

void run(std::string_view text, const Message& message, const TemplateTerms& terms) {
    const auto made = Template::compile(text, terms);
    if (!made) {
        require(made.error().place.field == "template" && is_inside(text, made.error().place));
        return;
    }
    const auto filled = fill(*made, message);
    if (!filled) {
        require(filled.error().kind == gatehouse::ErrorKind::LimitExceeded);
        return;
    }
    require(!filled->undefined || text.find(*filled->undefined) != text.npos);
    if (filled->wanted) {
        require(!terms.is_of_error_action);
        return;
    }
    require(made->is_constant() || filled->text.size() <= Effort::text_bytes_max);
    require(!made->is_constant() || (filled->text == text && !filled->undefined));
    const auto again = fill(*made, message);
    require(again && again->text == filled->text && again->undefined == filled->undefined);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = gatehouse::text_of({data, size});
    const std::size_t zero = std::min(input.find('\0'), size);
    const std::string_view text = input.substr(0, zero);
    const std::string_view payload = input.substr(std::min(zero + 1, size));
    Document document;
    if (!document.parse(payload) && !document.parse("null")) __builtin_trap();
    const Message message{.topic = "a/b/c",
                          .payload = payload,
                          .document = &document,
                          .account = "123456789012",
                          .client_id = "lamp"};
    for (const Version version : {Version::V2015, Version::V2016}) {
        run(text, message, {.version = version, .variable_names = {"v"}});
        run(text, message,
            {.version = version, .variable_names = {"v"}, .is_of_error_action = true});
    }
    return 0;
}
