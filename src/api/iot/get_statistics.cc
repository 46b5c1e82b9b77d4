#include "api/iot/get_statistics.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetStatisticsResponse>> GetStatistics::handle(
    const Caller& caller, GetStatisticsRequest request) const {
    const auto question = question_of(request.index_name, request.query_version,
                                      request.query_string, std::move(request.aggregation_field));
    if (!question) co_return std::unexpected(question.error());
    const auto statistics =
        co_await index.ask([&](indexing::Indexes& indexes) -> registry::Outcome<Statistics> {
            const auto found = indexes.aggregate(caller.tenant, *question);
            if (!found) return registry::refuse(found.error());
            return shape_of(found->statistics());
        });
    if (!statistics) co_return failure_of(statistics.error());
    co_return GetStatisticsResponse{.statistics = *statistics};
}

}  // namespace gatehouse::api::iot
