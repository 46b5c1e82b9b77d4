#include "registry/identity_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "registry/certificate_records.h"
#include "registry/membership_records.h"
#include "registry/policy_records.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_group_records.h"
#include "registry/thing_records.h"
#include "storage/memory_resource_store.h"
#include "storage/observed_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view policy_text =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}})";

// The registry on a store that is watched; told() is what was told of everything done so far.
class IdentityWatchTest : public ::testing::Test {
protected:
    IdentityWatchTest() {
        watch_.on_affected([this](const AffectedClients& affected) {
            const std::scoped_lock lock(mutex_);
            for (const auto& id : affected.certificates) told_.certificates.push_back(id);
            for (const auto& id : affected.client_ids) told_.client_ids.push_back(id);
            told_.is_everyone = told_.is_everyone || affected.is_everyone;
        });
        const auto text = encode(RegisteredCertificate{.tenant = tenant_,
                                                       .id = certificate_,
                                                       .status = CertificateStatus::Active,
                                                       .pem = "pem",
                                                       .generation_id = "1"});
        memory_.apply(storage::Batch().put(key_of(tenant_, certificate_), text)).value();
        things_.create(tenant_, {.name = lamp_}).value();
        groups_.create(tenant_, {.name = plant_}).value();
        groups_.create(tenant_, {.name = line_, .parent = plant_}).value();
        policies_.create(tenant_, policy_, std::string(policy_text), {}).value();
        told();
    }
    ~IdentityWatchTest() override { watch_.on_affected(nullptr); }

    AffectedClients told() {
        // The pool has one thread: what is queued behind the watch's work comes after it.
        bool is_done = false;
        std::condition_variable done;
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(workers_.post([&] {
            const std::scoped_lock inner(mutex_);
            is_done = true;
            done.notify_one();
        }));
        done.wait(lock, [&] { return is_done; });
        return std::exchange(told_, {});
    }
    PolicyTarget principal() const {
        return parse_principal(tenant_, arn_of(tenant_, certificate_)).value();
    }
    PolicyTarget group(const ThingGroupName& name) const {
        return parse_policy_target(tenant_, arn_of(tenant_, name)).value();
    }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    const CertificateId certificate_{std::string(64, 'a')};
    const ThingName lamp_{"lamp"};
    const ThingGroupName plant_{"plant"};
    const ThingGroupName line_{"line"};
    const PolicyName policy_{"Everything"};
    ManualClock clock_;
    SystemRandom random_;
    storage::MemoryResourceStore memory_{clock_};
    std::mutex mutex_;
    AffectedClients told_;
    async::WorkerPool workers_{{.name = "watch-test", .threads = 1}};
    IdentityWatch watch_{memory_, workers_};
    storage::ObservedResourceStore store_{memory_,
                                          [this](const auto& batch) { watch_.note(batch); }};
    CertificateRecords::Parts certificate_parts_{clock_, random_};
    CertificateRecords certificates_{store_, certificate_parts_};
    PolicyRecords::Parts policy_parts_{clock_, random_, {}};
    PolicyRecords policies_{store_, policy_parts_};
    EventOutbox outbox_{clock_, random_};
    ThingRecords::Parts thing_parts_{random_, outbox_};
    ThingRecords things_{store_, thing_parts_};
    ThingGroupRecords::Parts group_parts_{random_, outbox_};
    ThingGroupRecords groups_{store_, group_parts_};
    MembershipRecords::Parts membership_parts_{outbox_};
    MembershipRecords memberships_{store_, membership_parts_};
};

TEST_F(IdentityWatchTest, ACertificateConcernsThoseThatPresentIt) {
    certificates_.set_status(tenant_, certificate_, CertificateStatus::Revoked).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
    certificates_.remove(tenant_, certificate_, Deletion::Careful).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
}

TEST_F(IdentityWatchTest, APolicyConcernsThoseItIsAttachedTo) {
    policies_.attach(tenant_, policy_, principal()).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
    policies_.create_version(tenant_, policy_, std::string(policy_text), SetAsDefault::Yes).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
    policies_.detach(tenant_, policy_, principal()).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
    policies_.create_version(tenant_, policy_, std::string(policy_text), SetAsDefault::Yes).value();
    EXPECT_THAT(told(), AffectedClients());
}

TEST_F(IdentityWatchTest, AGroupsPolicyConcernsItsThingsAndThoseOfTheGroupsBelow) {
    memberships_.change(tenant_, lamp_, {.join = {line_}}).value();
    EXPECT_THAT(told().client_ids, ElementsAre("lamp"));
    policies_.attach(tenant_, policy_, group(plant_)).value();
    EXPECT_THAT(told().client_ids, ElementsAre("lamp"));
    policies_.create_version(tenant_, policy_, std::string(policy_text), SetAsDefault::Yes).value();
    EXPECT_THAT(told().client_ids, ElementsAre("lamp"));
    groups_.remove(tenant_, line_, std::nullopt).value();
    EXPECT_THAT(told().client_ids, ElementsAre("lamp"));
    policies_.detach(tenant_, policy_, group(plant_)).value();
    EXPECT_THAT(told().client_ids, IsEmpty());
}

TEST_F(IdentityWatchTest, AThingConcernsWhoIsCalledSoAndItsOwnCertificates) {
    things_.attach(tenant_, lamp_, principal(), PrincipalTie::NonExclusive).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
    things_.update(tenant_, lamp_, {.attributes = Texts{{"colour", "red"}}}).value();
    auto affected = told();
    EXPECT_THAT(affected.client_ids, ElementsAre("lamp"));
    EXPECT_THAT(affected.certificates, IsEmpty());
    things_.detach(tenant_, lamp_, principal()).value();
    EXPECT_THAT(told().certificates, ElementsAre(certificate_));
    things_.attach(tenant_, lamp_, principal(), PrincipalTie::Exclusive).value();
    told();
    things_.update(tenant_, lamp_, {.attributes = Texts{{"colour", "blue"}}}).value();
    affected = told();
    EXPECT_THAT(affected.client_ids, ElementsAre("lamp"));
    EXPECT_THAT(affected.certificates, ElementsAre(certificate_));
}

TEST_F(IdentityWatchTest, WhatConcernsVeryManyConcernsEveryone) {
    storage::Batch batch;
    for (int i = 0; i < 10'000; ++i) {
        batch.change(storage::AddLink{
            {tenant_, storage::Relation("thing-group-thing"), "plant", std::to_string(i)}});
    }
    memory_.apply(batch).value();
    policies_.attach(tenant_, policy_, group(plant_)).value();
    EXPECT_TRUE(told().is_everyone);
}

TEST_F(IdentityWatchTest, OtherRecordsConcernNobody) {
    EXPECT_THAT(
        changed_subjects(storage::Batch().put({tenant_, storage::Kind("authorizer"), "a"}, "{}")),
        IsEmpty());
    groups_.create(tenant_, {.name = ThingGroupName("empty")}).value();
    EXPECT_THAT(told(), AffectedClients());
}

TEST_F(IdentityWatchTest, TenantsAreToldOfApart) {
    const Tenant other{AccountId("111111111111"), Region("us-east-1")};
    const ChangedSubject ours{tenant_, ChangedSubject::Kind::Thing, "lamp"};
    const ChangedSubject theirs{other, ChangedSubject::Kind::Thing, "lamp"};
    const auto subjects = changed_subjects(storage::Batch()
                                               .put({tenant_, storage::Kind("thing"), "lamp"}, "{}")
                                               .put({other, storage::Kind("thing"), "lamp"}, "{}"));
    EXPECT_THAT(subjects, ElementsAre(ours, theirs));
}

}  // namespace
}  // namespace gatehouse::registry
