#include "registry/record_reader.h"

#include <fmt/format.h>

namespace gatehouse::registry {

json::object to_object(const Texts& texts) {
    json::object object;
    for (const auto& [name, text] : texts) object[name] = text;
    return object;
}

std::string RecordReader::text(const char* name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr || !value->is_string()) return broken(std::string());
    return std::string(value->get_string().c_str(), value->get_string().size());
}

bool RecordReader::truth(const char* name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr || !value->is_bool()) return broken(false);
    return value->get_bool();
}

std::uint64_t RecordReader::number(const char* name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr || !(value->is_int64() || value->is_uint64())) {
        return broken(std::uint64_t{0});
    }
    if (value->is_uint64()) return value->get_uint64();
    if (value->get_int64() < 0) return broken(std::uint64_t{0});
    return static_cast<std::uint64_t>(value->get_int64());
}

WallTime RecordReader::time(const char* name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr || !value->is_int64()) return broken(WallTime());
    return WallTime(std::chrono::milliseconds(value->get_int64()));
}

Texts RecordReader::texts(const char* name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr || !value->is_object()) return broken(Texts());
    Texts texts;
    for (const auto& [key, member] : value->get_object()) {
        if (!member.is_string()) return broken(Texts());
        texts.emplace(key, std::string_view(member.get_string()));
    }
    return texts;
}

std::vector<std::string> RecordReader::names(const char* name) {
    std::vector<std::string> names;
    for (const json::value& each : array(name)) {
        note(each.is_string());
        if (each.is_string()) names.emplace_back(std::string_view(each.get_string()));
    }
    return names;
}

const json::array& RecordReader::array(const char* name) {
    static const json::array none;
    const auto* value = object_.if_contains(name);
    if (value != nullptr && value->is_array()) return value->get_array();
    whole_ = false;
    return none;
}

std::unexpected<Error> unreadable(const storage::Record& record, std::string_view what) {
    return fail(ErrorKind::Corrupt,
                fmt::format("the stored {} '{}' of account {}, region {} does not read back; "
                            "delete and create it again, or restore the database",
                            what, record.key.name, record.key.tenant.account.view(),
                            record.key.tenant.region.view()));
}

Result<json::object> body_of(const storage::Record& record, std::string_view what) {
    auto body = parse_json(record.body, "the stored record");
    if (!body || !body->is_object()) return unreadable(record, what);
    return std::move(body->get_object());
}

}  // namespace gatehouse::registry
