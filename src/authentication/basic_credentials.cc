#include "authentication/basic_credentials.h"

#include <algorithm>
#include <array>

#include "authentication/user_name.h"
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
    static constexpr std::string_view basic = "Basic";
    // It may be written in any case, and a function may cut it off without looking at the blank.
    const bool is_basic = signature::equal_ignoring_case(header->substr(0, basic.size()), basic);
    const auto blank = header->find_first_of(blanks);
    const std::size_t end = is_basic ? basic.size() : blank == header->npos ? 0 : blank;
    const auto value = std::min(header->find_first_not_of(blanks, end), header->size());
    return Authorization{.is_basic = is_basic, .value = header->substr(value)};
}

std::optional<BasicCredentials> split(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    return BasicCredentials{.user = std::string(text.substr(0, colon)),
                            .password = std::string(text.substr(colon + 1))};
}

// Bytes that happen to have a colon, or a JSON Web Token, are no user.
bool is_user(const BasicCredentials& read) {
    const std::string_view user = without_blanks(read.user);
    return !user.empty() && !user.starts_with('{') &&
           std::ranges::none_of(user,
                                [](unsigned char each) { return each < 0x20 || each == 0x7F; });
}

// By the letter, but for padding that is left out; nullopt: it is no base64.
std::optional<Bytes> decode(std::string_view value) {
    std::string padded(value);
    if (padded.find('=') == padded.npos) padded.resize((padded.size() + 3) / 4 * 4, '=');
    return from_base64(padded);
}

std::optional<BasicCredentials> read(const Authorization& authorization) {
    const auto decoded = decode(authorization.value);
    if (!decoded) return std::nullopt;
    auto read = split(text_of(*decoded));
    if (read && !authorization.is_basic && !is_user(*read)) return std::nullopt;
    return read;
}

// One reading of many: what is not of the alphabet is skipped, as many a decoder does.
Bytes decode_skipping(std::string_view text, std::string_view alphabets) {
    std::string kept;
    for (const char each : text) {
        const bool is_letter = (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z');
        if (is_letter || (each >= '0' && each <= '9')) kept += each;
        if (alphabets.find(each) == alphabets.npos) continue;
        kept += each == '+' || each == '-' ? '+' : '/';
    }
    if (kept.size() % 4 == 1) kept.pop_back();
    kept.resize((kept.size() + 3) / 4 * 4, '=');
    return from_base64(kept).value_or(Bytes());
}

// What functions may read, by what they skip and where they stop.
std::vector<BasicCredentials> readings(std::string_view value) {
    constexpr std::array<std::string_view, 3> alphabets = {"+/", "-_", "+/-_"};
    std::vector<BasicCredentials> found;
    for (const std::string_view text : {value, value.substr(0, value.find('='))}) {
        for (const std::string_view alphabet : alphabets) {
            auto one = split(text_of(decode_skipping(text, alphabet)));
            if (one) found.push_back(std::move(*one));
        }
    }
    return found;
}

}  // namespace

std::optional<BasicCredentials> basic_credentials(const Credentials& credentials, Scheme scheme) {
    const auto authorization = authorization_of(credentials);
    if (!authorization || !(authorization->is_basic || scheme == Scheme::Any)) return std::nullopt;
    return read(*authorization);
}

bool may_hide_user(const Credentials& credentials) {
    const auto authorization = authorization_of(credentials);
    if (!authorization || decode(authorization->value)) return false;
    return authorization->is_basic ||
           std::ranges::any_of(readings(authorization->value),
                               [](const BasicCredentials& one) { return is_user(one); });
}

std::vector<std::string> passwords_in_authorization(const Credentials& credentials) {
    std::vector<std::string> passwords;
    const auto authorization = authorization_of(credentials);
    if (!authorization) return passwords;
    for (BasicCredentials& one : readings(authorization->value)) {
        if (std::ranges::find(passwords, one.password) != passwords.end()) continue;
        passwords.push_back(std::move(one.password));
    }
    return passwords;
}

}  // namespace gatehouse::authentication
