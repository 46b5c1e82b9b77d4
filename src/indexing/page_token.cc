#include "indexing/page_token.h"

#include "base/encoding.h"
#include "signature/digest.h"

namespace gatehouse::indexing {
namespace {

constexpr std::size_t mark_characters = 16;

std::string mark_of(std::string_view question) {
    return signature::sha256_hex(question).substr(0, mark_characters);
}

}  // namespace

std::string token_after(std::string_view question, std::string_view name) {
    return to_base64(bytes_of(mark_of(question).append(name)));
}

std::optional<std::string> name_in_token(std::string_view question, std::string_view token) {
    if (token.empty()) return "";
    const auto bytes = from_base64(token);
    if (!bytes || bytes->size() <= mark_characters) return std::nullopt;
    const std::string_view text = gatehouse::text_of(*bytes);
    if (text.substr(0, mark_characters) != mark_of(question)) return std::nullopt;
    return std::string(text.substr(mark_characters));
}

}  // namespace gatehouse::indexing
