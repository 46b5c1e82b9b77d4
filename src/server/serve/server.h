// The running program: builds the parts in order, opens the doors, says that it is ready, and
// ends them in reverse.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/task_group.h"
#include "base/result.h"
#include "server/load_settings.h"
#include "server/ready_file.h"
#include "server/serve/connection_bounds.h"
#include "server/serve/control.h"
#include "server/serve/devices.h"
#include "server/serve/doors.h"
#include "server/serve/foundation.h"
#include "server/serve/loops.h"
#include "server/serve/metrics_page.h"
#include "server/serve/ocsp_stapling.h"
#include "server/serve/registry_events.h"
#include "server/serve/revocations.h"
#include "server/serve/rule_targets.h"
#include "server/serve/rules.h"
#include "server/serve/sys_topics.h"
#include "server/settings.h"
#include "server/signals.h"

namespace gatehouse::server {

class Server : Pinned {
public:
    // Reads the settings anew from where they came, for SIGHUP.
    using Reload = std::function<std::expected<LoadedSettings, Problems>()>;
    // Blocking. Errors say which part could not start and what to do.
    static Result<std::unique_ptr<Server>> make(Settings settings, Reload reload);
    ~Server();

    // Opens the doors, writes the ready file and prints it as one line, and serves until SIGTERM
    // or SIGINT; then drains. The error is why it did not get that far.
    Result<void> run();

private:
    Server(Settings settings, Reload reload)
        : settings_(std::move(settings)), reload_(std::move(reload)) {}

    Result<void> make_devices();
    Result<void> load_revocations();
    Result<void> announce();
    ReadyFile ready_file() const;
    std::optional<std::uint16_t> mqtts_port() const;
    void drain();
    async::Task<void> drain_all();
    void reread();
    // What became of something that was to be read again, in a sentence.
    struct Reread {
        logs::Status status = logs::Status::Success;
        std::string sentence;
    };
    Reread reread_settings();
    Reread reread_passwords();
    Reread reread_authorizers();
    void apply_live(const Settings& settings);
    Reread renew_certificate();
    void plan_renewal();
    void tell_uncovered();
    void refresh_domains();
    void tell_left_out();
    void tell_made_again();
    void tell_shadowed();
    void tell_lowered();
    void notice(logs::Status status, std::string_view reason, std::string_view details);

    Settings settings_;  // the live ones as last reread
    ConnectionBounds connection_bounds_;
    const Reload reload_;
    std::unique_ptr<Foundation> foundation_;
    std::unique_ptr<Loops> loops_;
    std::unique_ptr<Resources> resources_;
    std::unique_ptr<DeviceEndpoints> endpoints_;
    std::unique_ptr<RuleTargets> rule_targets_;
    std::unique_ptr<Rules> rules_;  // before the broker, which tells it
    std::unique_ptr<Devices> devices_;
    std::unique_ptr<ControlApi> api_;
    std::unique_ptr<MetricsPage> metrics_;
    std::unique_ptr<SysTopics> sys_topics_;  // null: there are none
    std::unique_ptr<RegistryEvents> registry_events_;
    std::unique_ptr<OcspStapling> ocsp_stapling_;
    std::unique_ptr<Revocations> revocations_;
    std::unique_ptr<Doors> doors_;
    std::unique_ptr<Signals> signals_;
    std::unique_ptr<async::TaskGroup> tasks_;
    std::unique_ptr<async::FunctionTimer> renewal_;
    std::atomic<bool> ready_ = false;
    bool draining_ = false;
};

}  // namespace gatehouse::server
