// Whose a session is: who resumes it has to be the same, by the same authorizer, to have the
// subscriptions and messages without being asked again.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "authentication/identity.h"

namespace gatehouse::gateway {

// "CustomAuth/AutoCustom/tester", for AttachRequest::principal.
inline std::string session_owner(const authentication::Identity& identity) {
    return fmt::format("{}/{}/{}", authentication::name_of(identity.type), identity.authorizer_name,
                       identity.principal_id);
}

// The "tester" of that; empty where it is not known. No authorizer's name has a slash.
inline std::string_view principal_id_of(std::string_view session_owner) {
    const auto type_end = session_owner.find('/');
    if (type_end == session_owner.npos) return {};
    const auto authorizer_end = session_owner.find('/', type_end + 1);
    if (authorizer_end == session_owner.npos) return {};
    return session_owner.substr(authorizer_end + 1);
}

}  // namespace gatehouse::gateway
