#include "policy/device_resource.h"

namespace gatehouse::policy {

std::string_view name_with_slash(ResourceType type) {
    switch (type) {
        case ResourceType::Client: return "client/";
        case ResourceType::Topic: return "topic/";
        case ResourceType::TopicFilter: return "topicfilter/";
        case ResourceType::Thing: return "thing/";
        case ResourceType::RoleAlias: return "rolealias/";
        case ResourceType::Everything: return "";
    }
    return "";
}

JoinedText device_resource(std::string_view arn_head, Action action,
                           std::string_view name) noexcept {
    const ResourceType type = resource_type_of(action);
    if (type == ResourceType::Everything) return {"*", "", ""};
    return {arn_head, name_with_slash(type), name};
}

std::string joined(const JoinedText& text) {
    return std::string(text.head).append(text.middle).append(text.tail);
}

}  // namespace gatehouse::policy
