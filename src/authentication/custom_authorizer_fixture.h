// What the tests of the custom authorizer stand on: functions that answer what a test says, a clock
// that it turns, and questions asked on a loop that it runs.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/task_group.h"
#include "authentication/custom_authorizer.h"
#include "registry/authorizers.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {

inline constexpr const char* allowing_answer =
    R"({"isAuthenticated":true,"principalId":"alice","policyDocuments":[{"Version":"2012-10-17",)"
    R"("Statement":{"Effect":"Allow","Action":"iot:*","Resource":"*"}}],)"
    R"("disconnectAfterInSeconds":1800,"refreshAfterInSeconds":300})";

// Answers what the test says, and remembers what it was asked.
class FakeFunctions final : public functions::FunctionInvoker {
public:
    async::Task<Result<functions::InvocationResult>> invoke(
        functions::FunctionRef function, functions::Payload event,
        functions::InvokeOptions options) override {
        events.push_back(event);
        secrets = options.secrets;
        run_max = options.run_max;
        on_late_failure = std::move(options.on_late_failure);
        if (keeps) held.push_back(options.held);
        asked = function.name.value();
        asked_version = function.qualifier.value();
        if (error) co_return fail(*error);
        functions::InvocationResult result;
        result.payload = answer;
        if (raises) result.function_error = functions::FunctionErrorKind::Raised;
        co_return result;
    }

    std::string answer = allowing_answer;
    bool raises = false;
    std::optional<Error> error;
    std::vector<std::string> events;
    std::vector<std::string> secrets;
    std::optional<std::chrono::milliseconds> run_max;
    std::function<void()> on_late_failure;
    bool keeps = false;  // events do not end
    std::vector<std::shared_ptr<const void>> held;
    std::string asked;
    std::string asked_version;
};

class FakePermissions final : public InvokePermissions {
public:
    std::optional<std::string> problem(const functions::FunctionRef&, const Tenant&,
                                       std::string_view resource_arn) const override {
        asked_for = resource_arn;
        return missing;
    }
    std::optional<std::string> missing;
    mutable std::string asked_for;
};

// On which time passes while it is looked at.
class TickingClock final : public Clock {
public:
    explicit TickingClock(ManualClock& clock) : clock_(clock) {}
    SteadyTime steady_now() const override {
        clock_.advance(std::chrono::milliseconds(1));
        return clock_.steady_now();
    }
    WallTime wall_now() const override { return clock_.wall_now(); }

private:
    ManualClock& clock_;
};

class CustomAuthorizerTest : public ::testing::Test {
protected:
    enum class Purpose : std::uint8_t { Connect, Refresh };

    void SetUp() override {
        registry::AuthorizerRecords records(store_, {});
        ASSERT_TRUE(records.create({}, {.name = registry::AuthorizerName("Door"),
                                        .function_arn = registry::FunctionArn(
                                            "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                        .signing_disabled = true}));
        ASSERT_TRUE(records.create({}, {.name = registry::AuthorizerName("Closed"),
                                        .function_arn = registry::FunctionArn(
                                            "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                        .status = registry::AuthorizerStatus::Inactive,
                                        .signing_disabled = true}));
        directory_.replace(*registry::AuthorizerDirectory::read(store_));
        start(ProfileName::Aws);
    }

    void start(ProfileName profile) {
        authorizer_ = std::make_unique<CustomAuthorizer>(
            CustomAuthorizerSettings{
                .profile = profile_named(profile), .admission = {}, .brake = {}},
            CustomAuthorizerParts{.home = loop_,
                                  .clock = *authorizers_clock_,
                                  .random = random_,
                                  .directory = directory_,
                                  .functions = functions_,
                                  .permissions = permissions_,
                                  .events = sink_,
                                  .levels = levels_,
                                  .metrics = metrics_});
    }

    std::shared_ptr<Credentials> credentials(std::string user_name) {
        auto made = std::make_shared<Credentials>();
        made->trace_id = TraceId("trace");
        made->peer.remote = *net::Address::parse("127.0.0.1", 1234);
        made->mqtt = MqttCredentials{"basicPubSub", std::move(user_name), Bytes{'p', 'w'}};
        return made;
    }

    AuthenticationResult ask(std::shared_ptr<const Credentials> credentials,
                             Purpose purpose = Purpose::Connect) {
        AuthenticationResult result = std::unexpected(Refusal());
        const auto question = [&]() -> async::Task<void> {
            auto trace = traces_.begin({}, "trace", "127.0.0.1:1234");
            const auto deadline = Deadline::after(clock_, std::chrono::seconds(6));
            if (purpose == Purpose::Refresh) {
                result = co_await authorizer_->refresh(credentials, certificate_, trace, deadline);
            } else {
                result = co_await authorizer_->ask(credentials, certificate_, may_connect, trace,
                                                   deadline);
            }
        };
        tasks_.start(question());
        for (int i = 0; i < 20 && tasks_.running() > 0; ++i) {
            loop_.run_once(std::chrono::milliseconds(0));
        }
        return result;
    }
    CustomAuthorizer::TestResult test(std::string authorizer_name) {
        CustomAuthorizer::TestResult result;
        const auto question = [&]() -> async::Task<void> {
            result = co_await authorizer_->test({.authorizer_name = std::move(authorizer_name),
                                                 .token = {},
                                                 .token_signature = {},
                                                 .credentials = credentials("u")},
                                                Deadline::after(clock_, std::chrono::seconds(6)));
        };
        tasks_.start(question());
        turn();
        return result;
    }
    static bool may_connect(const Identity& identity) {
        return identity.policies->decide(policy::Action::Connect, "basicPubSub").allowed();
    }
    // A question that may have to wait.
    void ask_later(std::string user_name, AuthenticationResult* answer = nullptr) {
        ask_later(credentials(std::move(user_name)), answer);
    }
    void ask_later(std::shared_ptr<Credentials> client, AuthenticationResult* answer = nullptr) {
        tasks_.start([](auto& self, auto client, auto* answer) -> async::Task<void> {
            auto result = co_await self.authorizer_->ask(
                client, nullptr, may_connect, {},
                Deadline::after(self.clock_, std::chrono::seconds(6)));
            if (answer != nullptr) *answer = std::move(result);
        }(*this, std::move(client), answer));
        turn();
    }
    void turn() {
        for (int i = 0; i < 20; ++i) loop_.run_once(std::chrono::milliseconds(0));
    }
    std::string refusal_of(std::string user_name) {
        const auto result = ask(credentials(std::move(user_name)));
        return result ? "let in" : result.error().reason + ": " + result.error().sentence;
    }
    std::string trace_text() {
        std::string text;
        for (const logs::ConnectionTrace& trace : traces_.find({.trace_id = "trace"})) {
            for (const logs::TraceStep& step : trace.steps) {
                text += fmt::format("{} {} {}\n", logs::name_of(step.status),
                                    logs::name_of(step.kind), step.detail);
            }
        }
        return text;
    }

    ManualClock clock_;
    Clock* authorizers_clock_ = &clock_;
    SystemRandom random_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "test"};
    storage::MemoryResourceStore store_{clock_};
    async::Snapshot<registry::AuthorizerDirectory> directory_{
        std::make_shared<const registry::AuthorizerDirectory>()};
    FakeFunctions functions_;
    std::vector<std::function<void()>> late_failures_;
    FakePermissions permissions_;
    logs::NullSink sink_;
    logs::FixedLevel levels_{logs::Level::Debug};
    logs::Metrics metrics_;
    logs::TraceStore traces_{clock_};
    CertificateProofPtr certificate_;  // of whoever asks; null: none
    std::unique_ptr<CustomAuthorizer> authorizer_;
};

}  // namespace gatehouse::authentication
