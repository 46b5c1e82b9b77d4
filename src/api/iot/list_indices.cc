#include "api/iot/list_indices.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListIndicesResponse>> ListIndices::handle(
    const Caller& caller, ListIndicesRequest request) const {
    (void)request;  // two of them fit every page
    const auto found =
        co_await configurations.run([&](indexing::IndexingConfigurationRecords& records) {
            return records.get(caller.tenant);
        });
    if (!found) co_return failure_of(found.error());
    std::vector<std::string> names;
    if (found->things.is_on()) names.emplace_back(indexing::things_index);
    if (found->groups.is_on) names.emplace_back(indexing::thing_groups_index);
    co_return ListIndicesResponse{.index_names = std::move(names)};
}

}  // namespace gatehouse::api::iot
