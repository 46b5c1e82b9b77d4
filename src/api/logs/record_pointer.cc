#include "api/logs/record_pointer.h"

#include <fmt/format.h>

#include <charconv>

#include "base/encoding.h"
#include "base/json.h"

namespace gatehouse::api::logs {
namespace {

struct Pointer {
    std::string group;
    store::Position at;
};

template <class Number>
bool read(std::string_view text, Number& number) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

// "TIME SEQUENCE GROUP"; no name of a group has a blank.
std::optional<Pointer> read_pointer(const std::string& pointer) {
    const auto bytes = from_base64(pointer);
    if (!bytes) return std::nullopt;
    const std::string_view text = text_of(*bytes);
    const auto first = text.find(' ');
    const auto second = first == text.npos ? text.npos : text.find(' ', first + 1);
    if (second == text.npos) return std::nullopt;
    Pointer found{.group = std::string(text.substr(second + 1)), .at = {}};
    const bool reads = read(text.substr(0, first), found.at.time) &&
                       read(text.substr(first + 1, second - first - 1), found.at.sequence);
    return reads ? std::optional(std::move(found)) : std::nullopt;
}

// The leaves of a message, each by its path; some of them when they are many or large together,
// since each holds its whole path.
class Leaves {
public:
    explicit Leaves(std::map<std::string, std::string>& fields) : fields_(fields) {}

    void add(const json::value& value, const std::string& path) {
        const std::string before = path.empty() ? std::string() : path + '.';
        if (const auto* const object = value.if_object()) {
            for (const auto& [key, inside] : *object) {
                if (is_full_) return;
                add(inside, before + std::string(key));
            }
        } else if (const auto* const array = value.if_array()) {
            for (std::size_t i = 0; i < array->size() && !is_full_; ++i) {
                add((*array)[i], before + std::to_string(i));
            }
        } else if (!value.is_null()) {
            add_leaf(path, store::insights::Value::of(value).text());
        }
    }

private:
    void add_leaf(const std::string& path, std::string text) {
        bytes_ += path.size() + text.size();
        is_full_ = fields_.size() >= record_fields_max || bytes_ > record_bytes_max;
        if (!is_full_) fields_.emplace(path, std::move(text));
    }

    std::map<std::string, std::string>& fields_;
    std::size_t bytes_ = 0;
    bool is_full_ = false;
};

}  // namespace

std::string pointer_to(const std::string& group, const store::Position& at) {
    return to_base64(bytes_of(fmt::format("{} {} {}", at.time, at.sequence, group)));
}

std::string group_of_pointer(const std::string& pointer) {
    auto read = read_pointer(pointer);
    return read ? std::move(read->group) : std::string();
}

store::insights::Record record_of(const Tenant& tenant, const std::string& group,
                                  store::FoundRecord found) {
    return {.timestamp = found.at.time,
            .ingested = found.ingested,
            .message = std::move(found.message),
            .stream = std::move(found.stream),
            .log = tenant.account.value() + ':' + group,
            .pointer = pointer_to(group, found.at)};
}

Result<std::map<std::string, std::string>> fields_of(store::LogStore& logs, const Tenant& tenant,
                                                     const std::string& pointer) {
    const auto wanted = read_pointer(pointer);
    if (!wanted) return fail(ErrorKind::InvalidInput, "the logRecordPointer is not of this server");
    const auto group = logs.group(tenant, wanted->group);
    if (!group) return fail(group.error());
    const auto snapshot = (*group)->snapshot();
    if (!snapshot) return fail(snapshot.error());
    auto found = store::scan(
        *snapshot,
        {.times = {wanted->at.time, wanted->at.time}, .from = wanted->at, .records_max = 1});
    if (found.records.empty() || found.records.front().at != wanted->at) {
        return fail(ErrorKind::NotFound, "the log event is not there any more");
    }
    const auto record = record_of(tenant, wanted->group, std::move(found.records.front()));
    std::map<std::string, std::string> fields;
    const auto body = parse_json(record.message, "the message",
                                 {.depth_max = 64, .bytes_max = record.message.size()});
    if (body && body->is_object()) Leaves(fields).add(*body, "");
    store::insights::RecordFields own(record);
    for (const char* const name :
         {"@timestamp", "@ingestionTime", "@message", "@logStream", "@log", "@ptr"}) {
        fields[name] = own.field(name).text();
    }
    return fields;
}

}  // namespace gatehouse::api::logs
