#include "authentication/stand_in_hashes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "authentication/password_hash.h"
#include "signature/digest.h"

namespace gatehouse::authentication {
namespace {

// From 0 up to but not including `below`, evenly.
std::size_t number_of(const signature::Digest& digest, std::size_t below) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < sizeof(number); ++i) number = number << 8 | digest[i];
    return static_cast<std::size_t>(std::uint64_t{number} * below >> 32);
}

}  // namespace

StandInHashes::StandInHashes(const PasswordUsers& users, std::string key) : key_(std::move(key)) {
    static_assert(password_users_max < std::size_t{1} << 32);
    std::map<std::string_view, Kind> kinds;
    for (const auto& [name, user] : users) {
        Kind& kind = kinds[cost_of(user.hash)];
        if (kind.users_until++ == 0) kind.hash = user.hash;
    }
    std::size_t until = 0;
    for (auto& [cost, kind] : kinds) {
        until += kind.users_until;
        kinds_.push_back({until, std::move(kind.hash)});
    }
}

std::string StandInHashes::hash_for(std::string_view user) const {
    if (kinds_.empty()) return {};
    const std::size_t number =
        number_of(signature::hmac_sha256(key_, user), kinds_.back().users_until);
    return std::ranges::upper_bound(kinds_, number, {}, &Kind::users_until)->hash;
}

}  // namespace gatehouse::authentication
