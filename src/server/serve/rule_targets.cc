#include "server/serve/rule_targets.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/durable_file.h"
#include "net/address_range.h"
#include "rules/targets/target_declarations.h"
#include "server/serve/tell_operator.h"

namespace gatehouse::server {
namespace {

Result<rules::TargetDeclarations> read_declarations(const Settings& settings) {
    const std::filesystem::path file = settings.rules.targets_file;
    if (file.empty()) return rules::TargetDeclarations();
    const auto text =
        read_private_file(file, Readers::OwnerAndGroup, rules::target_declarations_bytes_max);
    if (!text) return fail(text.error());
    auto declared =
        rules::parse_target_declarations(*text, file.parent_path(), default_tenant(settings));
    if (declared) return declared;
    return fail(declared.error().kind,
                fmt::format("{}: {}", file.string(), declared.error().message));
}

std::vector<net::AddressRange> ranges_of(const Settings& settings) {
    std::vector<net::AddressRange> ranges;
    for (const std::string& text : settings.rules.http_to) {
        ranges.push_back(net::AddressRange::parse(text).value());  // checked when read
    }
    return ranges;
}

// Into the operator's log, whose the destination may not be.
void tell_challenge(logs::EventSink& events, const Tenant& tenant,
                    const registry::TopicRuleDestination& destination, std::string_view why) {
    const std::string sentence = fmt::format(
        "{} could not be asked to confirm that rules may post there: {}", destination.arn(), why);
    tell_operator(sentence);
    events.record({.tenant = tenant,
                   .type = logs::EventType::ServerNotice,
                   .status = logs::Status::Failure,
                   .reason = "DESTINATION_NOT_ASKED",
                   .details = sentence});
}

}  // namespace

Result<std::unique_ptr<RuleTargets>> RuleTargets::load(const Settings& settings,
                                                       Foundation& foundation, Loops& loops) {
    auto declared = read_declarations(settings);
    if (!declared) return fail(std::move(declared.error()));
    std::unique_ptr<RuleTargets> made(new RuleTargets(loops));
    auto endpoints = rules::AwsEndpoints::make(
        {.loop = loops.main(), .lookups = made->lookups_, .clock = made->signing_clock_},
        *declared);
    if (!endpoints) return fail(std::move(endpoints.error()));
    made->aws_ = std::move(*endpoints);
    rules::HttpTargets::Settings http{.ranges = ranges_of(settings),
                                      .signing = declared->http_signing,
                                      .signing_accounts = declared->accounts};
    if (!declared->http_ca_file.empty()) {
        auto trust = rules::trust_of(declared->http_ca_file);
        if (!trust) return fail(std::move(trust.error()));
        http.trust = std::move(*trust);
    }
    made->http_ = std::make_unique<rules::HttpTargets>(
        rules::HttpTargets::Parts{
            .loop = loops.main(), .lookups = made->lookups_, .clock = made->signing_clock_},
        std::move(http));
    made->kafka_ = std::make_unique<rules::KafkaTargets>(
        loops.main(), rules::KafkaTargets::Settings{.ranges = ranges_of(settings)});
    if (auto loaded = made->load_declared(std::move(*declared), loops.main()); !loaded) {
        return fail(std::move(loaded.error()));
    }
    auto destinations = registry::TopicRuleDestinations::load(
        *foundation.async_store, {.clock = *foundation.clock,
                                  .random = foundation.random,
                                  .may_reach = [http = made->http_.get()](const net::HttpUrl& url) {
                                      return http->may_reach(url);
                                  }});
    if (!destinations) return fail(std::move(destinations.error()));
    made->destinations_ = std::move(*destinations);
    made->challenges_ =
        std::make_unique<rules::DestinationChallenges>(rules::DestinationChallenges::Parts{
            .loop = loops.main(),
            .http = *made->http_,
            .on_failure =
                [log = foundation.log.get(), tenant = default_tenant(settings)](
                    const registry::TopicRuleDestination& destination, std::string_view why) {
                    tell_challenge(*log, tenant, destination, why);
                },
            .host = settings.endpoints.empty() ? "" : settings.endpoints.front()});
    return made;
}

// Targets beyond AWS's.
Result<void> RuleTargets::load_declared(rules::TargetDeclarations declared,
                                        async::EventLoop& loop) {
    files_ = std::make_unique<rules::FileTargets>(loop, std::move(declared.folders));
    auto brokers = rules::MqttTargets::make({.loop = loop, .lookups = lookups_},
                                            std::move(declared.mqtt_brokers));
    if (!brokers) return fail(std::move(brokers.error()));
    mqtt_ = std::move(*brokers);
    auto databases = rules::DatabaseTargets::make(loop, declared.databases);
    if (!databases) return fail(std::move(databases.error()));
    databases_ = std::move(*databases);
    return {};
}

void RuleTargets::close() {
    aws_->close();
    http_->close();
    kafka_->close();
    files_->close();
    mqtt_->close();
    databases_->close();
}

async::Task<void> RuleTargets::stop() {
    co_await challenges_->stop();
    co_await mqtt_->stop();
}

}  // namespace gatehouse::server
