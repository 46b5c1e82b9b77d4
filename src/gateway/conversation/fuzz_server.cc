#include "gateway/conversation/fuzz_server.h"

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include "async/wake.h"
#include "gateway/conversation/finding.h"
#include "gateway/device_connection.h"
#include "policy/document.h"
#include "storage/statement.h"

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;
using authentication::AuthenticationResult;
using authentication::Identity;
using authentication::IdentityPtr;
using authentication::Refusal;

constexpr const char* database_file = "messages.db";
constexpr const char* remembered_file = "remembered.db";

// Over what the broker's journal waits for acknowledgements before it writes a message.
constexpr std::chrono::milliseconds collected_for{3};
constexpr std::chrono::microseconds writer_pause{50};
constexpr int pauses_until_late = 200;

constexpr std::string_view everything = R"({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]})";
constexpr std::string_view not_everything = R"({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
    {"Effect": "Deny", "Action": ["iot:Publish", "iot:Subscribe"],
     "Resource": ["arn:aws:iot:*:*:topic/denied", "arn:aws:iot:*:*:topicfilter/denied"]},
    {"Effect": "Deny", "Action": "iot:Receive", "Resource": "arn:aws:iot:*:*:topic/t/u/v"}]})";

IdentityPtr make_identity(std::string principal_id, std::string_view document,
                          std::chrono::seconds refresh_after) {
    auto parsed = policy::parse_document(document, policy::Dialect::IotPolicy);
    expect(parsed.has_value(), "the fuzzer's own policy");
    auto identity = std::make_shared<Identity>();
    identity->type = authentication::AuthenticationType::CustomAuth;
    identity->principal_id = std::move(principal_id);
    identity->policies = policy::compile(
        {{"", std::make_shared<const policy::Document>(std::move(*parsed))}}, {}, Tenant{});
    identity->refresh_after = authentication::Identity::Seconds(refresh_after.count());
    identity->disconnect_after = 3 * identity->refresh_after;
    return identity;
}

std::string make_folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "gatehouse-fuzz-XXXXXX").string();
    expect(::mkdtemp(pattern.data()) != nullptr, "no folder for the database");
    return pattern;
}

}  // namespace

class FuzzServer::Authenticator final : public authentication::Authenticator {
public:
    async::Task<AuthenticationResult> authenticate(
        std::shared_ptr<const authentication::Credentials> credentials,
        authentication::IsLetIn is_let_in, logs::TraceStore::Recorder, Deadline) override {
        static const IdentityPtr full = make_identity("full", everything, 0s);
        static const IdentityPtr limited = make_identity("limited", not_everything, 0s);
        static const IdentityPtr expiring = make_identity("expiring", everything, 300s);
        const std::string name = credentials->mqtt->user_name.value_or("");
        if (name == "refused") co_return std::unexpected(refusal(Refusal::Kind::NotAuthenticated));
        if (name == "unavailable") co_return std::unexpected(refusal(Refusal::Kind::Unavailable));
        if (name == "slow") {
            async::EventLoop& loop = *async::EventLoop::current();
            co_await async::sleep_until(loop, Deadline::after(loop.clock(), 2s));
        }
        const IdentityPtr& identity = name == "limited"    ? limited
                                      : name == "expiring" ? expiring
                                                           : full;
        if (!is_let_in(*identity)) {
            co_return std::unexpected(refusal(Refusal::Kind::NotAuthorized));
        }
        co_return identity;
    }

    async::Task<AuthenticationResult> refresh(std::shared_ptr<const authentication::Credentials>,
                                              IdentityPtr present, logs::TraceStore::Recorder,
                                              Deadline) override {
        static const IdentityPtr reduced = make_identity("expiring", not_everything, 300s);
        if (present != reduced) co_return reduced;
        co_return std::unexpected(refusal(++refreshes_ % 2 == 0 ? Refusal::Kind::NotAuthenticated
                                                                : Refusal::Kind::Unavailable));
    }

    async::Task<AuthenticationResult> recall(authentication::AbsentClient client,
                                             Deadline) override {
        co_return std::move(client.identity);
    }

    bool is_outdated(const authentication::Identity&, const Tenant&,
                     std::string_view) const override {
        return false;
    }

private:
    static Refusal refusal(Refusal::Kind kind) {
        Refusal refusal;
        refusal.kind = kind;
        refusal.reason = "NOT_TODAY";
        refusal.sentence = "not today";
        return refusal;
    }

    int refreshes_ = 0;
};

FuzzServer::FuzzServer(Settings settings) : settings_(std::move(settings)) {
    if (settings_.disk == Disk::Kept) folder_ = make_folder();
    for (std::uint32_t i = 0; i < settings_.loops; ++i) {
        loops_.push_back(std::make_unique<async::EventLoop>(
            clock_, async::EventLoop::Settings{.index = i, .read_buffer_bytes = 4096}));
    }
    start();
}

FuzzServer::~FuzzServer() {
    stop();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

void FuzzServer::start() {
    std::vector<async::EventLoop*> loops;
    std::vector<broker::LoopPort*> ports;
    for (const auto& loop : loops_) {
        loops.push_back(loop.get());
        ports_.push_back(std::make_unique<broker::EventLoopPort>(*loop));
        ports.push_back(ports_.back().get());
    }
    traces_ = std::make_unique<logs::TraceStore>(clock_);
    metrics_ = std::make_unique<logs::Metrics>();
    drop_reports_ = std::make_unique<DropReports>(loops, events_, levels_, random_,
                                                  &DeviceConnection::taker_of);
    broker::Persistence persistence;
    if (!folder_.empty()) {
        auto opened = storage::MessageStore::open({.file = folder_ / database_file});
        expect(opened.has_value(), opened ? "" : opened.error().message);
        store_ = std::move(*opened);
        persistence = {.store = store_.get(), .clock = &clock_, .report = {}};
    }
    auto broker_settings = broker::broker_settings(settings_.profile, 0x5EED);
    broker_settings.mailbox_bytes_max = settings_.mailbox_bytes_max;
    broker_settings.observation = &levels_.generation_counter();
    broker_ = std::make_unique<broker::Broker>(broker_settings, ports, nullptr, drop_reports_.get(),
                                               persistence);
    if (store_ != nullptr) {
        const auto restored = broker_->restore();
        expect(restored.has_value(), restored ? "" : restored.error().message);
    }
    for (std::size_t i = 0; i < ports_.size(); ++i) ports_[i]->serve(&broker_->shard(i));
    authenticator_ = std::make_unique<Authenticator>();
    gateway_ = std::make_unique<Gateway>(
        GatewaySettings{.profile = settings_.profile,
                        .output_bytes_max = settings_.output_bytes_max},
        GatewayParts{.clock = clock_,
                     .random = random_,
                     .broker = *broker_,
                     .authenticator = *authenticator_,
                     .events = events_,
                     .levels = levels_,
                     .traces = *traces_,
                     .metrics = *metrics_,
                     .tenant_of =
                         [](std::string_view) {
                             return TenantAnswer{.tenant = std::make_shared<const Tenant>(),
                                                 .problem = {}};
                         },
                     .domains = domains_},
        loops);
}

// As the program does: nothing new, the end of all conversations, then the parts in turn.
void FuzzServer::stop() {
    for (std::size_t i = 0; i < loops_.size(); ++i) gateway_->on_loop(i).stop();
    // Over the longest wait of a connection on its way in, and that of one on its way out.
    for (int i = 0; i < 4; ++i) {
        turn();
        clock_.advance(5s);
    }
    while (turn()) {
    }
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        expect(gateway_->on_loop(i).connection_count() == 0, "a connection that does not end");
    }
    gateway_.reset();
    authenticator_.reset();
    for (const auto& port : ports_) port->serve(nullptr);
    broker_.reset();
    while (turn()) {
    }
    drop_reports_.reset();
    ports_.clear();
    store_.reset();
    metrics_.reset();
    traces_.reset();
}

void FuzzServer::remember_disk() {
    if (store_ == nullptr) return;
    const auto database = storage::Database::open({.file = folder_ / database_file});
    expect(database && (*database)->run("VACUUM INTO ?", (folder_ / remembered_file).native()),
           "the database cannot be copied");
}

void FuzzServer::restart() {
    stop();
    if (!folder_.empty() && std::filesystem::exists(folder_ / remembered_file)) {
        for (const char* const end : {"", "-wal", "-shm", "-commits"}) {
            std::filesystem::remove(folder_ / (std::string(database_file) + end));
        }
        std::filesystem::rename(folder_ / remembered_file, folder_ / database_file);
    }
    start();
}

void FuzzServer::accept(int descriptor, std::size_t loop) {
    net::AcceptedSocket socket;
    socket.descriptor = descriptor;
    gateway_->on_loop(loop % loops_.size()).accept(std::move(socket), door_);
}

bool FuzzServer::turn() {
    bool has_worked = false;
    for (const auto& loop : loops_) has_worked |= loop->run_once(0ms);
    return has_worked;
}

void FuzzServer::wait_for_disk() {
    if (store_ == nullptr) return;
    std::size_t written = 0;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        broker_->shard(i).when_kept([&written](bool) { ++written; });
    }
    // The clock stands still while the writer, a thread, writes; what is put together with what
    // comes soon after it needs the clock to go on.
    clock_.advance(collected_for);
    for (int pause = 1; written != loops_.size(); ++pause) {
        if (turn()) continue;
        std::this_thread::sleep_for(writer_pause);
        if (pause % pauses_until_late == 0) clock_.advance(collected_for);
    }
}

void FuzzServer::advance(std::chrono::milliseconds by) {
    clock_.advance(by);
}

void FuzzServer::disconnect(std::string_view client_id, broker::WillFate will,
                            broker::SessionFate fate) {
    broker_->shard(broker_->home_of(Tenant{}, client_id))
        .disconnect(Tenant{}, client_id, will, fate);
}

void FuzzServer::send_direct(std::string_view client_id, std::string_view topic, mqtt::Qos qos) {
    (void)broker_->shard(broker_->home_of(Tenant{}, client_id))
        .send_direct(Tenant{}, client_id, topic, {.payload = bytes_of("direct"), .qos = qos}, {});
}

void FuzzServer::check_is_empty() const {
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        const broker::Shard& shard = broker_->shard(i);
        expect(gateway_->on_loop(i).connection_count() == 0, "a connection without a client");
        expect(shard.session_count() == 0, "a session that does not expire");
        expect(shard.queued_bytes() == 0, "queued messages of nobody");
        expect(shard.in_flight_bytes() == 0, "messages in flight to nobody");
    }
}

void FuzzServer::check_bounds() const {
    const Limits& limits = settings_.profile.limits;
    expect(broker_->retained().messages <= limits.retained_messages_max,
           "more retained messages than the bound");
    std::size_t queued_bytes = 0;
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        queued_bytes += broker_->shard(i).queued_bytes();
    }
    expect(queued_bytes <= limits.queues_bytes_max, "more bytes in queues than the bound");
    for (const std::string_view client_id : {"a", "b", "c"}) {
        const broker::Session* session =
            broker_->shard(broker_->home_of(Tenant{}, client_id)).find(Tenant{}, client_id);
        if (session == nullptr) continue;
        expect(session->queued_messages() <= limits.session_queue_messages_max,
               "more messages in a queue than the bound");
        expect(session->in_flight_messages() <= limits.in_flight_outbound_max,
               "more messages in flight than the bound");
        expect(session->subscription_count() <= limits.subscriptions_per_session_max,
               "more subscriptions than the bound");
    }
}

}  // namespace gatehouse::gateway
