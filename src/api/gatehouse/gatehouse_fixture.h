// For tests of our own service: an Api that serves it over a log in a scratch folder.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "api/api_fixture.h"
#include "api/gatehouse/gatehouse_service.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::api {

class GatehouseFixture : public ApiFixture {
protected:
    GatehouseFixture() {
        std::string name = ::testing::TempDir() + "gatehouse_service_XXXXXX";
        folder = ::mkdtemp(name.data());
        authority =
            certificates::LocalAuthority::open_or_create(folder / "ca", {}, clock, random).value();
        log =
            ::gatehouse::logs::LogStore::open({.folder = folder, .tenant = tenant}, clock).value();
    }
    ~GatehouseFixture() override {
        api.reset();
        log.reset();
        std::filesystem::remove_all(folder);
    }

    void serve_with(ManualClock* manual) {
        std::vector<Service> services;
        services.push_back(make_gatehouse_service({.facts = facts,
                                                   .clock = clock,
                                                   .traces = traces,
                                                   .log = *log,
                                                   .workers = workers,
                                                   .rule_test_workers = rule_test_workers,
                                                   .devices = devices(),
                                                   .manual_clock = manual,
                                                   .wake_loops = [this] { ++woken; }}));
        serve(std::move(services));
    }

    gatehouse::DeviceParts devices() {
        return {.setups = setups,
                .authority = *authority,
                .endpoint_name = [](Tenant) -> async::Task<Result<std::string>> {
                    co_return "gate.example.test";
                },
                .mqtts_port = [this] { return mqtts_port; },
                .root_ca_pem = [this]() -> Result<std::string> {
                    return authority->root_certificate_pem();
                }};
    }

    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    ServerFacts facts{"0.1.0", "aws", "single", "gate.example.test"};
    int woken = 0;
    ::gatehouse::logs::TraceStore traces{clock};
    std::filesystem::path folder;
    std::unique_ptr<::gatehouse::logs::LogStore> log;
    std::optional<std::uint16_t> mqtts_port = 8883;
    async::WorkerPool rule_test_workers{{.name = "gh-rule-test", .threads = 1, .queue_max = 1}};
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    registry::EventOutbox outbox{clock, random};
    registry::DeviceSetups setups{store,
                                  {.things = {random, outbox},
                                   .certificates = {clock, random},
                                   .policies = {clock, random, {}}}};
    std::unique_ptr<certificates::LocalAuthority> authority;
};

}  // namespace gatehouse::api
