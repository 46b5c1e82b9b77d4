// For tests: IAM's records in memory, and whoever judges by them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "async/run_to_end.h"
#include "iam/access_judge.h"
#include "iam/identity_records.h"
#include "iam/managed_policy_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::iam {

inline const std::string allow_iot =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]})";

class IamFixture : public ::testing::Test {
protected:
    Identity user(const std::string& name, const std::string& path = "/") {
        return identities.create(tenant, {.name = {IdentityKind::User, name}, .path = path})
            .value();
    }
    AccessQuestion question(const std::string& principal, const std::string& action,
                            const std::string& resource) {
        return {.account = tenant.account,
                .principal = principal,
                .access_key_id = signature::AccessKeyId("AKIAUSER"),
                .service = action.substr(0, action.find(':')),
                .region = tenant.region,
                .action = action,
                .resources = {resource},
                .context = {}};
    }
    Verdict judge(const std::string& principal, const std::string& action,
                  const std::string& resource) {
        access.changed(tenant.account);
        return async::run_to_end(clock, access.judge(question(principal, action, resource)))
            .value();
    }

    const Tenant tenant{AccountId("111111111111"), Region("us-east-1")};
    const IdentityName alice{IdentityKind::User, "alice"};
    const std::string alice_arn = "arn:aws:iam::111111111111:user/alice";
    ManualClock clock;
    SystemRandom random;
    storage::MemoryResourceStore memory{clock};
    async::WorkerPool workers{{.name = "storage", .threads = 1}};
    storage::AsyncResourceStore store{memory, workers};
    const IdentityRecords::Parts identity_parts{clock, random};
    IdentityRecords identities{memory, identity_parts};
    const ManagedPolicyRecords::Parts policy_parts{clock, random};
    ManagedPolicyRecords policies{memory, policy_parts};
    KeyUses uses;
    AccessJudge access{store, clock, uses};
};

}  // namespace gatehouse::iam
