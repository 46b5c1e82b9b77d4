#include "api/iot/certificate_providers.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"
#include "api/iot/listing_shapes.h"

namespace gatehouse::api::iot {
namespace {

// There is one operation to sign for.
std::vector<std::string> operations_of(const std::vector<CertificateProviderOperation>& wanted) {
    return std::vector<std::string>(wanted.size(), "CreateCertificateFromCsr");
}

}  // namespace

async::Task<wire::Outcome<CreateCertificateProviderResponse>> CreateCertificateProvider::handle(
    const Caller& caller, CreateCertificateProviderRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    const registry::NewCertificateProvider wanted{
        .name = registry::CertificateProviderName(std::move(request.certificate_provider_name)),
        .function_arn = std::move(request.lambda_function_arn),
        .operations = operations_of(request.account_default_for_operations),
        .tags = std::move(*tags),
        .client_token = request.client_token.value_or("")};
    const auto made = co_await providers.run([&](registry::CertificateProviderRecords& records) {
        return records.create(caller.tenant, wanted);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreateCertificateProviderResponse{.certificate_provider_name = made->name.value(),
                                                .certificate_provider_arn = made->arn()};
}

async::Task<wire::Outcome<DeleteCertificateProviderResponse>> DeleteCertificateProvider::handle(
    const Caller& caller, DeleteCertificateProviderRequest request) const {
    const registry::CertificateProviderName name(std::move(request.certificate_provider_name));
    const auto deleted = co_await providers.run([&](registry::CertificateProviderRecords& records) {
        return records.remove(caller.tenant, name);
    });
    if (!deleted) co_return failure_of(deleted.error());
    co_return DeleteCertificateProviderResponse();
}

async::Task<wire::Outcome<DescribeCertificateProviderResponse>> DescribeCertificateProvider::handle(
    const Caller& caller, DescribeCertificateProviderRequest request) const {
    const registry::CertificateProviderName name(std::move(request.certificate_provider_name));
    const auto found = co_await providers.run([&](registry::CertificateProviderRecords& records) {
        return records.describe(caller.tenant, name);
    });
    if (!found) co_return failure_of(found.error());
    co_return DescribeCertificateProviderResponse{
        .certificate_provider_name = found->name.value(),
        .certificate_provider_arn = found->arn(),
        .lambda_function_arn = found->function_arn,
        .account_default_for_operations = std::vector<CertificateProviderOperation>(
            found->operations.size(), CertificateProviderOperation::CreateCertificateFromCsr),
        .creation_date = found->created,
        .last_modified_date = found->modified};
}

async::Task<wire::Outcome<ListCertificateProvidersResponse>> ListCertificateProviders::handle(
    const Caller& caller, ListCertificateProvidersRequest request) const {
    const auto listing = listing_of(std::nullopt, request.next_token, request.ascending_order);
    auto page = co_await providers.run([&](registry::CertificateProviderRecords& records) {
        return records.list(caller.tenant, listing);
    });
    if (!page) co_return failure_of(page.error());
    ListCertificateProvidersResponse response{.certificate_providers =
                                                  std::vector<CertificateProviderSummary>()};
    for (const registry::CertificateProvider& provider : page->items) {
        response.certificate_providers->push_back(
            {.certificate_provider_name = provider.name.value(),
             .certificate_provider_arn = provider.arn()});
    }
    set_marker(response.next_token, page->next_marker);
    co_return response;
}

async::Task<wire::Outcome<UpdateCertificateProviderResponse>> UpdateCertificateProvider::handle(
    const Caller& caller, UpdateCertificateProviderRequest request) const {
    const registry::CertificateProviderName name(std::move(request.certificate_provider_name));
    registry::CertificateProviderChange change{
        .function_arn = std::move(request.lambda_function_arn), .operations = {}};
    if (const auto& operations = request.account_default_for_operations) {
        change.operations = operations_of(*operations);
    }
    const auto changed = co_await providers.run([&](registry::CertificateProviderRecords& records) {
        return records.update(caller.tenant, name, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateCertificateProviderResponse{.certificate_provider_name = changed->name.value(),
                                                .certificate_provider_arn = changed->arn()};
}

}  // namespace gatehouse::api::iot
