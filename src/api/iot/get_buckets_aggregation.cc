#include "api/iot/get_buckets_aggregation.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetBucketsAggregationResponse>> GetBucketsAggregation::handle(
    const Caller& caller, GetBucketsAggregationRequest request) const {
    constexpr std::size_t usual_buckets = 10;
    const auto question = question_of(request.index_name, request.query_version,
                                      request.query_string, std::move(request.aggregation_field));
    if (!question) co_return std::unexpected(question.error());
    std::size_t most = usual_buckets;
    if (const auto& terms = request.buckets_aggregation_type.terms_aggregation;
        terms && terms->max_buckets) {
        most = static_cast<std::size_t>(*terms->max_buckets);
    }
    const auto found =
        co_await index.ask([&](indexing::Indexes& indexes) -> registry::Outcome<indexing::Buckets> {
            const auto values = indexes.aggregate(caller.tenant, *question);
            if (!values) return registry::refuse(values.error());
            return values->buckets(most);
        });
    if (!found) co_return failure_of(found.error());
    GetBucketsAggregationResponse response{.total_count = static_cast<std::int32_t>(found->total),
                                           .buckets = std::vector<Bucket>()};
    for (const auto& [key, count] : found->buckets) {
        response.buckets->push_back({.key_value = key, .count = static_cast<std::int32_t>(count)});
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
