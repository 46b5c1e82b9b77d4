// For tests of the Lambda service: one over a directory of functions, without processes.
#pragma once

#include <gtest/gtest.h>

#include "api/api_fixture.h"
#include "api/lambda/lambda_service.h"
#include "api/shapes/lambda/model.h"
#include "base/encoding.h"
#include "base/json.h"
#include "functions/function_fixture.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::api {

inline constexpr auto functions_path = "/2015-03-31/functions";
inline constexpr auto function_path = "/2015-03-31/functions/fn";

// Answers with what it was given, or with the failure it was told.
class EchoingInvoker final : public functions::FunctionInvoker {
public:
    async::Task<Result<functions::InvocationResult>> invoke(
        functions::FunctionRef function, functions::Payload event,
        functions::InvokeOptions options) override {
        last_qualifier = function.qualifier.value();
        last_request = options.request_id.value();
        last_trace = options.trace_id;
        if (failure) co_return fail(*failure);
        functions::InvocationResult result{.payload = std::move(event)};
        if (raises) result.function_error = functions::FunctionErrorKind::Raised;
        result.log_tail = "END RequestId";
        result.trace_id = "Root=1-2;Parent=3;Sampled=0";
        co_return result;
    }
    std::optional<Error> failure;
    bool raises = false;
    std::string last_qualifier;
    std::string last_request;
    std::string last_trace;
};

struct LambdaServiceTest : ApiFixture {
    LambdaServiceTest() {
        const auto files = functions::install_runtime_files(scratch.path() / "cache" / "runtimes");
        EXPECT_TRUE(files) << files.error().message;
        packages = std::make_unique<functions::PackageStore>(functions::PackageStore::Places{
            scratch.path() / "functions", scratch.path() / "cache", files->sandbox});
        EXPECT_TRUE(packages->open());
        directory = std::make_unique<functions::FunctionDirectory>(
            functions::FunctionDirectory::Parts{store, *packages, workers, clock, random, {}});
        EXPECT_TRUE(directory->load());
        layers = std::make_unique<functions::LayerDirectory>(
            functions::LayerDirectory::Parts{store, *packages, workers, clock, random});
        code_links = std::make_unique<lambda::CodeLinks>(*directory, *layers, clock, random);
        std::vector<Service> services;
        services.push_back(
            make_lambda_service({*directory, *layers, invoker, async_invocations, *code_links}));
        serve(std::move(services),
              {{std::string(lambda::CodeLinks::path_prefix), [this](net::HttpRequest request) {
                    return code_links->answer(std::move(request));
                }}});
    }
    ~LambdaServiceTest() override {
        async_invocations.stop();
        tasks.start(async_invocations.join());
        while (tasks.running() > 0) loop.run_once(std::chrono::milliseconds(1));
    }

    static std::string zip_base64(const std::string& source) {
        const functions::TestDirectory files;
        files.write("app.py", source);
        return to_base64(bytes_of(*functions::pack_directory(files.path())));
    }
    net::HttpResponse create(const std::string& name, const std::string& more = "") {
        return call("lambda", "POST", functions_path,
                    R"({"FunctionName":")" + name +
                        R"(","Runtime":"python3.11","Handler":"app.handler",)"
                        R"("Role":"arn:aws:iam::123456789012:role/any","Code":{"ZipFile":")" +
                        zip_base64("def handler(e, c): pass\n") + "\"}" + more + "}");
    }
    // As a query has it.
    static std::string marker_in(const json::value& page) {
        return percent_encode(std::string(page.at("NextMarker").as_string()));
    }
    json::value parsed(const net::HttpResponse& response, unsigned status = 200) {
        EXPECT_EQ(response.status, status) << response.body;
        return parse_json(response.body, "the response").value_or(nullptr);
    }

    const functions::TestDirectory scratch;
    storage::MemoryResourceStore memory{clock};
    storage::AsyncResourceStore store{memory, workers};
    std::unique_ptr<functions::PackageStore> packages;
    std::unique_ptr<functions::FunctionDirectory> directory;
    std::unique_ptr<functions::LayerDirectory> layers;
    EchoingInvoker invoker;
    ::gatehouse::logs::NullSink events;
    functions::AsyncInvocations async_invocations{
        {.loop = loop,
         .invoker = invoker,
         .events = events,
         .store = store,
         .config_of =
             [this](const functions::FunctionRef& function) {
                 return directory->event_config(function).value_or(functions::EventInvokeConfig());
             }},
        {}};
    std::unique_ptr<lambda::CodeLinks> code_links;
};

}  // namespace gatehouse::api
