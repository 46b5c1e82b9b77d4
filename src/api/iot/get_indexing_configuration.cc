#include "api/iot/get_indexing_configuration.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetIndexingConfigurationResponse>> GetIndexingConfiguration::handle(
    const Caller& caller, GetIndexingConfigurationRequest request) const {
    (void)request;
    const auto found =
        co_await configurations.run([&](indexing::IndexingConfigurationRecords& records) {
            return records.get(caller.tenant);
        });
    if (!found) co_return failure_of(found.error());
    co_return GetIndexingConfigurationResponse{
        .thing_indexing_configuration = shape_of(found->things),
        .thing_group_indexing_configuration = shape_of(found->groups)};
}

}  // namespace gatehouse::api::iot
