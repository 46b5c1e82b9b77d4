// What a device says: a text with the variables {time}, {n} and {client_id} in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gatehouse::server::device {

struct MessageFacts {
    WallTime time;         // {time}: 2017-08-10T15:37:23.476Z
    std::uint64_t number;  // {n}: 1 for the first message
    std::string_view client_id;
};

class MessageTemplate {
public:
    // Braces around anything but a name are text, so JSON needs no escapes; "{{name}" is the text
    // "{name}". InvalidInput for a name that is no variable.
    static Result<MessageTemplate> parse(std::string_view text);
    std::string render(const MessageFacts& facts) const;

private:
    enum class Variable : std::uint8_t { None, Time, Number, ClientId };
    // A text, and the variable that follows it.
    struct Part {
        std::string text;
        Variable variable = Variable::None;
    };
    std::vector<Part> parts_;
};

}  // namespace gatehouse::server::device
