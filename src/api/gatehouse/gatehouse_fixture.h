// For tests of our own service: an Api that serves it over a log in a scratch folder.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "api/api_fixture.h"
#include "api/gatehouse/gatehouse_service.h"

namespace gatehouse::api {

class GatehouseFixture : public ApiFixture {
protected:
    GatehouseFixture() {
        std::string name = ::testing::TempDir() + "gatehouse_service_XXXXXX";
        folder = ::mkdtemp(name.data());
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
                                                   .manual_clock = manual,
                                                   .wake_loops = [this] { ++woken; }}));
        serve(std::move(services));
    }

    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    ServerFacts facts{"0.1.0", "aws", "single", "gate.example.test"};
    int woken = 0;
    ::gatehouse::logs::TraceStore traces{clock};
    std::filesystem::path folder;
    std::unique_ptr<::gatehouse::logs::LogStore> log;
};

}  // namespace gatehouse::api
