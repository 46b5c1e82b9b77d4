// For tests of functions: a loop, a pool with real instances, functions made of a few files.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "base/uuid.h"
#include "functions/instance_pool.h"
#include "functions/package_packer.h"
#include "functions/socket_owner.h"

namespace gatehouse::functions {

// A directory of its own for one test.
class TestDirectory : Pinned {
public:
    TestDirectory() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "gatehouse-functions-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        path_ = pattern;
        // Instances of a server that runs as root are other users.
        ::chmod(path_.c_str(), 0711);
    }
    ~TestDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }
    // Writes a file, its directories included; programs are executable.
    void write(const std::string& name, std::string_view content, mode_t mode = 0644) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << content;
        ::chmod(file.c_str(), mode);
    }

private:
    std::filesystem::path path_;
};

class RememberedLog final : public FunctionLogSink {
public:
    void write(const std::shared_ptr<const Stream>& stream, WallTime,
               std::string_view line) override {
        last_stream = *stream;
        bytes += line.size();
        last_line = line;
        if (lines.size() < 10'000) lines.emplace_back(line);
    }
    std::string text() const {
        std::string all;
        for (const std::string& line : lines) all += line + "\n";
        return all;
    }
    Stream last_stream;
    std::vector<std::string> lines;
    std::string last_line;
    std::size_t bytes = 0;
};

class FixedCredentials final : public CredentialIssuer {
public:
    Result<FunctionCredentials> issue(const Function&) override {
        return FunctionCredentials{"ASIATEST", "secret-of-the-instance", "token-of-the-instance"};
    }
};

class FunctionTable final : public FunctionLookup {
public:
    FunctionSnapshot choose(const FunctionRef& function, Random&) const override {
        const Qualifier& qualifier = function.qualifier;
        const bool is_latest = qualifier.empty() || qualifier.view() == latest_version;
        const auto at = functions.find(function.name.value());
        return at == functions.end() || !is_latest ? nullptr : at->second;
    }
    std::map<std::string, FunctionSnapshot> functions;
};

class FunctionFixture : public ::testing::Test {
public:
    FunctionFixture() { settings.cache_dir = directory.path() / "cache"; }
    ~FunctionFixture() override {
        if (!pool) return;
        tasks.start(stop_pool());
        finish();
    }

    // Call after changing settings; done by the first invoke() otherwise.
    void start_pool() {
        const Result<RuntimeFiles> installed =
            install_runtime_files(directory.path() / "cache" / "runtimes");
        ASSERT_TRUE(installed) << installed.error().message;
        files = *installed;
        packages = std::make_unique<PackageStore>(PackageStore::Places{
            directory.path() / "functions", settings.cache_dir, files.sandbox});
        ASSERT_TRUE(packages->open());
        pool = std::make_unique<InstancePool>(
            InstancePool::Parts{
                .loop = loop,
                .workers = workers,
                .log = log,
                .issuer = &credentials,
                .random = random,
                .packages = *packages,
                .on_isolation = [this](std::string_view text) { reached.emplace_back(text); }},
            settings, files);
        invoker = std::make_unique<PooledInvoker>(table, *pool, random);
    }

    // Makes (or replaces) a function of these files.
    Function& make(const std::string& name, const std::map<std::string, std::string>& content,
                   const std::string& runtime = "python3.11") {
        if (!pool) start_pool();
        TestDirectory source;
        for (const auto& [file, text] : content) {
            source.write(file, text, file == "bootstrap" ? 0755 : 0644);
        }
        const Result<std::string> zip = pack_directory(source.path());
        EXPECT_TRUE(zip) << zip.error().message;
        const Result<StoredPackage> stored = packages->add(*zip);
        EXPECT_TRUE(stored) << stored.error().message;
        auto function = std::make_shared<Function>();
        FunctionConfiguration& configuration = function->configuration;
        configuration.name = FunctionName(name);
        configuration.arn = "arn:aws:lambda:us-east-1:000000000000:function:" + name;
        configuration.runtime = runtime;
        configuration.handler = "app.handler";
        configuration.log_group = "/aws/lambda/" + name;
        configuration.code_hash = stored->hash;
        configuration.revision = RevisionId(make_uuid(random));
        table.functions[name] = function;
        return *function;
    }
    Function& make_python(const std::string& name, const std::string& source) {
        return make(name, {{"app.py", source}});
    }

    // NAME or NAME:QUALIFIER.
    Result<InvocationResult> invoke(const std::string& name, Payload event = "{}",
                                    InvokeOptions options = {}) {
        Result<InvocationResult> result = fail(ErrorKind::Internal, "not finished");
        tasks.start(invoke_into(name, std::move(event), std::move(options), result));
        finish();
        return result;
    }
    // Starts without waiting; the result appears in `into`, which outlives the task.
    void invoke_later(const std::string& name, Payload event, InvokeOptions options,
                      Result<InvocationResult>& into) {
        tasks.start(invoke_into(name, std::move(event), std::move(options), into));
    }
    // Runs until no task is left; fails after a while.
    void finish() {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (tasks.running() > 0) {
            ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "the tasks do not end";
            loop.run_once(std::chrono::milliseconds(20));
        }
    }
    template <class Condition>
    void run_until(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), give_up) << "waited in vain";
            loop.run_once(std::chrono::milliseconds(5));
        }
    }

    TestDirectory directory;
    SystemClock clock;
    SystemRandom random;
    async::EventLoop loop{clock, {}};
    async::WorkerPool workers{{.name = "test-functions", .threads = 2}};
    async::TaskGroup tasks{loop, "test"};
    RememberedLog log;
    std::vector<std::string> reached;  // isolation, as it was told
    FixedCredentials credentials;
    FunctionTable table;
    FunctionSettings settings;
    RuntimeFiles files;
    std::unique_ptr<PackageStore> packages;
    std::unique_ptr<InstancePool> pool;
    std::unique_ptr<PooledInvoker> invoker;

private:
    async::Task<void> invoke_into(std::string name, Payload event, InvokeOptions options,
                                  Result<InvocationResult>& into) {
        const auto colon = std::min(name.find(':'), name.size());
        const FunctionRef function{Tenant(), FunctionName(name.substr(0, colon)),
                                   Qualifier(name.substr(std::min(colon + 1, name.size())))};
        into = co_await invoker->invoke(function, std::move(event), std::move(options));
    }
    async::Task<void> stop_pool() {
        co_await pool->stop(Deadline::after(clock, std::chrono::seconds(10)));
    }
};

}  // namespace gatehouse::functions
