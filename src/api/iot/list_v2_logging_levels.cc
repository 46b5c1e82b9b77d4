#include "api/iot/list_v2_logging_levels.h"

#include "api/iot/errors.h"
#include "api/iot/logging_shapes.h"

namespace gatehouse::api::iot {
namespace {

constexpr std::int32_t levels_page_default = 250;

}  // namespace

async::Task<wire::Outcome<ListV2LoggingLevelsResponse>> ListV2LoggingLevels::handle(
    const Caller& caller, ListV2LoggingLevelsRequest request) const {
    ListV2LoggingLevelsResponse response{
        .log_target_configurations = std::vector<LogTargetConfiguration>(), .next_token = {}};
    const bool wants_default =
        !request.target_type || *request.target_type == LogTargetType::Default;
    if (wants_default && !request.next_token) {
        const auto settings = co_await logging.get(caller.tenant);
        if (!settings) co_return failure_of(settings.error());
        response.log_target_configurations->push_back(
            {.log_target = LogTarget{.target_type = LogTargetType::Default},
             .log_level = shape_of(settings->levels.default_level)});
    }
    if (request.target_type == LogTargetType::Default) co_return response;
    const auto limit = static_cast<std::size_t>(request.max_results.value_or(levels_page_default));
    registry::LevelListing listing{.type = {},
                                   .limit = limit - response.log_target_configurations->size(),
                                   .token = std::move(request.next_token).value_or("")};
    if (request.target_type) listing.type = target_type_of(*request.target_type);
    auto page = co_await logging.list(caller.tenant, std::move(listing));
    if (!page) co_return failure_of(page.error());
    for (auto& [target, level] : page->levels) {
        response.log_target_configurations->push_back(
            {.log_target = LogTarget{.target_type = shape_of(target.type),
                                     .target_name = std::move(target.name)},
             .log_level = shape_of(level)});
    }
    if (!page->next_token.empty()) response.next_token = std::move(page->next_token);
    co_return response;
}

}  // namespace gatehouse::api::iot
