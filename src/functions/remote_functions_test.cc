#include "functions/remote_functions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "async/task_group.h"
#include "functions/function_requests.h"
#include "net/http_test_service.h"

namespace gatehouse::functions {
namespace {

using testing::HasSubstr;

class WrittenLines final : public FunctionLogSink {
public:
    void write(const std::shared_ptr<const Stream>& stream, WallTime,
               std::string_view line) override {
        group = stream->group;
        text.append(line).append(1, '\n');
    }
    std::string group;
    std::string text;
};

class Local final : public FunctionInvoker {
public:
    async::Task<Result<InvocationResult>> invoke(FunctionRef, Payload, InvokeOptions) override {
        InvocationResult result;
        result.payload = "local";
        co_return result;
    }
};

// One function, and a server that it runs on.
class RemoteFunctionsTest : public ::testing::Test, public FunctionLookup, public net::Routes {
protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);
        service_ = std::make_unique<net::HttpTestService>(loop_, tasks_, *this);
        function_.configuration.name = FunctionName("far");
        function_.configuration.arn = "arn:aws:lambda:us-east-1:000000000000:function:far";
        function_.configuration.runtime = remote_runtime;
        function_.configuration.log_group = "/aws/lambda/far";
        function_.configuration.handler = fmt::format(
            "http://127.0.0.1:{}/2015-03-31/functions/function/invocations", service_->port());
        start({});
    }
    void TearDown() override {
        invoker_->close();
        let_go_ = true;
        service_->cut();
        run_until([this] { return tasks_.running() == 0; });
    }
    void start(RemoteInvoker::Settings settings) {
        invoker_ = std::make_unique<RemoteInvoker>(
            RemoteInvoker::Parts{*this, local_, loop_, lookups_, log_, random_}, settings);
    }

    FunctionSnapshot choose(const FunctionRef&, Random&) const override {
        return std::make_shared<const Function>(function_);
    }
    async::Task<net::HttpResponse> handle(net::HttpRequest request, const net::PeerFacts&,
                                          Deadline) override {
        requests_.push_back(request);
        while (is_silent_ && !let_go_) {
            co_await async::sleep_until(loop_,
                                        Deadline::after(clock_, std::chrono::milliseconds(5)));
        }
        net::HttpResponse response{.status = status_};
        response.body = answer_;
        if (!function_error_.empty()) response.headers.add("X-Amz-Function-Error", function_error_);
        co_return response;
    }
    template <class Condition>
    void run_until(Condition condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < give_up) {
            loop_.run_once(std::chrono::milliseconds(10));
        }
        EXPECT_TRUE(condition());
    }
    void begin(std::string& said, InvokeOptions options = {}) {
        tasks_.start([](auto& self, auto& said, auto options) -> async::Task<void> {
            auto result = co_await self.invoker_->invoke(
                {.tenant = {}, .name = FunctionName("far")}, R"({"a":1})", std::move(options));
            if (!result) {
                said = fmt::format("{}: {} {}", name_of(result.error().kind),
                                   result.error().message, result.error().place.field);
            } else {
                said = fmt::format(
                    "{}{}",
                    result->function_error
                        ? fmt::format("error {} ", static_cast<int>(*result->function_error))
                        : "",
                    result->payload.substr(0, 200));
            }
        }(*this, said, std::move(options)));
    }
    std::string invoke(InvokeOptions options = {}) {
        std::string said;
        begin(said, std::move(options));
        run_until([&] { return !said.empty(); });
        return said;
    }

    SystemClock clock_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "test"};
    net::NameLookups lookups_{loop_};
    SystemRandom random_;
    WrittenLines log_;
    Local local_;
    std::unique_ptr<net::HttpTestService> service_;
    std::vector<net::HttpRequest> requests_;
    Function function_;
    unsigned status_ = 200;
    std::string answer_ = R"({"b":2})";
    std::string function_error_;
    bool is_silent_ = false;
    bool let_go_ = false;
    std::unique_ptr<RemoteInvoker> invoker_;
};

TEST_F(RemoteFunctionsTest, TheEventIsPostedToItsUrl) {
    EXPECT_EQ(invoke({.request_id = RequestId("id-1"), .client_context = "{}"}), R"({"b":2})");
    ASSERT_EQ(requests_.size(), 1u);
    EXPECT_EQ(requests_[0].target, "/2015-03-31/functions/function/invocations");
    EXPECT_EQ(requests_[0].body, R"({"a":1})");
    EXPECT_EQ(requests_[0].headers.find("x-amz-client-context"), "e30=");
    EXPECT_THAT(std::string(*requests_[0].headers.find("x-amzn-trace-id")), HasSubstr("Root=1-"));
    EXPECT_EQ(log_.group, "/aws/lambda/far");
    EXPECT_THAT(log_.text, HasSubstr("START RequestId: id-1 Version: $LATEST"));
    EXPECT_THAT(log_.text, HasSubstr("END RequestId: id-1\nREPORT RequestId: id-1\tDuration: "));
}

TEST_F(RemoteFunctionsTest, OthersAreLeftToThisMachine) {
    function_.configuration.runtime = "python3.11";
    EXPECT_EQ(invoke(), "local");
}

TEST_F(RemoteFunctionsTest, ErrorsAreTheFunctionsOrTheWays) {
    function_error_ = "Unhandled";
    EXPECT_EQ(invoke(), R"(error 0 {"b":2})");
    function_error_.clear();
    status_ = 502;
    EXPECT_THAT(invoke(), HasSubstr("unavailable: remote answered with status 502"));
    status_ = 200;
    answer_.assign(response_bytes_max + 1, 'x');
    EXPECT_THAT(invoke(), HasSubstr("error 5 "));
    service_->stop_listening();
    service_->cut();
    EXPECT_THAT(invoke(), HasSubstr("unavailable: cannot connect"));
    EXPECT_THAT(log_.text, HasSubstr("Error Type: Gatehouse.RemoteUnavailable"));
}

TEST_F(RemoteFunctionsTest, ItsOwnTimeoutIsAnErrorOfTheFunction) {
    is_silent_ = true;
    function_.configuration.timeout_s = 1;
    EXPECT_THAT(invoke(), HasSubstr("Task timed out after 1.00 seconds"));
    EXPECT_THAT(log_.text, HasSubstr("Status: timeout"));
    function_.configuration.timeout_s = 900;
    EXPECT_THAT(invoke({.deadline = Deadline::after(clock_, std::chrono::milliseconds(50))}),
                HasSubstr("timeout: the function far did not answer in time"));
}

TEST_F(RemoteFunctionsTest, ConcurrencyIsBounded) {
    is_silent_ = true;
    function_.reserved_concurrency = 1;
    std::string first;
    begin(first);
    run_until([this] { return requests_.size() == 1; });
    EXPECT_EQ(invoke(),
              "throttled: Rate Exceeded. ReservedFunctionConcurrentInvocationLimitExceeded");
    let_go_ = true;
    run_until([&] { return !first.empty(); });
    EXPECT_EQ(first, R"({"b":2})");
    invoker_->close();
    EXPECT_THAT(invoke(), HasSubstr("cancelled: "));
}

TEST_F(RemoteFunctionsTest, ReachesAsFarAsFunctionsDo) {
    start({.network = NetworkAccess::None});
    EXPECT_THAT(invoke(), HasSubstr("where functions.network does not reach"));
    start({.network = NetworkAccess::Loopback});
    EXPECT_EQ(invoke(), R"({"b":2})");
    function_.configuration.handler = "https://192.0.2.1/";
    EXPECT_THAT(invoke(), HasSubstr("where functions.network does not reach"));
}

TEST(RemoteFunctions, WantAUrl) {
    FunctionConfiguration configuration{.runtime = std::string(remote_runtime),
                                        .handler = "lambda_function.lambda_handler"};
    const auto checked = check_remote(configuration);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().place.field, "handler");
    configuration.handler = "http://127.0.0.1:9000/2015-03-31/functions/function/invocations";
    EXPECT_TRUE(check_remote(configuration));
}

}  // namespace
}  // namespace gatehouse::functions
