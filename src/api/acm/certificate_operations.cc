#include "api/acm/certificate_operations.h"

#include <algorithm>
#include <utility>

#include "api/acm/certificate_shapes.h"
#include "api/acm/errors.h"
#include "base/bytes.h"

namespace gatehouse::api::acm {
namespace {

using registry::ImportedCertificateRecords;

constexpr std::size_t page_size_max = 250;  // of the registry's listings

template <class Value>
bool is_among(const std::optional<std::vector<Value>>& wanted, const std::optional<Value>& value) {
    if (!wanted || wanted->empty()) return true;
    return value && std::ranges::find(*wanted, *value) != wanted->end();
}

bool is_wanted(const ListCertificatesRequest& request, const CertificateSummary& summary) {
    if (!is_among(request.certificate_statuses, summary.status)) return false;
    return !request.includes || is_among(request.includes->key_types, summary.key_algorithm);
}

}  // namespace

async::Task<wire::Outcome<ImportCertificateResponse>> ImportCertificate::handle(
    const Caller& caller, ImportCertificateRequest request) const {
    const registry::CertificateImport wanted{
        .certificate_pem = std::string(text_of(request.certificate)),
        .chain_pem = request.certificate_chain ? std::string(text_of(*request.certificate_chain))
                                               : std::string(),
        .private_key_pem = std::string(text_of(request.private_key)),
        .tags = texts_of(request.tags)};
    const std::string arn = request.certificate_arn.value_or("");
    const auto imported = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.import(caller.tenant, arn, wanted);
    });
    if (!imported) co_return failure_of(imported.error());
    co_return ImportCertificateResponse{.certificate_arn = imported->arn()};
}

async::Task<wire::Outcome<DescribeCertificateResponse>> DescribeCertificate::handle(
    const Caller& caller, DescribeCertificateRequest request) const {
    const auto found = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.describe(caller.tenant, request.certificate_arn);
    });
    if (!found) co_return failure_of(found.error());
    co_return DescribeCertificateResponse{.certificate = detail_of(*found, clock.wall_now())};
}

async::Task<wire::Outcome<GetCertificateResponse>> GetCertificate::handle(
    const Caller& caller, GetCertificateRequest request) const {
    const auto found = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.describe(caller.tenant, request.certificate_arn);
    });
    if (!found) co_return failure_of(found.error());
    const registry::ImportedCertificate& certificate = found->certificate;
    GetCertificateResponse response{.certificate = certificate.certificate_pem};
    if (!certificate.chain_pem.empty()) response.certificate_chain = certificate.chain_pem;
    co_return response;
}

async::Task<wire::Outcome<DeleteCertificateResponse>> DeleteCertificate::handle(
    const Caller& caller, DeleteCertificateRequest request) const {
    const auto deleted = co_await certificates.run([&](ImportedCertificateRecords& records) {
        return records.remove(caller.tenant, request.certificate_arn);
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteCertificateResponse();
}

async::Task<wire::Outcome<ListCertificatesResponse>> ListCertificates::handle(
    const Caller& caller, ListCertificatesRequest request) const {
    const registry::Listing listing{
        .page_size = std::min(static_cast<std::size_t>(request.max_items.value_or(page_size_max)),
                              page_size_max),
        .marker = request.next_token.value_or("")};
    const auto page = co_await certificates.run(
        [&](ImportedCertificateRecords& records) { return records.list(caller.tenant, listing); });
    if (!page) co_return failure_of(page.error());
    ListCertificatesResponse response{.certificate_summary_list =
                                          std::vector<CertificateSummary>()};
    for (const registry::ImportedCertificate& certificate : page->items) {
        auto summary = summary_of(certificate, clock.wall_now());
        if (is_wanted(request, summary)) {
            response.certificate_summary_list->push_back(std::move(summary));
        }
    }
    if (!page->next_marker.empty()) response.next_token = page->next_marker;
    co_return response;
}

}  // namespace gatehouse::api::acm
