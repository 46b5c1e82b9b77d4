#include "server/device/login.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"

namespace gatehouse::server::device {
namespace {

constexpr std::string_view name_parameter = "x-amz-customauthorizer-name";
constexpr std::string_view signature_parameter = "x-amz-customauthorizer-signature";

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// 1 to 128 characters, each a letter, a digit, '_' or one of `others`.
bool consists_of(std::string_view text, std::string_view others) {
    return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [&](char c) {
        return is_word(c) || others.find(c) != others.npos;
    });
}

Result<void> check(const Login& login) {
    const auto refuse = [](std::string message) {
        return fail(ErrorKind::InvalidInput, std::move(message));
    };
    if (login.authorizer && !consists_of(*login.authorizer, "=,@-")) {
        return refuse(
            fmt::format("--authorizer '{}': an authorizer's name has 1 to 128 letters, "
                        "digits and _ = , @ -",
                        login.authorizer->substr(0, 128)));
    }
    if (login.token_key && !consists_of(*login.token_key, "-")) {
        return refuse(
            fmt::format("--token-key '{}': a token key has 1 to 128 letters, digits, "
                        "_ and -",
                        login.token_key->substr(0, 128)));
    }
    if (login.token.has_value() != login.token_key.has_value()) {
        return refuse(
            "--token and --token-key belong together: the token is sent under the "
            "authorizer's token key name");
    }
    if (login.signature && !login.token) {
        return refuse("--signature signs a token, and there is no --token");
    }
    if (login.authorizer && login.user && login.user->find(name_parameter) != std::string::npos) {
        return refuse(fmt::format(
            "the user name has {} in it, so --authorizer would name a second one", name_parameter));
    }
    return {};
}

}  // namespace

Result<std::optional<std::string>> build_user_name(const Login& login) {
    if (auto sound = check(login); !sound) return fail(std::move(sound.error()));
    if (!login.user && !login.authorizer && !login.token) return std::nullopt;
    std::string name = login.user.value_or("");
    const auto add = [&](std::string_view key, std::string_view encoded_value) {
        const bool has_query = name.find('?') != std::string::npos;
        const bool is_open = has_query && (name.ends_with('?') || name.ends_with('&'));
        if (!is_open) name += has_query ? '&' : '?';
        name += fmt::format("{}={}", key, encoded_value);
    };
    if (login.authorizer) add(name_parameter, percent_encode(*login.authorizer));
    if (login.token) add(percent_encode(*login.token_key), percent_encode(*login.token));
    if (login.signature) {
        const bool is_encoded = login.signature->find('%') != std::string::npos;
        add(signature_parameter, is_encoded ? *login.signature : percent_encode(*login.signature));
    }
    return name;
}

}  // namespace gatehouse::server::device
