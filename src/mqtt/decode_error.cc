#include "mqtt/decode_error.h"

namespace gatehouse::mqtt {

std::string DecodeError::describe() const {
    std::string description;
    if (!subject.empty()) {
        description += subject;
        description += ": ";
    }
    description += text;
    if (!clause.empty()) {
        description += " [";
        description += clause;
        description += ']';
    }
    return description;
}

}  // namespace gatehouse::mqtt
