#include "registry/attributes.h"

#include <utility>

namespace gatehouse::registry {

Texts without_empty(Texts attributes) {
    std::erase_if(attributes, [](const auto& attribute) { return attribute.second.empty(); });
    return attributes;
}

void change_attributes(Texts& attributes, const Texts& given, AttributeChange how) {
    if (how == AttributeChange::Replace) attributes.clear();
    for (const auto& [key, value] : given) attributes[key] = value;
    attributes = without_empty(std::move(attributes));
}

}  // namespace gatehouse::registry
