#include "broker/registration_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_broker.h"

namespace gatehouse::broker {
namespace {

TEST(RegistrationEvent, HasTheDocumentedTopicAndFields) {
    TestBroker broker;
    FakeClient watcher(broker, "watcher");
    watcher.connect().subscribe("$aws/events/certificates/registered/#").value();
    publish_registration(broker.broker->shard(0),
                         {.tenant = {},
                          .certificate_id = "c1",
                          .ca_certificate_id = "ca1",
                          .registered = WallTime(std::chrono::milliseconds(1000))},
                         WallTime(std::chrono::milliseconds(2000)));
    EXPECT_THAT(watcher.take(),
                testing::ElementsAre(Received{
                    .topic = "$aws/events/certificates/registered/ca1",
                    .payload = R"({"certificateId":"c1","caCertificateId":"ca1",)"
                               R"("timestamp":2000,"certificateStatus":"PENDING_ACTIVATION",)"
                               R"("awsAccountId":"000000000000",)"
                               R"("certificateRegistrationTimestamp":"1000"})"}));
}

}  // namespace
}  // namespace gatehouse::broker
