#include "server/serve/foundation.h"
#include "net/address.h"
#include "rules/rule_directory.h"

#include "server/serve/tell_operator.h"

namespace gatehouse::server {
namespace {

Result<std::unique_ptr<logs::LogStore>> open_log(const Settings& settings,
                                                 const storage::DataDir& data_dir,
                                                 const Clock& clock) {
    auto folder = data_dir.folder("logs");
    if (!folder) return fail(std::move(folder.error()));
    logs::StoreSettings log;
    log.folder = *folder;
    log.tenant = default_tenant(settings);
    log.group_bytes = settings.logs.group_bytes_max;
    log.total_bytes = settings.logs.total_bytes_max;
    log.write_budget = settings.logs.write_budget_bytes_per_second;
    log.report = [](const std::string& sentence) { tell_operator(sentence); };
    return logs::LogStore::open(std::move(log), clock);
}

Result<std::unique_ptr<certificates::LocalAuthority>> open_authority(
    const Settings& settings, const storage::DataDir& data_dir, const Clock& clock,
    Random& random) {
    auto folder = data_dir.folder("ca");
    if (!folder) return fail(std::move(folder.error()));
    certificates::AuthoritySettings authority;
    authority.endpoints = settings.endpoints;
    if (!settings.tls.certificate_file.empty()) {
        authority.foreign_endpoint = certificates::ForeignEndpoint::LeaveOut;
    }
    authority.host_names = certificates::machine_names();
    for (const auto* hosts : {&settings.hosts, &settings.api_hosts}) {
        for (const std::string& host : *hosts) {
            authority.host_names.push_back(net::host_from_here(host));
        }
    }
    authority.regions = {settings.region.value()};
    return certificates::LocalAuthority::open_or_create(*folder, std::move(authority), clock,
                                                        random);
}

}  // namespace

Tenant default_tenant(const Settings& settings) {
    return {settings.account, settings.region};
}

Result<std::unique_ptr<Foundation>> Foundation::make(const Settings& settings) {
    std::unique_ptr<Foundation> made(new Foundation());
    if (settings.clock == ClockChoice::Manual) {
        auto clock =
            std::make_unique<ManualClock>(SystemClock().wall_now(), ManualClock::MachineTime::Goes);
        made->manual_clock = clock.get();
        made->clock = std::move(clock);
    } else {
        made->clock = std::make_unique<SystemClock>();
    }
    auto data_dir = storage::DataDir::open(settings.data_dir);
    if (!data_dir) return fail(std::move(data_dir.error()));
    made->data_dir = std::move(*data_dir);
    auto log = open_log(settings, *made->data_dir, *made->clock);
    if (!log) return fail(std::move(log.error()));
    made->log = std::move(*log);
    made->levels = std::make_unique<logs::ConfiguredLevels>(
        static_cast<logs::Level>(static_cast<std::uint8_t>(settings.log_level)));
    made->traces = std::make_unique<logs::TraceStore>(*made->clock);
    auto store = storage::SqliteResourceStore::open(*made->clock,
                                                    {.file = made->data_dir->file("gatehouse.db")});
    if (!store) return fail(std::move(store.error()));
    made->store = std::move(*store);
    if (settings.messages == MessagesKept::Disk) {
        auto messages = storage::MessageStore::open({.file = made->data_dir->file("messages.db")});
        if (!messages) return fail(std::move(messages.error()));
        made->messages = std::move(*messages);
        const auto seed = made->messages->seed(made->placing_seed);
        if (!seed) return fail(seed.error());
        made->placing_seed = *seed;
    }
    auto secrets =
        storage::SecretBox::open_key_file(made->data_dir->file("secret.key"), made->random);
    if (!secrets) return fail(std::move(secrets.error()));
    made->secrets = std::move(*secrets);
    auto authority = open_authority(settings, *made->data_dir, *made->clock, made->random);
    if (!authority) return fail(std::move(authority.error()));
    made->authority = std::move(*authority);
    auto certificate = ServerCertificate::make(settings, *made->authority, *made->clock);
    if (!certificate) return fail(std::move(certificate.error()));
    made->certificate = std::move(*certificate);
    auto domains = DeviceDomains::load({.settings = settings,
                                        .store = *made->store,
                                        .secrets = *made->secrets,
                                        .authority = *made->authority,
                                        .certificate = *made->certificate,
                                        .clock = *made->clock,
                                        .random = made->random});
    if (!domains) return fail(std::move(domains.error()));
    made->domains = std::move(*domains);
    if (auto watched = made->watch_store(); !watched) return fail(std::move(watched.error()));
    return made;
}

void Foundation::note(const storage::Batch& batch) {
    identity_watch->note(batch);
    domains->note(batch);
    index->note(batch);
    if (rules::changes_rules(batch)) {
        const auto note_rules = on_rules_changed.lock();
        if (*note_rules) (*note_rules)(batch);
    }
    if (!registry::writes_events(batch)) return;
    const auto tell = on_events_written.lock();
    if (*tell) (*tell)();
}

Result<void> Foundation::watch_store() {
    identity_watch = std::make_unique<registry::IdentityWatch>(*store, workers);
    event_outbox = std::make_unique<registry::EventOutbox>(*clock, random);
    observed_store = std::make_unique<storage::ObservedResourceStore>(
        *store, [this](const storage::Batch& batch) { note(batch); });
    index = std::make_unique<indexing::IndexWorker>(*observed_store, *event_outbox);
    async_store = std::make_unique<storage::AsyncResourceStore>(*observed_store, workers);
    return index->start(*store);
}

}  // namespace gatehouse::server
