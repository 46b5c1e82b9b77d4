#include "api/gatehouse/connect_device.h"

#include <utility>

#include "api/gatehouse/device_kit.h"
#include "base/bytes.h"

namespace gatehouse::api::gatehouse {
namespace {

KitLanguage language_of(const std::optional<DeviceLanguage>& language) {
    switch (language.value_or(DeviceLanguage::Python)) {
        case DeviceLanguage::Python: break;
        case DeviceLanguage::Cpp: return KitLanguage::Cpp;
        case DeviceLanguage::Node: return KitLanguage::Node;
    }
    return KitLanguage::Python;
}

KitPlatform platform_of(const std::optional<DevicePlatform>& platform) {
    switch (platform.value_or(DevicePlatform::Linux)) {
        case DevicePlatform::Linux: break;
        case DevicePlatform::Macos: return KitPlatform::MacOs;
        case DevicePlatform::Windows: return KitPlatform::Windows;
    }
    return KitPlatform::Linux;
}

}  // namespace

// What may fail comes before the store is changed, but for the packing of a few small files.
async::Task<Result<ConnectDeviceResponse>> ConnectDevice::handle(
    const Caller& caller, ConnectDeviceRequest request) const {
    const auto port = parts.mqtts_port();
    if (!port) {
        co_return fail(ErrorKind::Conflict,
                       "the MQTTS door is closed, through which the kit's device would connect; "
                       "open it with --mqtts-port");
    }
    auto endpoint = co_await parts.endpoint_name(caller.tenant);
    if (!endpoint) co_return fail(std::move(endpoint.error()));
    DeviceKit kit{.name = request.thing_name,
                  .language = language_of(request.language),
                  .platform = platform_of(request.platform),
                  .endpoint = std::move(*endpoint),
                  .port = *port,
                  .root_ca_pem = "",
                  .login = KitCertificate(),
                  .policy_document = kit_policy_document(caller.tenant, request.thing_name)};
    auto issued = co_await workers.run(
        *async::EventLoop::current(), [&]() -> Result<certificates::IssuedPem> {
            auto root = parts.root_ca_pem();
            if (!root) return fail(std::move(root.error()));
            kit.root_ca_pem = std::move(*root);
            return parts.authority.issue_device(certificates::NewKey::Rsa2048);
        });
    if (!issued) co_return fail(std::move(issued.error()));
    const registry::NewDevice device{.thing = registry::ThingName(kit.name),
                                     .policy = registry::PolicyName(kit_policy_name(kit.name)),
                                     .document = kit.policy_document,
                                     .certificate_pem = issued->certificate_pem};
    const bool renew = request.renew.value_or(false);
    auto setup = co_await parts.setups.run([&](registry::DeviceSetupRecords& records) {
        return renew ? records.renew(caller.tenant, device) : records.create(caller.tenant, device);
    });
    if (!setup) co_return fail(setup.error().as_error());
    kit.login =
        KitCertificate{std::move(issued->certificate_pem), std::move(issued->private_key_pem)};
    kit.policy_document = std::move(setup->document);
    auto zip = pack_kit(kit);
    if (!zip) co_return fail(std::move(zip.error()));
    co_return ConnectDeviceResponse{.thing_arn = std::move(setup->thing_arn),
                                    .certificate_arn = std::move(setup->certificate_arn),
                                    .policy_name = device.policy.value(),
                                    .endpoint = std::move(kit.endpoint),
                                    .port = kit.port,
                                    .earlier_certificates = std::move(setup->earlier_certificates),
                                    .kit = Bytes(bytes_of(*zip).begin(), bytes_of(*zip).end())};
}

}  // namespace gatehouse::api::gatehouse
