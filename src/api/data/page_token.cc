#include "api/data/page_token.h"

#include "base/encoding.h"

namespace gatehouse::api::data {
namespace {

constexpr std::string_view mark = "after:";

}  // namespace

std::string token_after(std::string_view name) {
    return to_base64(bytes_of(std::string(mark) + std::string(name)));
}

Result<std::string> name_of_token(const std::optional<std::string>& token) {
    if (!token || token->empty()) return std::string();
    const auto decoded = from_base64(*token);
    const std::string_view text = decoded ? text_of(*decoded) : std::string_view();
    if (!text.starts_with(mark)) {
        return fail(ErrorKind::InvalidInput, "nextToken is not one that this operation gave");
    }
    return std::string(text.substr(mark.size()));
}

}  // namespace gatehouse::api::data
