// Custom authentication: chooses the authorizer, checks the token, asks the user's function, or
// what was declared in its place, and turns the answer into an identity.
//
// One call of the function per connection and refresh, none in between. Every step goes to the
// connection's trace; every call is an event in the log.
//
// Source: AWS IoT Core Developer Guide, "Custom authentication and authorization".
//
// Threads: ask() and test() on any loop; the work is done on the home loop.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "async/event_loop.h"
#include "async/snapshot.h"
#include "authentication/admissions.h"
#include "authentication/authenticator.h"
#include "authentication/authorizer_answer.h"
#include "authentication/authorizer_choice.h"
#include "authentication/called_function.h"
#include "authentication/certificate_proof.h"
#include "authentication/declared_answerers.h"
#include "authentication/function_failure.h"
#include "authentication/refusal_brake.h"
#include "authentication/shared_policies.h"
#include "base/profile.h"
#include "functions/invoker.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "logs/metrics.h"
#include "registry/authorizer_directory.h"

namespace gatehouse::authentication {

struct CustomAuthorizerSettings {
    Profile profile;
    AdmissionSettings admission;       // of functions
    AdmissionSettings http_admission;  // of what is asked over HTTP
    RefusalBrake::Settings brake;
};

// All must outlive the authorizer.
struct CustomAuthorizerParts {
    async::EventLoop& home;
    const Clock& clock;
    Random& random;
    const async::Snapshot<registry::AuthorizerDirectory>& directory;
    functions::FunctionInvoker& functions;
    const InvokePermissions& permissions;
    logs::EventSink& events;
    const logs::LevelResolver& levels;
    logs::Metrics& metrics;
    // Null: nothing is declared.
    const async::Snapshot<DeclaredAnswerers>* declared = nullptr;
};

class CustomAuthorizer : Pinned {
public:
    CustomAuthorizer(CustomAuthorizerSettings settings, CustomAuthorizerParts parts);
    ~CustomAuthorizer();

    // As Authenticator::authenticate() and refresh(). With a certificate, of which `certificate`
    // says what it proved, the identity has both; null: there is none.
    async::Task<AuthenticationResult> ask(std::shared_ptr<const Credentials> credentials,
                                          CertificateProofPtr certificate, IsLetIn is_let_in,
                                          logs::TraceStore::Recorder trace, Deadline deadline);
    async::Task<AuthenticationResult> refresh(std::shared_ptr<const Credentials> credentials,
                                              CertificateProofPtr certificate,
                                              logs::TraceStore::Recorder trace, Deadline deadline);

    // TestInvokeAuthorizer: the named authorizer is asked with what the caller made up.
    struct TestQuestion {
        std::string authorizer_name;
        std::optional<std::string> token;
        std::string token_signature;  // empty: none
        std::shared_ptr<const Credentials> credentials;
    };
    struct TestResult {
        enum class Problem : std::uint8_t {
            None,
            NotFound,
            Inactive,
            TokenRefused,
            BadAnswer,
            Unavailable
        };
        Problem problem = Problem::None;
        std::string sentence;     // about the problem
        AuthorizerAnswer answer;  // without a problem: a yes or a no
    };
    async::Task<TestResult> test(TestQuestion question, Deadline deadline);

    // The server is stopping: nobody is asked any more, and who waits to be asked gets Unavailable.
    // Calls under way end with their functions. On the home loop.
    void stop();

private:
    enum class Purpose : std::uint8_t { Connect, Refresh, Test };
    struct Question {
        std::shared_ptr<const Credentials> credentials;
        CertificateProofPtr certificate;
        Purpose purpose = Purpose::Connect;
        IsLetIn is_let_in;
    };
    struct Call;
    struct Answered {
        std::optional<Refusal> refusal;
        AuthorizerAnswer answer;
    };
    async::Task<AuthenticationResult> ask_at_home(Question question,
                                                  logs::TraceStore::Recorder trace,
                                                  Deadline deadline);
    async::Task<AuthenticationResult> ask_here(Question question, logs::TraceStore::Recorder trace,
                                               Deadline deadline);
    async::Task<TestResult> test_here(TestQuestion question, Deadline deadline);
    async::Task<Answered> call(Call& call, Deadline deadline);
    async::Task<std::expected<functions::Payload, Refusal>> admit_and_invoke(Call& call,
                                                                             Deadline deadline);
    async::Task<std::expected<functions::Payload, Refusal>> invoke(
        Call& call, Deadline deadline, std::shared_ptr<const void> held);
    std::vector<std::string> subjects_of(const Call& call) const;
    std::shared_ptr<Gate> gate_of(const Call& call);
    std::optional<Refusal> equip(Call& call) const;
    async::Task<Answered> judge_token(Call& call, Deadline deadline);
    async::Task<Result<functions::InvocationResult>> ask_answerer(Call& call, std::string event,
                                                                  Deadline deadline,
                                                                  std::shared_ptr<const void> held);
    void note_received(Call& call, const functions::InvocationResult& result);
    std::function<void()> tell_late(const Call& call) const;
    Source source_of(const Call& call) const;
    Refusal refused_by(Call& call, const FunctionFailure& failure);
    bool may_ask(const Call& call, Circuit& circuit) const;
    // Null: there is nothing to be slowed by.
    async::Task<std::expected<std::optional<RefusalBrake::Pass>, Refusal>> pass_brake(
        Call& call, Deadline deadline);
    Refusal not_asked(Call& call, std::string_view why);
    std::optional<Refusal> check_permission(Call& call);
    std::expected<CompiledPoliciesPtr, Refusal> policies_of(Call& call, const Granted& granted);
    Result<CompiledPoliciesPtr> policies_of_both(const Call& call, const Granted& granted) const;
    AuthenticationResult grant(Call& call, Granted granted);
    void trace_answer(Call& call, const AuthorizerAnswer& answer);
    void report(const Call& call, const std::optional<Refusal>& refusal);

    const CustomAuthorizerSettings settings_;
    const CustomAuthorizerParts parts_;
    logs::MetricSet& metrics_;
    async::Snapshot<registry::AuthorizerDirectory>::Reader directory_;
    RefusalBrake brake_;
    SharedPolicies shared_policies_;
    Admissions admissions_;
    Admissions http_admissions_;
};

}  // namespace gatehouse::authentication
