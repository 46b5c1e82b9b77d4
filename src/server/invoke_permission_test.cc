#include "server/invoke_permission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr IotInvoke call{.function_name = "auth",
                         .function_arn = "arn:aws:lambda:us-east-1:000000000000:function:auth",
                         .source_arn = "arn:aws:iot:us-east-1:000000000000:authorizer/Door",
                         .account = "000000000000"};

std::string policy_for(std::string_view service) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" +
           std::string(service) + R"("},"Action":"lambda:InvokeFunction","Resource":")" +
           std::string(call.function_arn) + R"("}]})";
}

TEST(MissingInvokePermission, IsNothingWhereThePolicyPermits) {
    EXPECT_EQ(missing_invoke_permission(policy_for("iot.amazonaws.com"), call), std::nullopt);
}

TEST(MissingInvokePermission, NamesTheCommandThatMendsIt) {
    for (const std::string& policy : {std::string(), policy_for("events.amazonaws.com")}) {
        EXPECT_THAT(missing_invoke_permission(policy, call),
                    Optional(HasSubstr("does not permit iot.amazonaws.com to invoke it. Permit it "
                                       "with: aws lambda add-permission")));
    }
}

TEST(MissingInvokePermission, TellsOfAPolicyThatCannotBeRead) {
    EXPECT_THAT(missing_invoke_permission("{", call), Optional(HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace gatehouse::server
