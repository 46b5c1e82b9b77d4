#include "authentication/basic_credentials.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "signature/request_view.h"

namespace gatehouse::authentication {
namespace {

constexpr std::string_view blanks = " \t";

struct Authorization {
    bool is_basic;  // by the name of its scheme
    std::string_view value;
};

std::optional<Authorization> authorization_of(const Credentials& credentials) {
    if (!credentials.http) return std::nullopt;
    const auto header = credentials.http->headers.find("Authorization");
    if (!header) return std::nullopt;
    const auto end = std::min(header->find_first_of(blanks), header->size());
    const auto value = std::min(header->find_first_not_of(blanks, end), header->size());
    return Authorization{
        // It may be written in any case.
        .is_basic = signature::equal_ignoring_case(header->substr(0, end), "Basic"),
        .value = header->substr(value)};
}

std::optional<BasicCredentials> split(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    return BasicCredentials{.user = std::string(text.substr(0, colon)),
                            .password = std::string(text.substr(colon + 1))};
}

std::optional<BasicCredentials> read(const Authorization& authorization) {
    std::string padded(authorization.value);
    if (padded.find('=') == padded.npos) padded.resize((padded.size() + 3) / 4 * 4, '=');
    const auto decoded = from_base64(padded);
    if (!decoded) return std::nullopt;
    auto read = split(text_of(*decoded));
    // Bytes that happen to have a colon, or a JSON Web Token, are no user.
    const bool is_user = read && !read->user.starts_with('{') &&
                         std::ranges::none_of(read->user, [](unsigned char each) {
                             return each < 0x20 || each == 0x7F;
                         });
    if (!authorization.is_basic && !is_user) return std::nullopt;
    return read;
}

// What is not of the alphabet is skipped, as many a decoder does.
Bytes decode_skipping(std::string_view text, std::string_view two_more) {
    std::string kept;
    for (const char each : text) {
        const bool is_letter = (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z');
        if (is_letter || (each >= '0' && each <= '9')) kept += each;
        if (each == two_more[0]) kept += '+';
        if (each == two_more[1]) kept += '/';
    }
    if (kept.size() % 4 == 1) kept.pop_back();
    kept.resize((kept.size() + 3) / 4 * 4, '=');
    return from_base64(kept).value_or(Bytes());
}

}  // namespace

AuthorizationForm authorization_form(const Credentials& credentials) {
    const auto authorization = authorization_of(credentials);
    if (!authorization) return AuthorizationForm::None;
    if (read(*authorization)) return AuthorizationForm::User;
    return authorization->is_basic ? AuthorizationForm::Unreadable : AuthorizationForm::Other;
}

std::optional<BasicCredentials> basic_credentials(const Credentials& credentials, bool any_scheme) {
    const auto authorization = authorization_of(credentials);
    if (!authorization || !(authorization->is_basic || any_scheme)) return std::nullopt;
    return read(*authorization);
}

std::vector<std::string> passwords_in_authorization(const Credentials& credentials) {
    constexpr std::array<std::string_view, 2> alphabets = {"+/", "-_"};
    std::vector<std::string> passwords;
    const auto authorization = authorization_of(credentials);
    if (!authorization) return passwords;
    for (const std::string_view alphabet : alphabets) {
        auto found = split(text_of(decode_skipping(authorization->value, alphabet)));
        if (!found || std::ranges::find(passwords, found->password) != passwords.end()) continue;
        passwords.push_back(std::move(found->password));
    }
    return passwords;
}

}  // namespace gatehouse::authentication
