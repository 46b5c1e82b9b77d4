#include "authentication/basic_credentials.h"

#include "base/encoding.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {

std::optional<BasicCredentials> basic_credentials(const Credentials& credentials) {
    if (!credentials.http) return std::nullopt;
    const auto header = credentials.http->headers.find("Authorization");
    // The name of a scheme may be written in any case.
    static constexpr std::string_view scheme = "Basic ";
    if (!header || !signature::equal_ignoring_case(header->substr(0, scheme.size()), scheme)) {
        return std::nullopt;
    }
    const auto decoded = from_base64(header->substr(scheme.size()));
    if (!decoded) return std::nullopt;
    const std::string_view text = text_of(*decoded);
    const auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    return BasicCredentials{.user = std::string(text.substr(0, colon)),
                            .password = std::string(text.substr(colon + 1))};
}

}  // namespace gatehouse::authentication
