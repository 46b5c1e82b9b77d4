#include "api/iot/get_cardinality.h"

#include "api/iot/errors.h"
#include "api/iot/index_shapes.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<GetCardinalityResponse>> GetCardinality::handle(
    const Caller& caller, GetCardinalityRequest request) const {
    const auto question = question_of(request.index_name, request.query_version,
                                      request.query_string, std::move(request.aggregation_field));
    if (!question) co_return std::unexpected(question.error());
    const auto cardinality =
        co_await index.ask([&](indexing::Indexes& indexes) -> registry::Outcome<std::size_t> {
            const auto found = indexes.aggregate(caller.tenant, *question);
            if (!found) return registry::refuse(found.error());
            return found->different_values();
        });
    if (!cardinality) co_return failure_of(cardinality.error());
    co_return GetCardinalityResponse{.cardinality = static_cast<std::int32_t>(*cardinality)};
}

}  // namespace gatehouse::api::iot
