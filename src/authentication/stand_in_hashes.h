// Hashes that are checked for users that there are not, so that the time a refusal takes does not
// tell whether there is such a user.
//
// A name is given the hash of some user, always one of the same cost: which, a keyed digest of the
// name decides, and each cost as often as users of the file have it. So a name whose checks are
// slow, or quick, is no more likely to be a user's than any other. With the same key this holds
// over restarts; when the file changes, few names go over to another cost.
//
// Immutable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "authentication/password_file.h"

namespace gatehouse::authentication {

class StandInHashes {
public:
    StandInHashes(const PasswordUsers& users, std::string key);

    // Empty where there are no users.
    std::string hash_for(std::string_view user) const;

private:
    struct Kind {
        std::size_t users_until = 0;  // those of this cost and of the ones before it
        std::string hash;
    };

    std::string key_;
    std::vector<Kind> kinds_;  // by cost
};

}  // namespace gatehouse::authentication
