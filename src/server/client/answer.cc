#include "server/client/answer.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatehouse::server {
namespace {

const json::value* find(const json::value& answer, std::string_view pointer) {
    boost::system::error_code missing;
    return answer.find_pointer(pointer, missing);
}

void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
    const std::string inner(2 * (depth + 1), ' ');
    const std::string outer(2 * depth, ' ');
    if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
        out += "{\n";
        for (const auto& member : *object) {
            if (&member != object->begin()) out += ",\n";
            out += inner + quote_json(std::string_view(member.key())) + ": ";
            append_pretty(out, member.value(), depth + 1);
        }
        out += "\n" + outer + "}";
    } else if (const json::array* array = value.if_array(); array != nullptr && !array->empty()) {
        out += "[\n";
        for (const json::value& element : *array) {
            if (&element != array->begin()) out += ",\n";
            out += inner;
            append_pretty(out, element, depth + 1);
        }
        out += "\n" + outer + "]";
    } else if (value.is_double()) {
        out += fmt::format("{}", value.get_double());  // 315.92, not 3.1592E2
    } else {
        out += to_text(value);
    }
}

// Characters, not bytes, so that names outside ASCII line up.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string text_at(const json::value& answer, std::string_view pointer) {
    const json::value* found = find(answer, pointer);
    if (found == nullptr || !found->is_string()) return "";
    return std::string(found->get_string());
}

std::optional<std::int64_t> number_at(const json::value& answer, std::string_view pointer) {
    const json::value* found = find(answer, pointer);
    if (found == nullptr) return std::nullopt;
    if (found->is_int64()) return found->get_int64();
    if (found->is_double()) return static_cast<std::int64_t>(found->get_double());
    return std::nullopt;
}

bool is_true_at(const json::value& answer, std::string_view pointer) {
    const json::value* found = find(answer, pointer);
    return found != nullptr && found->is_bool() && found->get_bool();
}

std::span<const json::value> elements_at(const json::value& answer, std::string_view pointer) {
    const json::value* found = find(answer, pointer);
    if (found == nullptr || !found->is_array()) return {};
    return {found->get_array().data(), found->get_array().size()};
}

std::string pretty_json(const json::value& value) {
    std::string out;
    append_pretty(out, value, 0);
    return out + "\n";
}

std::string columns(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string out;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += row[i];
            if (i + 1 < row.size()) out.append(widths[i] - width_of(row[i]) + 2, ' ');
        }
        out += '\n';
    }
    return out;
}

}  // namespace gatehouse::server
