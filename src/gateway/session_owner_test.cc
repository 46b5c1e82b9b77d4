#include "gateway/session_owner.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

TEST(SessionOwner, EndsWithThePrincipal) {
    authentication::Identity identity;
    identity.type = authentication::AuthenticationType::CustomAuth;
    identity.authorizer_name = "AutoCustom";
    for (const char* principal : {"tester", "", "a/b"}) {
        identity.principal_id = principal;
        EXPECT_EQ(principal_id_of(session_owner(identity)), principal);
    }
    EXPECT_EQ(principal_id_of(""), "") << "as after a restart";
}

TEST(SessionOwner, IsNotTheSameByAnotherAuthorizer) {
    authentication::Identity identity;
    identity.principal_id = "tester";
    identity.authorizer_name = "one";
    const std::string one = session_owner(identity);
    identity.authorizer_name = "other";
    EXPECT_NE(session_owner(identity), one);
}

}  // namespace
}  // namespace gatehouse::gateway
