// A JSON object whose members the service itself looks at, in a model's shape of type "document".
#pragma once

#include <string>

namespace gatehouse::api::wire {

struct AnyObject {
    std::string text;  // JSON

    bool operator==(const AnyObject&) const = default;
};

}  // namespace gatehouse::api::wire
