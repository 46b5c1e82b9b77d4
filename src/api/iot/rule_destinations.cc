#include "api/iot/rule_destinations.h"

#include <utility>

namespace gatehouse::api::iot {
namespace {

// How often somebody else may make one of the destinations at the same moment.
constexpr int raced_attempts_max = 4;

bool was_made_meanwhile(const registry::Outcome<void>& written) {
    return !written && written.error().field == registry::confirmation_url_field &&
           (written.error().refusal == registry::Refusal::VersionConflict ||
            written.error().refusal == registry::Refusal::ConflictingResourceUpdate);
}

}  // namespace

async::Task<registry::Outcome<void>> RuleDestinations::try_with(
    const Caller& caller, const std::vector<std::string>& urls, const WriteRule& write) const {
    std::vector<std::string> missing;
    for (const std::string& url : urls) {
        if (!destinations_.directory().get()->has(caller.tenant, url)) missing.push_back(url);
    }
    auto made = co_await destinations_.read([&](registry::TopicRuleDestinationRecords& records) {
        return records.prepare(caller.tenant, missing);
    });
    if (!made) co_return registry::refuse(std::move(made.error()));
    if (auto written = co_await write(std::move(made->batch)); !written) co_return written;
    if (missing.empty()) co_return registry::Outcome<void>();
    auto seen = co_await destinations_.refresh();
    for (registry::DestinationChallenge& each : made->challenges) {
        challenge_(std::move(each), caller.origin);
    }
    co_return seen;
}

async::Task<registry::Outcome<void>> RuleDestinations::write_with(const Caller& caller,
                                                                  std::vector<std::string> urls,
                                                                  WriteRule write) const {
    for (int attempt = 1;; ++attempt) {
        auto written = co_await try_with(caller, urls, write);
        if (!was_made_meanwhile(written) || attempt == raced_attempts_max) co_return written;
        if (auto seen = co_await destinations_.refresh(); !seen) co_return seen;
    }
}

}  // namespace gatehouse::api::iot
