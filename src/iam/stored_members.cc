#include "iam/stored_members.h"

#include <fmt/format.h>

namespace gatehouse::iam {

const json::value* StoredMembers::find(const char* name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
}

std::string StoredMembers::text(const char* name) {
    const json::value* value = find(name);
    note(value != nullptr && value->is_string());
    return is_whole_ ? std::string(std::string_view(value->get_string())) : std::string();
}

std::int64_t StoredMembers::number(const char* name) {
    const json::value* value = find(name);
    note(value != nullptr && value->is_int64());
    return is_whole_ ? value->get_int64() : 0;
}

std::map<std::string, std::string> StoredMembers::texts(const char* name) {
    const json::value* value = find(name);
    note(value != nullptr && value->is_object());
    std::map<std::string, std::string> texts;
    if (!is_whole_) return texts;
    for (const auto& [key, member] : value->get_object()) {
        note(member.is_string());
        if (member.is_string()) texts.emplace(key, std::string_view(member.get_string()));
    }
    return texts;
}

const json::array& StoredMembers::list(const char* name) {
    static const json::array none;
    const json::value* value = find(name);
    note(value != nullptr && value->is_array());
    return is_whole_ ? value->get_array() : none;
}

json::object to_object(const std::map<std::string, std::string>& texts) {
    json::object object;
    for (const auto& [name, text] : texts) object[name] = text;
    return object;
}

std::unexpected<Error> unreadable(const storage::Record& record, std::string_view what) {
    return fail(
        ErrorKind::Corrupt,
        fmt::format("the stored {} '{}' of account {} does not read back; delete and create "
                    "it again, or restore the database",
                    what, record.key.name, record.key.tenant.account.view()));
}

}  // namespace gatehouse::iam
