#include "api/iot/list_indices.h"

#include <algorithm>

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ListIndicesResponse>> ListIndices::handle(
    const Caller& caller, ListIndicesRequest request) const {
    const auto found =
        co_await configurations.run([&](indexing::IndexingConfigurationRecords& records) {
            return records.get(caller.tenant);
        });
    if (!found) co_return failure_of(found.error());
    std::vector<std::string> names;
    if (found->things.is_on()) names.emplace_back(indexing::things_index);
    if (found->groups.is_on) names.emplace_back(indexing::thing_groups_index);
    // A token is the name that the next page begins with.
    if (request.next_token) {
        const auto next = std::ranges::find(names, *request.next_token);
        if (next == names.end()) {
            co_return wire::fail_as(errors::invalid_request_exception, "Invalid nextToken");
        }
        names.erase(names.begin(), next);
    }
    const auto count = static_cast<std::size_t>(request.max_results.value_or(25));
    ListIndicesResponse response;
    if (names.size() > count) {
        response.next_token = names[count];
        names.resize(count);
    }
    response.index_names = std::move(names);
    co_return response;
}

}  // namespace gatehouse::api::iot
