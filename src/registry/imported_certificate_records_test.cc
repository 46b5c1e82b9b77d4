#include "registry/imported_certificate_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/domain_samples.h"
#include "registry/imported_certificate_record.h"
#include "storage/memory_resource_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

const Tenant importer{AccountId("123456789012"), Region("us-east-1")};
const Tenant neighbour{AccountId("210987654321"), Region("us-east-1")};

struct ImportedCertificates : ::testing::Test {
    ManualClock clock{SystemClock().wall_now()};
    SystemRandom random;
    storage::ScratchDir folder;
    std::unique_ptr<storage::SecretBox> box =
        storage::SecretBox::open_key_file(folder.path() / "key", random).value();
    storage::MemoryResourceStore store{clock};
    ImportedCertificateRecords records{store, {*box, clock, random}};
};

TEST_F(ImportedCertificates, TheKeyIsSealedAndOpensForItself) {
    const auto import = sample_import();
    const auto made = records.import(importer, "", import).value();
    const auto record = store.get(key_of(importer, made.id)).value();
    EXPECT_THAT(record.body, Not(HasSubstr("PRIVATE KEY")));
    EXPECT_TRUE(records.identity(importer, made.id));
    EXPECT_EQ(records.identity(neighbour, made.id).error().refusal, Refusal::ResourceNotFound);
}

TEST_F(ImportedCertificates, AreImportedAgainInTheirPlace) {
    const auto made = records.import(importer, "", sample_import()).value();
    records.add_tags(importer, made.arn(), {{"team", "a"}}).value();
    const auto second = sample_import();
    EXPECT_EQ(records.import(importer, made.arn(), second).value().arn(), made.arn());
    const auto found = records.describe(importer, made.arn()).value().certificate;
    EXPECT_EQ(found.certificate_pem, second.certificate_pem);
    EXPECT_EQ(found.tags, (Texts{{"team", "a"}}));
    EXPECT_EQ(records.import(importer, "arn:aws:acm:us-east-1:123456789012:certificate/x", second)
                  .error()
                  .refusal,
              Refusal::ResourceNotFound);
    EXPECT_EQ(records.import(neighbour, made.arn(), second).error().refusal,
              Refusal::InvalidRequest);
}

TEST_F(ImportedCertificates, WhatTlsCouldNotShowIsRefused) {
    const auto refusal = [&](const CertificateImport& wanted) {
        const auto imported = records.import(importer, "", wanted);
        return imported ? Refusal::InternalFailure : imported.error().refusal;
    };
    CertificateImport wanted = sample_import();
    wanted.private_key_pem = sample_import().private_key_pem;
    EXPECT_EQ(refusal(wanted), Refusal::CertificateValidation) << "another's key";
    wanted = sample_import();
    wanted.certificate_pem = "no certificate";
    EXPECT_EQ(refusal(wanted), Refusal::CertificateValidation);
    wanted = sample_import();
    wanted.chain_pem = "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n";
    EXPECT_EQ(refusal(wanted), Refusal::CertificateValidation);
    wanted = sample_import();
    clock.advance(std::chrono::hours(2));
    EXPECT_EQ(refusal(wanted), Refusal::CertificateValidation) << "it has run out";
}

TEST_F(ImportedCertificates, TagsAreTakenAwayByKeyOrByBoth) {
    CertificateImport wanted = sample_import();
    wanted.tags = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
    const auto made = records.import(importer, "", wanted).value();
    records.remove_tags(importer, made.arn(), {{"a", ""}, {"b", "other"}, {"c", "3"}}).value();
    EXPECT_EQ(records.describe(importer, made.arn()).value().certificate.tags, (Texts{{"b", "2"}}));
}

}  // namespace
}  // namespace gatehouse::registry
