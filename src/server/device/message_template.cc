#include "server/device/message_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/suggestion.h"

namespace gatehouse::server::device {
namespace {

constexpr std::array<std::string_view, 3> names{"time", "n", "client_id"};

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
}

}  // namespace

Result<MessageTemplate> MessageTemplate::parse(std::string_view text) {
    MessageTemplate message;
    message.parts_.emplace_back();
    while (!text.empty()) {
        std::string& literal = message.parts_.back().text;
        const auto open = text.find('{');
        literal += text.substr(0, open);
        if (open == text.npos) break;
        text.remove_prefix(open + 1);
        const bool escaped = text.starts_with('{');
        const auto close = text.find('}');
        const auto name = text.substr(escaped ? 1 : 0, close == text.npos ? 0 : close - escaped);
        if (!is_name(name)) {
            literal += '{';
            continue;
        }
        text.remove_prefix(close + 1);
        if (escaped) {
            literal += fmt::format("{{{}}}", name);
            continue;
        }
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) {
            const auto near = nearest_name(name, names);
            return fail(
                ErrorKind::InvalidInput,
                fmt::format("the message has no variable {{{}}}{}; there are {{time}}, "
                            "{{n}} and {{client_id}}, and {{{{{}}} stands for the text",
                            name, near ? fmt::format(", did you mean {{{}}}?", *near) : "", name));
        }
        message.parts_.back().variable = static_cast<Variable>(found - names.begin() + 1);
        message.parts_.emplace_back();
    }
    return message;
}

std::string MessageTemplate::render(const MessageFacts& facts) const {
    std::string message;
    for (const Part& part : parts_) {
        message += part.text;
        switch (part.variable) {
            case Variable::None: break;
            case Variable::Time: message += format_iso8601(facts.time); break;
            case Variable::Number: message += std::to_string(facts.number); break;
            case Variable::ClientId: message += facts.client_id; break;
        }
    }
    return message;
}

}  // namespace gatehouse::server::device
