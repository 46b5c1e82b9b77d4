#include "iam/key_maker.h"

#include <array>
#include <string_view>
#include <vector>

namespace gatehouse::iam {
namespace {

constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+";

// Requires: the size of the alphabet divides 256, so that every character is equally likely.
std::string random_text(Random& random, std::string_view alphabet, std::size_t length) {
    std::vector<std::uint8_t> bytes(length);
    random.fill(bytes);
    std::string text;
    for (const std::uint8_t byte : bytes) text += alphabet[byte % alphabet.size()];
    return text;
}

}  // namespace

AccessKeyId make_access_key_id(Random& random) {
    return AccessKeyId("AKIA" + random_text(random, base32, 16));
}

AccessKeyId make_temporary_key_id(Random& random) {
    return AccessKeyId("ASIA" + random_text(random, base32, 16));
}

std::string make_unique_id(Random& random, std::string_view prefix) {
    return std::string(prefix) + random_text(random, base32, 17);
}

std::string make_secret(Random& random) {
    return random_text(random, base64, 40);
}

std::string make_session_token(Random& random) {
    return random_text(random, base64, 128);
}

}  // namespace gatehouse::iam
