#include "api/iot/get_percentiles.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetPercentilesResponse>> GetPercentiles::handle(
    const Caller& caller, GetPercentilesRequest request) const {
    const auto question = question_of(request.index_name, request.query_version,
                                      request.query_string, std::move(request.aggregation_field));
    if (!question) co_return std::unexpected(question.error());
    const std::vector<double> percents =
        std::move(request.percents).value_or(std::vector<double>{1, 5, 25, 50, 75, 95, 99});
    if (const auto checked = check_percents(percents); !checked) {
        co_return std::unexpected(checked.error());
    }
    using Percentiles = std::vector<indexing::Percentile>;
    const auto found =
        co_await index.ask([&](indexing::Indexes& indexes) -> registry::Outcome<Percentiles> {
            const auto numbers = indexes.aggregate(caller.tenant, *question);
            if (!numbers) return registry::refuse(numbers.error());
            if (numbers->type() == indexing::FieldType::String) {
                return registry::refuse(registry::Refusal::InvalidAggregation,
                                        "texts have no percentiles", "aggregationField");
            }
            return numbers->percentiles(percents);
        });
    if (!found) co_return failure_of(found.error());
    GetPercentilesResponse response{.percentiles = std::vector<PercentPair>()};
    for (const auto& [percent, value] : *found) {
        response.percentiles->push_back({.percent = percent, .value = value});
    }
    co_return response;
}

}  // namespace gatehouse::api::iot
