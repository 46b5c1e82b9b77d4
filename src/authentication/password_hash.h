// Hashes of passwords as files keep them: bcrypt ("$2b$12$…") and argon2id ("$argon2id$v=19$…", the
// PHC form). Slow on purpose, tens of milliseconds: for worker threads.
//
// Sources: OpenBSD bcrypt(3) as crypt(5) has it; RFC 9106 (argon2), OWASP Password Storage Cheat
// Sheet (its costs).
//
// Threads: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/random.h"
#include "base/result.h"

namespace gatehouse::authentication {

enum class PasswordAlgorithm : std::uint8_t { Argon2id, Bcrypt };

// Longer passwords are refused: bcrypt would not look at the rest.
inline constexpr std::size_t bcrypt_password_bytes_max = 72;
// Of one hash, in memory and time; what a line of a file may make a server do is bounded.
inline constexpr std::uint32_t argon2_memory_kib_max = 256 * 1024;
inline constexpr std::uint32_t argon2_passes_max = 16;
inline constexpr int bcrypt_cost_max = 16;

// InvalidInput: no hash of these, or one that costs more than is allowed.
Result<void> check_password_hash(const std::string& hash);
// What the time of checking a hash follows from: "$2b$12$", "$argon2id$v=19$m=19456,t=2,p=1$".
// Requires: check_password_hash().
std::string_view cost_of(std::string_view hash);
// Whether the password belongs to the hash. Requires: check_password_hash().
bool verify_password(const std::string& hash, std::string_view password);
// InvalidInput: the password does not fit the algorithm. Internal: the library has no memory.
Result<std::string> hash_password(std::string_view password, PasswordAlgorithm algorithm,
                                  Random& random);

}  // namespace gatehouse::authentication

template <>
struct gatehouse::ChoiceNames<gatehouse::authentication::PasswordAlgorithm> {
    static constexpr std::array<std::string_view, 2> names{"argon2id", "bcrypt"};
};
