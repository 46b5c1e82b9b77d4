// New access keys, in the shapes that AWS's tools expect.
// Source: IAM User Guide, "IAM identifiers" (prefixes AKIA and ASIA).
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "signature/scope.h"

namespace gatehouse::iam {

using signature::AccessKeyId;

// "AKIA" and 16 characters out of A-Z 2-7: a key that lasts.
AccessKeyId make_access_key_id(Random& random);
// "ASIA" …: a key that expires and comes with a session token.
AccessKeyId make_temporary_key_id(Random& random);
// "AIDA" or the like and 17 of these characters: what tells a user, group, role or policy from
// others that have had its name.
std::string make_unique_id(Random& random, std::string_view prefix);
// 40 characters (240 bits) out of A-Z a-z 0-9 / +.
std::string make_secret(Random& random);
// 128 characters of the same alphabet; names nothing.
std::string make_session_token(Random& random);

}  // namespace gatehouse::iam
