// Layers: as records, as what functions have, and as what handlers find beneath /opt.
#include <fmt/format.h>

#include "functions/function_directory.h"
#include "functions/function_fixture.h"
#include "functions/layer_directory.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::functions {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using Content = std::map<std::string, std::string>;

class LayersTest : public FunctionFixture {
protected:
    template <class T>
    Result<T> wait(async::Task<Result<T>> task) {
        std::optional<Result<T>> result;
        tasks.start(
            [](async::Task<Result<T>> inner, std::optional<Result<T>>& into) -> async::Task<void> {
                into = co_await std::move(inner);
            }(std::move(task), result));
        finish();
        return result ? std::move(*result) : Result<T>(fail(ErrorKind::Internal, "unfinished"));
    }
    static std::string zip_of(const Content& content) {
        const TestDirectory source;
        for (const auto& [name, text] : content) {
            source.write(name, text, text.starts_with("#!") ? 0755 : 0644);
        }
        return *pack_directory(source.path());
    }
    LayerVersion publish(const std::string& name, const Content& content,
                         std::vector<std::string> runtimes = {}) {
        auto published = wait(layers.publish(
            tenant,
            {.name = LayerName(name), .zip = zip_of(content), .runtimes = std::move(runtimes)}));
        EXPECT_TRUE(published) << published.error().message;
        return std::move(*published);
    }
    Result<Function> create(const std::string& name, std::vector<std::string> arns,
                            const std::string& source = "def handler(e, c): pass\n") {
        return wait(functions.create(tenant, {.name = FunctionName(name),
                                              .runtime = "python3.11",
                                              .role = "arn:aws:iam::000000000000:role/any",
                                              .handler = "app.handler",
                                              .zip = zip_of({{"app.py", source}}),
                                              .layers = std::move(arns)}));
    }
    std::string refusal_of(std::vector<std::string> arns) {
        const auto made = create("refused", std::move(arns));
        return made ? "it was taken" : made.error().message;
    }
    // A function as it was made by the fixture, with these layers.
    void give(const std::string& name, const std::vector<LayerVersion>& versions) {
        auto function = std::make_shared<Function>(*table.functions.at(name));
        for (const LayerVersion& version : versions) {
            function->configuration.layers.push_back(
                {version.arn(), version.code_hash, version.code_bytes});
        }
        table.functions[name] = std::move(function);
    }

    const Tenant tenant;
    storage::MemoryResourceStore memory{clock};
    async::WorkerPool store_workers{{.name = "test-store", .threads = 1}};
    storage::AsyncResourceStore async_store{memory, store_workers};
    LayerRecords records{memory};
    LayerDirectory layers{{async_store, *packages_early(), workers, clock, random}};
    FunctionDirectory functions{{async_store, *packages_early(), workers, clock, random, {}, {}}};

private:
    // The members above need the store of packages, which the pool is started with.
    PackageStore* packages_early() {
        if (!packages) start_pool();
        return packages.get();
    }
};

TEST_F(LayersTest, VersionsAreCountedAndTheirNumbersNeverGivenAgain) {
    const LayerVersion first = publish("tools", {{"a", "1"}});
    EXPECT_EQ(first.arn(), "arn:aws:lambda:us-east-1:000000000000:layer:tools:1");
    EXPECT_EQ(publish("tools", {{"a", "2"}}).number, 2U);
    EXPECT_EQ(publish("other", {{"a", "1"}}).number, 1U);
    ASSERT_TRUE(records.remove(tenant, first.name, 2));
    ASSERT_TRUE(records.remove(tenant, first.name, 2));
    EXPECT_EQ(publish("tools", {{"a", "3"}}).number, 3U);
    EXPECT_EQ(records.get(tenant, first.name, 1).value(), first);
    EXPECT_EQ(records.get(tenant, first.name, 2).error().kind, ErrorKind::NotFound);
    const Tenant other{AccountId("111111111111"), Region("us-east-1")};
    EXPECT_EQ(records.get(other, first.name, 1).error().kind, ErrorKind::NotFound);
}

TEST_F(LayersTest, ListsShowTheNewestAndWhatGoesWithARuntime) {
    publish("tools", {{"a", "1"}}, {"python3.11"});
    publish("tools", {{"a", "2"}}, {"nodejs20.x"});
    publish("other", {{"a", "1"}}, {"python3.11"});
    const auto newest = [&](const std::string& runtime) {
        std::string all;
        const auto found = records.newest(tenant, {.runtime = runtime, .architecture = {}});
        for (const LayerVersion& each : *found) {
            all += fmt::format("{}:{} ", each.name.view(), each.number);
        }
        return all;
    };
    EXPECT_EQ(newest(""), "other:1 tools:2 ");
    EXPECT_EQ(newest("python3.11"), "other:1 tools:1 ");
    EXPECT_EQ(newest("ruby3.3"), "");
    const auto versions = records.versions(tenant, LayerName("tools"), {}).value();
    ASSERT_EQ(versions.size(), 2U);
    EXPECT_EQ(versions[0].number, 2U);
}

TEST_F(LayersTest, LayersThatAFunctionCannotHave) {
    const std::string arn = publish("tools", {{"a", "1"}}).arn();
    const std::string second = publish("tools", {{"a", "2"}}).arn();
    EXPECT_THAT(refusal_of({arn + "0"}), HasSubstr("does not exist"));
    EXPECT_THAT(refusal_of({"arn:aws:lambda:us-east-1:111111111111:layer:tools:1"}),
                HasSubstr("no resource-based policy allows"));
    EXPECT_THAT(refusal_of({"arn:aws:lambda:eu-west-1:000000000000:layer:tools:1"}),
                HasSubstr("expected to be in region us-east-1"));
    EXPECT_THAT(refusal_of({"tools"}), HasSubstr("not valid"));
    EXPECT_THAT(refusal_of({arn, second}), HasSubstr("Two different versions of the same layer"));
    EXPECT_EQ(refusal_of(std::vector<std::string>(6, arn)), "Cannot reference more than 5 layers.");
    EXPECT_FALSE(functions.find(tenant, FunctionName("refused")));
}

TEST_F(LayersTest, OfAnotherAccountByItsPolicyAlone) {
    const Tenant other{AccountId("111111111111"), tenant.region};
    auto published = wait(layers.publish(
        other, {.name = LayerName("tools"), .zip = zip_of({{"a", "1"}}), .runtimes = {}}));
    ASSERT_TRUE(published);
    const auto permit = [&](const std::string& principal) {
        return wait(layers.add_permission(other, LayerName("tools"), 1,
                                          {.statement_id = StatementId(principal.substr(0, 5)),
                                           .action = "lambda:GetLayerVersion",
                                           .principal = principal},
                                          {}));
    };
    EXPECT_THAT(refusal_of({published->arn()}), HasSubstr("no resource-based policy allows"));
    ASSERT_TRUE(permit("22222" + std::string(7, '2')));
    EXPECT_THAT(refusal_of({published->arn()}), HasSubstr("no resource-based policy allows"));
    const auto permitted = permit(tenant.account.value());
    ASSERT_TRUE(permitted) << permitted.error().message;
    // Layers of two accounts may have one name.
    const std::string own = publish("tools", {{"b", "2"}}).arn();
    const auto made = create("f", {published->arn(), own});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->configuration.layers.size(), 2u);
    const auto read = wait(layers.get(other, LayerName("tools"), 1));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->policy.permissions.size(), 2u);
    EXPECT_EQ(read->policy.revision, permitted->revision);
}

TEST_F(LayersTest, AFunctionKeepsItsLayersWhateverBecomesOfThem) {
    const LayerVersion version = publish("tools", {{"python/tool.py", "answer = 42\n"}});
    ASSERT_TRUE(create("f", {version.arn()}));
    ASSERT_TRUE(records.remove(tenant, version.name, version.number));
    FunctionDirectory again{{async_store, *packages, workers, clock, random, {}, {}}};
    ASSERT_TRUE(again.load());
    const auto layers_of = [&] {
        return again.find(tenant, FunctionName("f"))->configuration.layers;
    };
    EXPECT_EQ(layers_of(),
              (std::vector<LayerUse>{{version.arn(), version.code_hash, version.code_bytes}}));
    EXPECT_TRUE(packages->read(version.code_hash)) << "it is not removed at the start";
    const FunctionName f("f");
    ASSERT_TRUE(wait(again.update_configuration(tenant, f, {.description = "else"})));
    EXPECT_EQ(layers_of().size(), 1U);
    ASSERT_TRUE(wait(again.update_configuration(
        tenant, f, {.revision = {}, .layers = std::vector<std::string>()})));
    EXPECT_TRUE(layers_of().empty());
}

TEST_F(LayersTest, LaterLayersReplaceFilesOfEarlierOnes) {
    const auto first = publish("first", {{"a/kept", "1"}, {"a/both", "1"}, {"b", "file"}});
    const auto second = publish("second", {{"a/both", "2"}, {"b/c", "2"}});
    const fs::path merged = packages->merged({first.code_hash, second.code_hash}).value();
    const auto text_of_file = [&](const char* name) {
        std::ifstream file(merged / name);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    EXPECT_EQ(text_of_file("a/kept"), "1");
    EXPECT_EQ(text_of_file("a/both"), "2");
    EXPECT_EQ(text_of_file("b/c"), "2");
    EXPECT_EQ(packages->merged({first.code_hash, second.code_hash}).value(), merged);
    EXPECT_EQ(packages->merged({first.code_hash}), packages->unpacked(first.code_hash));
    // What the layers themselves hold is as it was.
    EXPECT_EQ(packages->unpacked_bytes(first.code_hash).value(), 6U);
    EXPECT_EQ(packages->unpacked_bytes(second.code_hash).value(), 2U);
}

class LayersInUse : public LayersTest, public ::testing::WithParamInterface<bool> {
protected:
    void SetUp() override {
        if (!GetParam()) pool->forgo_namespaces();
    }
    std::string answer_of(const std::string& name) {
        const auto result = invoke(name);
        EXPECT_TRUE(result) << result.error().message;
        return result ? result->payload : "";
    }
};

TEST_P(LayersInUse, PythonFindsItsModulesAndProgramsTheirs) {
    constexpr const char* source =
        "import subprocess, tool, own\n"
        "def handler(event, context):\n"
        "    return [tool.answer, own.text, subprocess.check_output(['hello']).decode()]\n";
    make("f", {{"app.py", source}, {"own.py", "text = 'of the function'\n"}});
    give("f", {publish("low", {{"python/tool.py", "answer = 'of the first'\n"},
                               {"python/own.py", "text = 'of the layer'\n"},
                               {"bin/hello", "#!/bin/sh\nprintf hi\n"}}),
               publish("high", {{"python/lib/python3.11/site-packages/tool.py",
                                 "answer = 'of the second'\n"}})});
    EXPECT_EQ(answer_of("f"), R"(["of the second", "of the function", "hi"])");
}

TEST_P(LayersInUse, AWrapperOfALayer) {
    make("f", {{"app.py",
                "import os\ndef handler(event, context):\n    return os.environ.get('WRAPPED')\n"}})
        .configuration.environment =
        EnvironmentVariables{{"AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper"}};
    give("f", {publish("wrapping", {{"wrapper", "#!/bin/sh\nWRAPPED=yes exec \"$@\"\n"}})});
    EXPECT_EQ(answer_of("f"), "\"yes\"");
}

INSTANTIATE_TEST_SUITE_P(Walls, LayersInUse, ::testing::Bool(), [](const auto& info) {
    return info.param ? "AsHere" : "WithoutNamespaces";
});

}  // namespace
}  // namespace gatehouse::functions
