#include "api/acm/tag_operations.h"

#include <utility>

#include "api/acm/certificate_shapes.h"
#include "api/acm/errors.h"

namespace gatehouse::api::acm {

using registry::ImportedCertificateRecords;

async::Task<wire::Outcome<AddTagsToCertificateResponse>> AddTagsToCertificate::handle(
    const Caller& caller, AddTagsToCertificateRequest request) const {
    const registry::Texts tags = texts_of(request.tags);
    const auto added = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.add_tags(caller.tenant, request.certificate_arn, tags);
    });
    if (!added) co_return failure_of(added.error());
    co_return AddTagsToCertificateResponse();
}

async::Task<wire::Outcome<ListTagsForCertificateResponse>> ListTagsForCertificate::handle(
    const Caller& caller, ListTagsForCertificateRequest request) const {
    const auto found = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.describe(caller.tenant, request.certificate_arn);
    });
    if (!found) co_return failure_of(found.error());
    co_return ListTagsForCertificateResponse{.tags = tags_of(found->certificate.tags)};
}

async::Task<wire::Outcome<RemoveTagsFromCertificateResponse>> RemoveTagsFromCertificate::handle(
    const Caller& caller, RemoveTagsFromCertificateRequest request) const {
    std::vector<std::pair<std::string, std::string>> tags;
    for (const Tag& tag : request.tags) tags.emplace_back(tag.key, tag.value.value_or(""));
    const auto removed = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.remove_tags(caller.tenant, request.certificate_arn, tags);
    });
    if (!removed) co_return failure_of(removed.error());
    co_return RemoveTagsFromCertificateResponse();
}

}  // namespace gatehouse::api::acm
