// The function that a domain configuration has asked about the certificates of its clients
// (clientCertificateCallbackArn): whether one that the registry lets in is let in.
//
// It is asked once a connection, and for each request for keys, after the registry; what it answers
// is not kept for others, and a connection that is open is never asked about again. Without a yes
// in time nobody gets in. Calls are admitted as those of custom authorizers are.
//
// Source: AWS IoT Core Developer Guide, "Custom client certificate validation", which names no time
// for the answer, nor what a failure means; both are as for custom authorizers here.
//
// Threads: ask() on any loop; the work is done on the home loop.
#pragma once

#include <memory>
#include <optional>

#include "async/event_loop.h"
#include "async/task.h"
#include "authentication/admissions.h"
#include "authentication/authenticator.h"
#include "authentication/called_function.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "functions/invoker.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "logs/metrics.h"
#include "logs/trace.h"

namespace gatehouse::authentication {

class ClientCertificateCallback : Pinned {
public:
    struct Settings {
        Profile profile;
        AdmissionSettings admission;  // of each domain configuration
    };
    // All must outlive it.
    struct Parts {
        async::EventLoop& home;
        const Clock& clock;
        functions::FunctionInvoker& functions;
        const InvokePermissions& permissions;
        logs::EventSink& events;
        const logs::LevelResolver& levels;
        logs::Metrics& metrics;
    };
    ClientCertificateCallback(Settings settings, const Parts& parts);

    // Whether a function is asked about them, which may take long.
    static bool asks_about(const Credentials& credentials) {
        return credentials.domain != nullptr &&
               !credentials.domain->client_certificate_callback.empty() &&
               !credentials.is_certificate_checked;
    }
    // Of a client whose certificate the registry lets in. Why it is not let in; nothing: it is, or
    // its domain has no function. Answers before the deadline.
    async::Task<std::optional<Refusal>> ask(std::shared_ptr<const Credentials> credentials,
                                            logs::TraceStore::Recorder trace, Deadline deadline);

    // The server is stopping: who waits, and who comes, is refused as Unavailable. On the home
    // loop.
    void stop() { admissions_.close(); }

private:
    struct Call;
    async::Task<std::optional<Refusal>> ask_here(std::shared_ptr<const Credentials> credentials,
                                                 logs::TraceStore::Recorder trace,
                                                 Deadline deadline);
    std::optional<Refusal> check_permission(Call& call) const;
    async::Task<std::optional<Refusal>> admit_and_invoke(Call& call, Deadline deadline);
    async::Task<std::optional<Refusal>> invoke(Call& call, Deadline deadline,
                                               std::shared_ptr<const void> held);
    std::optional<Refusal> judge(Call& call, const functions::InvocationResult& result);
    void report(const Call& call, const std::optional<Refusal>& refusal) const;
    std::chrono::milliseconds wait_max() const {
        return std::chrono::milliseconds(settings_.profile.limits.authorizer_wait_ms);
    }

    const Settings settings_;
    const Parts parts_;
    logs::MetricSet& metrics_;
    Admissions admissions_;
};

}  // namespace gatehouse::authentication
