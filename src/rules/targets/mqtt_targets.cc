#include "rules/targets/mqtt_targets.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "base/durable_file.h"
#include "net/client_certificate.h"
#include "rules/targets/aws_endpoints.h"

namespace gatehouse::rules {
namespace {

constexpr std::size_t certificate_bytes_max = 1024UL * 1024;

Result<std::shared_ptr<const net::TlsTrust>> trust_for(const DeclaredMqttBroker& broker) {
    if (!broker.is_encrypted) return nullptr;
    auto trust = trust_of(broker.ca_file);
    if (!trust || broker.certificate_file.empty()) return trust;
    const auto chain = read_file(broker.certificate_file, certificate_bytes_max);
    if (!chain) return fail(chain.error());
    const auto key =
        read_private_file(broker.private_key_file, Readers::OwnerAndGroup, certificate_bytes_max);
    if (!key) return fail(key.error());
    auto shown = net::with_client_certificate(std::move(*trust), *chain, *key);
    if (shown) return shown;
    return fail(shown.error().kind,
                fmt::format("{}: {}", broker.certificate_file.string(), shown.error().message));
}

}  // namespace

Result<std::unique_ptr<MqttTargets>> MqttTargets::make(const MqttBridge::Parts& parts,
                                                       DeclaredMqttBrokers brokers) {
    std::unique_ptr<MqttTargets> made(new MqttTargets());
    for (auto& [name, broker] : brokers) {
        auto trust = trust_for(broker);
        if (!trust) return fail(std::move(trust.error()));
        made->bridges_.emplace(
            name, std::make_unique<MqttBridge>(parts, std::move(broker), std::move(*trust)));
    }
    return made;
}

Result<void> MqttTargets::may_use(const AccountId& account, std::string_view target) const {
    const auto found = bridges_.find(target);
    if (found != bridges_.end() && found->second->broker().accounts.contains(account)) return {};
    return fail(ErrorKind::NotFound,
                fmt::format("names no broker that the operator declared for this account: '{}' is "
                            "not among mqttBrokers of rules.targets-file",
                            target));
}

async::Task<Result<void>> MqttTargets::publish(std::string target, MqttMessage message,
                                               Deadline deadline) {
    const auto found = bridges_.find(target);
    assert(found != bridges_.end() && "nobody may use it");
    co_return co_await found->second->publish(std::move(message), deadline);
}

void MqttTargets::close() {
    for (const auto& [name, bridge] : bridges_) bridge->close();
}

async::Task<void> MqttTargets::stop() {
    for (const auto& [name, bridge] : bridges_) co_await bridge->stop();
}

}  // namespace gatehouse::rules
