#include "authentication/password_hash.h"

#include <argon2.h>
#include <crypt.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "base/encoding.h"

namespace gatehouse::authentication {
namespace {

constexpr std::size_t hash_bytes_max = 512;
constexpr std::size_t bcrypt_bytes = 60;
constexpr std::string_view argon2id_mark = "$argon2id$";

// For new hashes.
constexpr unsigned long bcrypt_cost = 12;
constexpr std::uint32_t argon2_memory_kib = 19 * 1024;
constexpr std::uint32_t argon2_passes = 2;
constexpr std::uint32_t argon2_lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t digest_bytes = 32;

constexpr std::string_view letters_and_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of_letters_digits_and(std::string_view text, std::string_view more) {
    return std::ranges::all_of(
        text, [more](char c) { return letters_and_digits.contains(c) || more.contains(c); });
}

// "$2b$12$" and 53 digits of bcrypt's own base64.
bool is_bcrypt(std::string_view hash) {
    return hash.size() == bcrypt_bytes &&
           (hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$")) &&
           hash[6] == '$' && consists_of_letters_digits_and(hash.substr(7), "./");
}

// "m=19456" in "$argon2id$v=19$m=19456,t=2,p=1$…".
std::optional<std::uint32_t> parameter(std::string_view hash, std::string_view name) {
    const auto parameters = hash.find("$m=");
    if (parameters == hash.npos) return std::nullopt;
    const std::string_view section =
        hash.substr(parameters + 1, hash.find('$', parameters + 1) - parameters - 1);
    const auto at = section.find(name);
    if (at == section.npos) return std::nullopt;
    std::uint32_t number = 0;
    const char* const begin = section.data() + at + name.size();
    const auto [end, error] = std::from_chars(begin, section.data() + section.size(), number);
    return error == std::errc() && end != begin ? std::optional(number) : std::nullopt;
}

// Without padding, as the PHC form has it.
bool is_base64(std::string_view text, std::size_t size_min) {
    return text.size() >= size_min && consists_of_letters_digits_and(text, "+/");
}

Result<void> check_argon2(const std::string& hash) {
    const auto memory = parameter(hash, "m=");
    const auto passes = parameter(hash, "t=");
    const auto lanes = parameter(hash, "p=");
    if (!memory || !passes || !lanes || !hash.starts_with("$argon2id$v=19$")) {
        return fail(ErrorKind::InvalidInput, "the argon2id hash is not in its usual form");
    }
    if (*memory > argon2_memory_kib_max || *passes > argon2_passes_max || *lanes > 16) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("the hash costs too much: at most m={},t={},p=16 are taken",
                                argon2_memory_kib_max, argon2_passes_max));
    }
    // Reading it whole would mean computing one: the texts' form has to do.
    const auto digest_at = hash.rfind('$');
    const auto salt_at = hash.rfind('$', digest_at - 1);
    const std::string_view digest = std::string_view(hash).substr(digest_at + 1);
    const std::string_view salt =
        std::string_view(hash).substr(salt_at + 1, digest_at - salt_at - 1);
    if (is_base64(salt, 11) && is_base64(digest, 16)) return {};
    return fail(ErrorKind::InvalidInput, "the argon2id hash has no salt and digest in base64");
}

Result<void> check_bcrypt(const std::string& hash) {
    int cost = 0;
    const auto [end, error] = std::from_chars(hash.data() + 4, hash.data() + 6, cost);
    if (error != std::errc() || end != hash.data() + 6 || cost < 4 || cost > bcrypt_cost_max) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("the cost of a bcrypt hash is from 04 to {}", bcrypt_cost_max));
    }
    return {};
}

std::string crypted(const std::string& password, const std::string& setting) {
    const auto data = std::make_unique<crypt_data>();
    const char* const made = crypt_r(password.c_str(), setting.c_str(), data.get());
    return made == nullptr || made[0] == '*' ? std::string() : std::string(made);
}

}  // namespace

Result<void> check_password_hash(const std::string& hash) {
    if (hash.size() <= hash_bytes_max && hash.starts_with(argon2id_mark)) return check_argon2(hash);
    if (is_bcrypt(hash)) return check_bcrypt(hash);
    return fail(
        ErrorKind::InvalidInput,
        "no hash of bcrypt ($2b$…) or argon2id ($argon2id$…); `gatehouse passwd` makes one");
}

std::string_view cost_of(std::string_view hash) {
    if (is_bcrypt(hash)) return hash.substr(0, 7);
    const auto digest_at = hash.rfind('$');
    return hash.substr(0, hash.rfind('$', digest_at - 1) + 1);
}

bool verify_password(const std::string& hash, std::string_view password) {
    if (hash.starts_with(argon2id_mark)) {
        return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
    }
    // crypt() stops at a NUL, and bcrypt at its bound: neither may make passwords equal.
    if (password.size() > bcrypt_password_bytes_max || password.contains('\0')) return false;
    const std::string made = crypted(std::string(password), hash);
    return !made.empty() && equal_in_constant_time(made, hash);
}

Result<std::string> hash_password(std::string_view password, PasswordAlgorithm algorithm,
                                  Random& random) {
    std::array<std::uint8_t, salt_bytes> salt;
    random.fill(salt);
    if (algorithm == PasswordAlgorithm::Bcrypt) {
        if (password.size() > bcrypt_password_bytes_max || password.contains('\0')) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("bcrypt takes passwords of up to {} bytes, without NUL",
                                    bcrypt_password_bytes_max));
        }
        std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
        const bool is_made =
            crypt_gensalt_rn("$2b$", bcrypt_cost, reinterpret_cast<const char*>(salt.data()),
                             static_cast<int>(salt.size()), setting.data(),
                             static_cast<int>(setting.size())) != nullptr;
        std::string hash = is_made ? crypted(std::string(password), setting.data()) : "";
        if (!hash.empty()) return hash;
        return fail(ErrorKind::Internal, "this system's crypt() has no bcrypt");
    }
    std::array<char, 256> encoded{};
    const int made = argon2id_hash_encoded(
        argon2_passes, argon2_memory_kib, argon2_lanes, password.data(), password.size(),
        salt.data(), salt.size(), digest_bytes, encoded.data(), encoded.size());
    if (made == ARGON2_OK) return std::string(encoded.data());
    return fail(ErrorKind::Internal, fmt::format("argon2id: {}", argon2_error_message(made)));
}

}  // namespace gatehouse::authentication
