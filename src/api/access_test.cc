#include "api/access.h"

#include <gtest/gtest.h>

#include "api/refusals.h"
#include "signature/signer.h"

namespace gatehouse::api {
namespace {

class RootKey final : public signature::KeyLookup {
public:
    std::optional<signature::AccessKey> find(const signature::AccessKeyId& id) const override {
        if (id.view() == "ASIAFUNCTION") {
            return signature::AccessKey{"secret", AccountId("111111111111"),
                                        "arn:aws:sts::111111111111:assumed-role/role/door", "token",
                                        WallTime::max()};
        }
        if (id.view() != "AKIDROOT") return std::nullopt;
        return signature::AccessKey{
            "secret", AccountId("111111111111"), "arn:aws:iam::111111111111:root", "", {}};
    }
};

struct AccessTest : ::testing::Test {
    std::expected<Caller, AccessRefusal> admit(const Access& access, std::string key,
                                               std::string secret = "secret",
                                               std::string region = "eu-west-1",
                                               std::string token = "") {
        signature::HeaderFields headers = {{"Host", "localhost"}};
        const signature::RequestView bare{"GET", "/", "", headers, ""};
        for (auto& field :
             signature::sign_headers(bare, {signature::AccessKeyId(key), secret, token},
                                     Region(region), "iot", clock.wall_now())) {
            headers.push_back(std::move(field));
        }
        const signature::RequestView request{"GET", "/", "", headers, ""};
        return access.admit(*signature::read_claim(request), request);
    }
    ManualClock clock;
    RootKey keys;
};

TEST_F(AccessTest, TheAccountFollowsTheCredentials) {
    const Access access({}, keys, clock);
    const auto caller = admit(access, "AKIDROOT");
    ASSERT_TRUE(caller) << caller.error().message;
    EXPECT_EQ(caller->tenant.account, AccountId("111111111111"));
    EXPECT_EQ(caller->principal, "arn:aws:iam::111111111111:root");
}

TEST_F(AccessTest, OnlyRootIsRoot) {
    const Access access({}, keys, clock);
    EXPECT_TRUE(admit(access, "AKIDROOT")->is_root);
    const auto session = admit(access, "ASIAFUNCTION", "secret", "eu-west-1", "token");
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_FALSE(session->is_root);
    EXPECT_FALSE(admit(access, "ASIAFUNCTION", "wrong", "eu-west-1", "token"));
    const Access any({.mode = AuthMode::Any}, keys, clock);
    EXPECT_TRUE(admit(any, "ASIAFUNCTION")->is_root) << "who is believed counts as root";
}

TEST_F(AccessTest, TheRegionFollowsTheScopeWhereRegionsAreKeptApart) {
    const Access single({.tenancy = Tenancy::Single}, keys, clock);
    EXPECT_EQ(admit(single, "AKIDROOT")->tenant.region, Region("us-east-1"));
    EXPECT_EQ(admit(single, "AKIDROOT")->signed_region, Region("eu-west-1"));
    const Access multi({.tenancy = Tenancy::Multi}, keys, clock);
    EXPECT_EQ(admit(multi, "AKIDROOT")->tenant.region, Region("eu-west-1"));
    EXPECT_FALSE(admit(multi, "AKIDROOT", "secret", "EU_west"));
}

TEST_F(AccessTest, SignaturesAreProved) {
    const Access access({}, keys, clock);
    EXPECT_EQ(admit(access, "AKIDROOT", "wrong").error().shape, &refusals::invalid_signature);
    EXPECT_EQ(admit(access, "222222222222").error().shape, &refusals::unrecognized_client);
}

TEST_F(AccessTest, OrBelievedWhereAnyWillDo) {
    const Access access({.mode = AuthMode::Any}, keys, clock);
    EXPECT_EQ(admit(access, "222222222222", "wrong")->tenant.account, AccountId("222222222222"));
    EXPECT_EQ(admit(access, "222222222222", "wrong")->principal, "arn:aws:iam::222222222222:root");
    EXPECT_EQ(admit(access, "test", "test")->tenant.account, AccountId(default_account));
    EXPECT_EQ(admit(access, "AKIDROOT", "wrong")->tenant.account, AccountId("111111111111"));
}

}  // namespace
}  // namespace gatehouse::api
