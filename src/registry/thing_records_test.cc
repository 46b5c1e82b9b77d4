#include "registry/thing_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/certificate_records.h"
#include "registry/overtaken_store.h"
#include "registry/registered_certificate_record.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::HasSubstr;

class ThingRecordsTest : public ::testing::Test {
protected:
    ThingRecordsTest() {
        for (const ThingName& name : {lamp_, switch_})
            records_.create(tenant_, {.name = name}).value();
    }
    static PolicyTarget identity() {
        return parse_principal({AccountId("000000000000"), Region("us-east-1")},
                               "us-east-1:11111111-2222-3333-4444-555555555555")
            .value();
    }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    const ThingName lamp_{"lamp"};
    const ThingName switch_{"switch"};
    ManualClock clock_;
    SystemRandom random_;
    storage::MemoryResourceStore memory_{clock_};
    OvertakenStore store_{memory_};
    EventOutbox outbox_{clock_, random_};
    ThingRecords::Parts parts_{random_, outbox_};
    ThingRecords records_{store_, parts_};
};

TEST_F(ThingRecordsTest, APrincipalIsExclusivelyOneThingsWhoeverIsFaster) {
    for (const auto others : {PrincipalTie::Exclusive, PrincipalTie::NonExclusive}) {
        bool is_overtaken = false;
        store_.before_apply = [&](storage::ResourceStore& store) {
            if (std::exchange(is_overtaken, true)) return;
            ThingRecords(store, parts_).attach(tenant_, switch_, identity(), others).value();
        };
        const auto attached = records_.attach(tenant_, lamp_, identity(), PrincipalTie::Exclusive);
        ASSERT_FALSE(attached);
        EXPECT_EQ(attached.error().refusal, Refusal::InvalidRequest);
        EXPECT_THAT(attached.error().message, HasSubstr("thing switch"));
        ASSERT_TRUE(is_overtaken);
        records_.detach(tenant_, switch_, identity()).value();
    }
}

TEST_F(ThingRecordsTest, AThingThatGoesMeanwhileIsMissed) {
    bool is_overtaken = false;
    store_.before_apply = [&](storage::ResourceStore& store) {
        if (std::exchange(is_overtaken, true)) return;
        ThingRecords(store, parts_).remove(tenant_, lamp_, std::nullopt).value();
    };
    const auto changed = records_.update(tenant_, lamp_, {.attributes = Texts{{"a", "b"}}});
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().refusal, Refusal::ResourceNotFound);
}

TEST(RegisteredCertificateRecord, TimesBefore1970ReadBack) {
    const RegisteredCertificate certificate{
        .tenant = {AccountId("000000000000"), Region("us-east-1")},
        .id = CertificateId(std::string(64, 'a')),
        .pem = "pem",
        .generation_id = "g",
        .not_before = WallTime(std::chrono::milliseconds(-86'400'000)),
        .not_after = WallTime(std::chrono::milliseconds(1))};
    const auto read = decode_certificate(
        {.key = key_of(certificate.tenant, certificate.id), .body = encode(certificate)});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, certificate);
}

}  // namespace
}  // namespace gatehouse::registry
