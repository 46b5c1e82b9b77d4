#include "registry/device_setup_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/issue.h"
#include "registry/overtaken_store.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_record.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* document =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]})";

class DeviceSetupRecordsTest : public ::testing::Test {
protected:
    NewDevice device(const std::string& name) {
        return {.thing = ThingName(name),
                .policy = PolicyName(name + "-Policy"),
                .document = document,
                .certificate_pem = certificate()};
    }
    std::string certificate() {
        const WallTime now = clock_.wall_now();
        const certificates::Validity validity{now, now + std::chrono::days(9)};
        const auto authority =
            certificates::make_authority({.common_name = "test",
                                          .validity = validity,
                                          .purpose = certificates::Purpose::Client,
                                          .permitted_dns = {},
                                          .permitted_networks = {}},
                                         random_)
                .value();
        return certificates::issue(authority,
                                   {.common_name = "device",
                                    .names = {},
                                    .validity = validity,
                                    .purpose = certificates::Purpose::Client},
                                   certificates::NewKey::EcP256, random_)
            .value()
            .certificate_pem;
    }
    std::size_t records_in_store() {
        return memory_.count(tenant_, thing_kind).value() +
               memory_.count(tenant_, certificate_kind).value();
    }
    std::vector<std::string> principals(const std::string& name) {
        return ThingRecords(memory_, parts_.things)
            .principals_of(tenant_, ThingName(name), {.page_size = 10})
            .value()
            .items;
    }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    storage::MemoryResourceStore memory_{clock_};
    OvertakenStore store_{memory_};
    EventOutbox outbox_{clock_, random_};
    DeviceSetupRecords::Parts parts_{.things = {random_, outbox_},
                                     .certificates = {clock_, random_},
                                     .policies = {clock_, random_, {}}};
    DeviceSetupRecords records_{store_, parts_};
};

TEST_F(DeviceSetupRecordsTest, MakesAndTiesAll) {
    const auto made = records_.create(tenant_, device("pump"));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->thing_arn, "arn:aws:iot:us-east-1:000000000000:thing/pump");
    EXPECT_THAT(principals("pump"), ElementsAre(made->certificate_arn));
    PolicyRecords policies(memory_, parts_.policies);
    EXPECT_THAT(policies.targets_of(tenant_, PolicyName("pump-Policy"), {.page_size = 10})->items,
                ElementsAre(made->certificate_arn));
}

TEST_F(DeviceSetupRecordsTest, TellsOfTheThingThatItMade) {
    const EventSettingsRecords::Parts parts;
    EventSettingsRecords(memory_, parts).update(tenant_, {{"THING", true}}).value();
    records_.create(tenant_, device("pump")).value();
    const auto written = written_events(memory_, 10).value();
    ASSERT_EQ(written.events.size(), 1U);
    EXPECT_EQ(written.events.front().topic, "$aws/events/thing/pump/created");
}

TEST_F(DeviceSetupRecordsTest, LeavesNothingBehindWhereAPolicyHasTheName) {
    PolicyRecords(memory_, parts_.policies)
        .create(tenant_, PolicyName("pump-Policy"), document, {})
        .value();
    const auto made = records_.create(tenant_, device("pump"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().refusal, Refusal::ResourceAlreadyExists);
    EXPECT_THAT(made.error().message, HasSubstr("delete-policy --policy-name pump-Policy"));
    EXPECT_THAT(made.error().message, Not(HasSubstr("renew")));
    EXPECT_EQ(records_in_store(), 0u);
}

TEST_F(DeviceSetupRecordsTest, OfTwoAtOnceOneIsRefused) {
    bool is_overtaken = false;
    store_.before_apply = [&](storage::ResourceStore& store) {
        if (std::exchange(is_overtaken, true)) return;
        DeviceSetupRecords(store, parts_).create(tenant_, device("pump")).value();
    };
    const auto made = records_.create(tenant_, device("pump"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().refusal, Refusal::ResourceAlreadyExists);
    EXPECT_THAT(made.error().message, HasSubstr("there is a thing pump already"));
    EXPECT_EQ(records_in_store(), 2u);
}

TEST_F(DeviceSetupRecordsTest, RenewsWithAFurtherCertificate) {
    const auto first = records_.create(tenant_, device("pump")).value();
    const auto second = records_.renew(tenant_, device("pump"));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_THAT(second->earlier_certificates, ElementsAre(first.certificate_arn));
    EXPECT_EQ(principals("pump").size(), 2u);
}

TEST_F(DeviceSetupRecordsTest, RenewsAThingThatHasNoPolicyYet) {
    ThingRecords(memory_, parts_.things).create(tenant_, {.name = ThingName("pump")}).value();
    ASSERT_TRUE(records_.renew(tenant_, device("pump")));
    EXPECT_TRUE(PolicyRecords(memory_, parts_.policies).get(tenant_, PolicyName("pump-Policy")));
}

TEST_F(DeviceSetupRecordsTest, RenewsNothingThatIsNotThere) {
    const auto renewed = records_.renew(tenant_, device("pump"));
    ASSERT_FALSE(renewed);
    EXPECT_EQ(renewed.error().refusal, Refusal::ResourceNotFound);
    EXPECT_EQ(records_in_store(), 0u);
}

}  // namespace
}  // namespace gatehouse::registry
