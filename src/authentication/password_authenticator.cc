#include "authentication/password_authenticator.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "async/run_on.h"
#include "async/wake.h"
#include "authentication/authorizer_choice.h"
#include "authentication/basic_credentials.h"
#include "authentication/question_record.h"
#include "base/durable_file.h"
#include "logs/masking.h"
#include "signature/digest.h"

namespace gatehouse::authentication {
namespace {

using logs::StepKind;
using logs::StepStatus;

constexpr std::size_t memory_secret_bytes = 32;

Refusal password_refusal(Refusal::Kind kind, std::string sentence) {
    return {.kind = kind,
            .reason = "NOT_AUTHENTICATED",
            .sentence = std::move(sentence),
            .authorizer_name = std::string(password_authorizer_name)};
}

}  // namespace

Result<std::shared_ptr<const PasswordAuthenticator::Book>> PasswordAuthenticator::read(
    const PasswordSource& source, const std::string& stand_in_key) {
    auto text = read_private_file(source.users, Readers::OwnerAndGroup, password_file_bytes_max);
    if (!text) return fail(std::move(text.error()));
    auto users = parse_password_file(*text, source.users.string());
    if (!users) return fail(std::move(users.error()));
    auto policies = PasswordPolicies::read(source.policies);
    if (!policies) return fail(std::move(policies.error()));
    std::unordered_map<std::string_view, std::string_view> longest_names;  // by policy
    for (const auto& [name, user] : *users) {
        if (!policies->has(user.policy)) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("{}: user '{}' has the policy '{}', and there is no {}.json in "
                                    "{}",
                                    source.users.string(), name, user.policy, user.policy,
                                    source.policies.string()));
        }
        std::string_view& longest = longest_names[user.policy];
        if (longest.size() < name.size()) longest = name;
    }
    // A policy grows with the name in it, and must not be too long for anybody.
    for (const auto& [policy, name] : longest_names) {
        const auto checked = policies->check_for(std::string(policy), name);
        if (checked) continue;
        return fail(
            ErrorKind::InvalidInput,
            fmt::format("{}/{}.json, with the name of user '{}': {}", source.policies.string(),
                        policy, name, checked.error().describe()));
    }
    StandInHashes stand_ins(*users, stand_in_key);
    return std::make_shared<const Book>(std::move(*users), std::move(*policies),
                                        std::move(stand_ins));
}

Result<std::unique_ptr<PasswordAuthenticator>> PasswordAuthenticator::make(Settings settings,
                                                                           PasswordSource source,
                                                                           PasswordParts parts) {
    auto book = read(source, settings.stand_in_key);
    if (!book) return fail(std::move(book.error()));
    return std::unique_ptr<PasswordAuthenticator>(
        new PasswordAuthenticator(std::move(settings), std::move(source), parts, std::move(*book)));
}

PasswordAuthenticator::PasswordAuthenticator(Settings settings, PasswordSource source,
                                             PasswordParts parts, std::shared_ptr<const Book> book)
    : settings_(std::move(settings)),
      source_(std::move(source)),
      parts_(parts),
      metrics_(parts.metrics.make_set()),
      book_(std::move(book)),
      brake_(parts.home, parts.random, settings_.brake),
      admission_(parts.home, {.calls_max = settings_.threads,
                              .waiting_max = settings_.waiting_max,
                              .keeps_places = false}),
      workers_(
          {.name = "gh-password", .threads = settings_.threads, .queue_max = settings_.threads}) {
    std::array<std::uint8_t, memory_secret_bytes> secret;
    parts_.random.fill(secret);
    memory_secret_.assign(secret.begin(), secret.end());
}

PasswordAuthenticator::~PasswordAuthenticator() = default;

void PasswordAuthenticator::stop() {
    is_stopped_ = true;
    admission_.close();
    brake_.release();
}

Result<void> PasswordAuthenticator::reload() {
    auto book = read(source_, settings_.stand_in_key);
    if (!book) return fail(std::move(book.error()));
    book_.replace(std::move(*book));
    return {};
}

bool PasswordAuthenticator::decides_about(const Credentials& credentials) const {
    if (credentials.tenant != settings_.tenant) return false;
    const auto asked = asked_authorizer(credentials, settings_.second);
    if (!asked) return false;  // which is told where authorizers are asked
    if (*asked) return (*asked)->name == password_authorizer_name;
    return parts_.directory.get()->default_of(credentials.tenant) == nullptr;
}

// The user name and password of CONNECT; over HTTP without it, those of Basic authentication.
PasswordAuthenticator::Claim PasswordAuthenticator::claim_of(const Credentials& credentials) const {
    Claim claim;
    if (credentials.mqtt) {
        claim.user = parse_user_name(credentials.user_name(), settings_.second).user;
        if (credentials.mqtt->password) claim.password = text_of(*credentials.mqtt->password);
        if (!credentials.mqtt->password) claim.problem = "the client sent no password";
    } else if (auto basic = basic_credentials(credentials, Scheme::Basic)) {
        claim.user = std::move(basic->user);
        claim.password = std::move(basic->password);
    } else {
        claim.problem = "the request has no user name and password (Authorization: Basic)";
    }
    if (claim.problem.empty() && claim.user.empty()) claim.problem = "the client sent no user name";
    return claim;
}

async::Task<AuthenticationResult> PasswordAuthenticator::ask(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    co_return co_await async::run_on<AuthenticationResult>(
        parts_.home, *async::EventLoop::current(),
        [this, credentials = std::move(credentials), trace, deadline]() mutable {
            return ask_here(std::move(credentials), trace, deadline);
        });
}

async::Task<AuthenticationResult> PasswordAuthenticator::ask_here(
    std::shared_ptr<const Credentials> credentials, logs::TraceStore::Recorder trace,
    Deadline deadline) {
    const SteadyTime begun = parts_.clock.steady_now();
    trace.step(StepKind::AuthorizerChosen, StepStatus::Passed,
               fmt::format("'{}', the users of a file", password_authorizer_name));
    const Claim claim = claim_of(*credentials);
    const std::shared_ptr<const Book> book = book_.get();
    AuthenticationResult result =
        std::unexpected(password_refusal(Refusal::Kind::NotAuthenticated, claim.problem));
    if (claim.problem.empty()) result = co_await decide(*credentials, claim, *book, deadline);
    trace.step(StepKind::AnswerReceived, result ? StepStatus::Passed : StepStatus::Failed,
               result ? fmt::format("user '{}', policy '{}'", claim.user,
                                    book->users.at(claim.user).policy)
                      : result.error().sentence);
    report(*credentials,
           std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.steady_now() - begun),
           result);
    co_return result;
}

async::Task<AuthenticationResult> PasswordAuthenticator::decide(const Credentials& credentials,
                                                                const Claim& claim,
                                                                const Book& book,
                                                                Deadline deadline) {
    const std::string source = credentials.peer.remote.site_key();
    auto pass = co_await brake_.enter(
        {brake_.key_of(user_subject(password_authorizer_name, claim.user), source)}, deadline);
    if (!pass) {
        co_return std::unexpected(
            password_refusal(Refusal::Kind::Unavailable, pass.error().message));
    }
    switch (co_await check(claim, book, source, deadline)) {
        case Verdict::Right: pass->accepted(); co_return grant(credentials, claim, book);
        case Verdict::TooBusy:
            co_return std::unexpected(
                password_refusal(Refusal::Kind::Unavailable,
                                 "more passwords are being checked than the server has time for"));
        case Verdict::Wrong: break;
    }
    pass->refused();
    co_return std::unexpected(
        password_refusal(Refusal::Kind::NotAuthenticated,
                         book.users.contains(claim.user)
                             ? fmt::format("the password of user '{}' is wrong", claim.user)
                             : fmt::format("there is no user '{}' in {}",
                                           logs::shown_text(claim.user), source_.users.string())));
}

// A user that there is not takes as long as one that there is, and is never right.
async::Task<PasswordAuthenticator::Verdict> PasswordAuthenticator::check(const Claim& claim,
                                                                         const Book& book,
                                                                         std::string source,
                                                                         Deadline deadline) {
    const auto found = book.users.find(claim.user);
    const bool is_user = found != book.users.end();
    std::string key;
    if (is_user) {
        key = memory_key(claim, found->second.hash);
        if (remembers(key)) co_return Verdict::Right;
    }
    const auto pass = co_await admission_.enter({std::move(source)}, deadline);
    if (!pass) co_return Verdict::TooBusy;
    const auto verified = co_await workers_.run(
        parts_.home,
        [this, deadline, password = claim.password,
         hash =
             is_user ? found->second.hash : book.stand_ins.hash_for(claim.user)]() -> Result<bool> {
            // Its turn came too late: nobody waits for the answer any more.
            if (is_stopped_ || deadline.passed(parts_.clock.steady_now())) {
                return fail(ErrorKind::Unavailable, "too late");
            }
            return settings_.verify(hash, password);
        });
    if (!verified) co_return Verdict::TooBusy;
    if (!is_user || !*verified) co_return Verdict::Wrong;
    remember(std::move(key));
    co_return Verdict::Right;
}

AuthenticationResult PasswordAuthenticator::grant(const Credentials& credentials,
                                                  const Claim& claim, const Book& book) {
    const std::array<std::string, 1> documents{
        book.policies.document_for(book.users.at(claim.user).policy, claim.user)};
    auto policies = shared_policies_.policies_of(credentials, documents);
    if (!policies) {
        return std::unexpected(
            password_refusal(Refusal::Kind::NotAuthenticated,
                             "the user's policy cannot be used: " + policies.error().describe()));
    }
    auto identity = std::make_shared<Identity>();
    identity->type = AuthenticationType::CustomAuth;
    identity->principal_id = claim.user;
    identity->authorizer_name = password_authorizer_name;
    identity->policies = std::move(*policies);
    return identity;
}

// With the hash in it, a password that is changed in the file is not remembered any more.
std::string PasswordAuthenticator::memory_key(const Claim& claim, const std::string& hash) const {
    const signature::Digest digest = signature::hmac_sha256(
        memory_secret_, fmt::format("{}\n{}\n{}", claim.user, hash, claim.password));
    return std::string(signature::view_of(digest));
}

bool PasswordAuthenticator::remembers(const std::string& key) {
    const auto found = remembered_.find(key);
    if (found == remembered_.end()) return false;
    if (parts_.clock.steady_now() < found->second) return true;
    remembered_.erase(found);
    return false;
}

void PasswordAuthenticator::remember(std::string key) {
    const SteadyTime now = parts_.clock.steady_now();
    if (remembered_.size() >= settings_.remembered_max) {
        std::erase_if(remembered_, [now](const auto& entry) { return entry.second <= now; });
        if (remembered_.size() >= settings_.remembered_max) remembered_.clear();
    }
    remembered_.insert_or_assign(std::move(key), now + settings_.remembered_for);
}

void PasswordAuthenticator::report(const Credentials& credentials,
                                   std::chrono::microseconds duration,
                                   const AuthenticationResult& result) {
    metrics_.add(logs::Metric::AuthorizerInvocations);
    if (!result) {
        metrics_.add(result.error().kind == Refusal::Kind::Unavailable
                         ? logs::Metric::AuthorizerThrottle
                         : logs::Metric::AuthorizerRefusals);
    }
    record_question(parts_.events, parts_.levels, credentials,
                    {.refusal = result ? nullptr : &result.error(),
                     .authorizer_name = password_authorizer_name,
                     .duration = duration});
}

}  // namespace gatehouse::authentication
