#include "signature/unique_members.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <string>
#include <vector>

namespace gatehouse::signature {
namespace {

namespace json = boost::json;
using Code = json::error_code;

// What the parser tells of; only names of members count.
struct Names {
    static constexpr std::size_t max_object_size = -1;
    static constexpr std::size_t max_array_size = -1;
    static constexpr std::size_t max_key_size = -1;
    static constexpr std::size_t max_string_size = -1;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, Code&) {
        open.pop_back();
        return true;
    }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_key_part(json::string_view part, std::size_t, Code&) {
        name.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Code&) {
        name.append(part.data(), part.size());
        if (!open.back().insert(std::move(name)).second) are_unique = false;
        name.clear();
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
    bool on_string(json::string_view, std::size_t, Code&) { return true; }
    bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
    bool on_double(double, json::string_view, Code&) { return true; }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

    std::vector<std::set<std::string>> open;
    std::string name;
    bool are_unique = true;
};

}  // namespace

bool has_unique_members(std::string_view text) {
    json::basic_parser<Names> parser(json::parse_options{});
    Code error;
    parser.write_some(false, text.data(), text.size(), error);
    return parser.handler().are_unique;
}

}  // namespace gatehouse::signature
