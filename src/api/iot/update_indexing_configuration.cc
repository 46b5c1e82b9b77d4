#include "api/iot/update_indexing_configuration.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateIndexingConfigurationResponse>> UpdateIndexingConfiguration::handle(
    const Caller& caller, UpdateIndexingConfigurationRequest request) const {
    std::optional<indexing::ThingIndexing> things;
    if (request.thing_indexing_configuration) {
        things = indexing_of(std::move(*request.thing_indexing_configuration));
    }
    std::optional<indexing::ThingGroupIndexing> groups;
    if (request.thing_group_indexing_configuration) {
        groups = indexing_of(std::move(*request.thing_group_indexing_configuration));
    }
    const auto updated =
        co_await configurations.run([&](indexing::IndexingConfigurationRecords& records) {
            return records.update(caller.tenant, things, groups);
        });
    if (!updated) co_return failure_of(updated.error());
    co_return UpdateIndexingConfigurationResponse();
}

}  // namespace gatehouse::api::iot
