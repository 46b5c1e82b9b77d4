#include "api/iot/describe_index.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeIndexResponse>> DescribeIndex::handle(
    const Caller& caller, DescribeIndexRequest request) const {
    const auto name = index_named(request.index_name);
    if (!name) co_return std::unexpected(name.error());
    const auto found =
        co_await configurations.run([&](indexing::IndexingConfigurationRecords& records) {
            return records.get(caller.tenant);
        });
    if (!found) co_return failure_of(found.error());
    co_return DescribeIndexResponse{.index_name = std::move(request.index_name),
                                    .index_status = shape_of(index.state_of(caller.tenant)),
                                    .schema = std::string(indexing::schema_of(*found, *name))};
}

}  // namespace gatehouse::api::iot
