#include "server/device/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server::device {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view trace_id = "0e8f2b1c-33d4-4c55-9a66-778899aabbcc";

ConnectPlan plan() {
    ConnectPlan plan;
    plan.target = {"localhost", 9443, true, "mqtt", "/ca.crt", true};
    plan.client_id = "basicPubSub";
    return plan;
}

TEST(Advice, FindsTheTraceIdInWhatTheServerSays) {
    EXPECT_EQ(find_trace_id("CONNACK:Client is not authorized:" + std::string(trace_id)), trace_id);
    EXPECT_EQ(find_trace_id(trace_id), trace_id);
    EXPECT_EQ(find_trace_id("no trace id here, only a text that is long enough"), std::nullopt);
    EXPECT_EQ(find_trace_id(""), std::nullopt);
}

TEST(Advice, LeadsFromARefusalToItsTrace) {
    const ConnectPlan connect = plan();
    const Ending ending{
        EndKind::Refused, {false, "not authorized (0x87)", "no:" + std::string(trace_id)}, {}};
    EXPECT_THAT(explain(ending, {connect}),
                AllOf(HasSubstr("refused by localhost:9443: not authorized (0x87)\n"),
                      HasSubstr("the server says:    no:" + std::string(trace_id)),
                      HasSubstr("gatehouse explain " + std::string(trace_id)),
                      HasSubstr("gatehouse logs tail")));
}

TEST(Advice, LeadsToTheClientsTraceWhenThereIsNoReason) {
    const ConnectPlan connect = plan();
    const Ending ending{EndKind::Refused, {false, "not authorized (return code 5)", ""}, {}};
    EXPECT_THAT(explain(ending, {connect}),
                AllOf(HasSubstr("gatehouse authorizer trace --client-id basicPubSub"),
                      Not(HasSubstr("the server says"))));
}

TEST(Advice, NamesTheLikelyReasonsOfASilentClose) {
    const ConnectPlan connect = plan();
    const Ending ending{EndKind::HungUp, {}, "eof"};
    EXPECT_THAT(explain(ending, {connect, true}),
                AllOf(HasSubstr("without an answer (eof)"), HasSubstr("of that name is ACTIVE"),
                      HasSubstr("iot:Connect on client/basicPubSub"), HasSubstr("'mqtt'")));
    EXPECT_THAT(explain(ending, {connect, false}), HasSubstr("no authorizer was named"));
}

TEST(Advice, SaysWhatACertificateHasToProve) {
    const ConnectPlan connect = plan();
    EXPECT_THAT(explain({EndKind::Untrusted, {}, "verify failed"}, {connect}),
                AllOf(HasSubstr("name 'localhost'"), HasSubstr("the CA in /ca.crt")));
}

TEST(Advice, NamesTheTopicOfARefusedMessage) {
    const ConnectPlan connect = plan();
    EXPECT_THAT(explain({EndKind::Lost, {}, "reset"}, {connect, true, "test/topic"}),
                AllOf(HasSubstr("see topic test/topic"), HasSubstr("another device connected")));
    EXPECT_THAT(explain_refusal("PUBLISH of #1", {false, "not authorized (0x87)", ""}, {connect}),
                HasSubstr("PUBLISH of #1 refused by the server: not authorized (0x87)"));
    EXPECT_EQ(explain({EndKind::Done, {}, {}}, {connect}), "");
}

}  // namespace
}  // namespace gatehouse::server::device
