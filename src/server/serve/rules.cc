#include "server/serve/rules.h"

#include <fmt/format.h>

#include "gateway/topic_bounds.h"
#include "server/serve/tell_operator.h"

namespace gatehouse::server {
namespace {

rules::EngineSettings engine_settings(const Settings& settings) {
    return {.parent_match = settings.profile.behaviour.parent_match,
            .lanes = {.jobs_max = settings.rules.action_jobs_max,
                      .workers_max = settings.rules.action_workers,
                      .tries_max = static_cast<int>(settings.rules.action_tries)},
            .evaluator = {.threads = settings.rules.threads,
                          .messages_max = settings.rules.messages_max},
            .payload_bytes_max = settings.profile.limits.payload_bytes_max,
            .topic_bounds = gateway::topic_bounds(settings.profile.limits)};
}

// A rule that was kept by another version of the program, say.
void tell_problem(logs::EventSink& events, const Tenant& tenant, const std::string& name,
                  const std::string& why) {
    const std::string sentence = fmt::format("the topic rule '{}' does not run: {}", name, why);
    tell_operator(sentence);
    events.record({.tenant = tenant,
                   .type = logs::EventType::ServerNotice,
                   .status = logs::Status::Failure,
                   .reason = "RULE_DOES_NOT_RUN",
                   .details = sentence,
                   .rule_name = name});
}

}  // namespace

Rules::Rules(const Parts& parts)
    : foundation_(parts.foundation),
      roles_(parts.roles, *parts.foundation.clock),
      logs_(*parts.foundation.log, parts.foundation.workers, parts.loops.main()),
      functions_({.invoker = parts.functions.invoker(),
                  .events = parts.functions.async_invocations(),
                  .lookup = parts.functions.directory(),
                  .permissions = parts.functions.permissions(),
                  .missing_permission = parts.settings.profile.behaviour.missing_permission,
                  .random = parts.foundation.random}),
      engine_({.loop = parts.loops.main(),
               .clock = *parts.foundation.clock,
               .random = parts.foundation.random,
               .store = *parts.foundation.store,
               .events = *parts.foundation.log,
               .levels = *parts.foundation.levels,
               .functions = functions_,
               .logs = logs_,
               .roles = roles_,
               .on_problem = [log = parts.foundation.log.get()](
                                 const Tenant& tenant, const std::string& name,
                                 const std::string& why) { tell_problem(*log, tenant, name, why); },
               .aws = &parts.targets.aws(),
               .http = &parts.targets.http(),
               .kafka = &parts.targets.kafka(),
               .declared = parts.targets.declared(),
               .destinations = &parts.targets.destinations(),
               .give_up = [targets = &parts.targets] { targets->close(); }},
              engine_settings(parts.settings)),
      records_(*parts.foundation.async_store,
               {.compile = engine_.checking(),
                .parent_match = parts.settings.profile.behaviour.parent_match},
               parts.roles) {}

Result<std::unique_ptr<Rules>> Rules::load(const Parts& parts) {
    std::unique_ptr<Rules> made(new Rules(parts));
    if (auto loaded = made->engine_.load(); !loaded) return fail(std::move(loaded.error()));
    *parts.foundation.on_rules_changed.lock() =
        [engine = &made->engine_](const storage::Batch& batch) { engine->note(batch); };
    return made;
}

Rules::~Rules() {
    *foundation_.on_rules_changed.lock() = nullptr;
}

}  // namespace gatehouse::server
