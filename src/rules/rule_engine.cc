#include "rules/rule_engine.h"

#include "async/wake.h"

namespace gatehouse::rules {
namespace {

constexpr std::chrono::milliseconds idle_look{5};
constexpr std::chrono::milliseconds room_look{5};
// How often each message of a tenant may wait for room, on the average of those that are pledged.
constexpr std::size_t waits_of_message = 4;

}  // namespace

RuleEngine::RuleEngine(const Parts& parts, const EngineSettings& settings)
    : loop_(parts.loop),
      pledges_({.messages_max = settings.lanes.jobs_max, .bytes_max = settings.lanes.bytes_max}),
      reports_(parts.events, parts.levels),
      republisher_(parts.loop),
      backlog_(waits_of_message * settings.lanes.jobs_max,
               [this] {
                   loop_.post([this] {
                       if (!is_stopping_) taking_up_.start(take_up_postponed());
                   });
               }),
      lanes_(
          {.loop = parts.loop,
           .reports = reports_,
           .backlog = backlog_,
           .on_failed = [this](ExecutionPtr failed) { evaluator_.take_failed(std::move(failed)); }},
          settings.lanes),
      evaluator_({.loop = parts.loop,
                  .clock = parts.clock,
                  .random = parts.random,
                  .reports = reports_,
                  .lanes = lanes_,
                  .backlog = backlog_,
                  .functions = &parts.functions},
                 settings.evaluator),
      compile_(compile_parts(parts, settings)),
      give_up_(parts.give_up),
      directory_({.store = parts.store,
                  .parent_match = settings.parent_match,
                  .compile = compile_,
                  .on_problem = parts.on_problem}),
      listener_({.directory = directory_,
                 .evaluator = evaluator_,
                 .reports = reports_,
                 .random = parts.random,
                 .not_found = not_found_,
                 .pledges = pledges_}),
      taking_up_(parts.loop, "restored messages of rules") {}

// Where it was never asked to stop, since the server's start failed.
RuleEngine::~RuleEngine() {
    pledges_.close();
}

CompileParts RuleEngine::compile_parts(const Parts& parts, const EngineSettings& settings) {
    return {.actions = {.tenant = {},
                        .loop = &parts.loop,
                        .clock = &parts.clock,
                        .random = &parts.random,
                        .functions = &parts.functions,
                        .broker = &republisher_,
                        .logs = &parts.logs,
                        .roles = &parts.roles,
                        .aws = parts.aws,
                        .http = parts.http,
                        .kafka = parts.kafka,
                        .declared = parts.declared,
                        .destinations = parts.destinations,
                        .payload_bytes_max = settings.payload_bytes_max,
                        .topic_bounds = settings.topic_bounds},
            .lanes = &lanes_,
            .counts = nullptr};
}

CompileParts RuleEngine::checking() const {
    CompileParts parts = compile_;
    parts.lanes = nullptr;
    parts.actions.is_new = true;
    return parts;
}

void RuleEngine::serve(broker::Broker& broker) {
    republisher_.serve(broker);
    pledges_.serve(broker);
    if (!pledges_.has_restored()) return;
    loop_.post([this] { taking_up_.start(take_up_restored()); });
}

// By and by, as there is room.
async::Task<void> RuleEngine::take_up_restored() {
    while (const std::shared_ptr<Message> message = pledges_.take_restored()) {
        while (!listener_.take_up(message)) {
            if (is_stopping_) co_return;
            co_await async::sleep_until(loop_, Deadline::after(loop_.clock(), room_look));
        }
    }
}

// A rule that is gone, or does not ask for it any more, does nothing.
void RuleEngine::take_again(Backlog::Ready ready) {
    const Message& message = *ready.entry.message;
    RulePtr now = listener_.current(*ready.entry.rule, message);
    if (!now || (ready.entry.failed && !now->error_action)) {
        // One that cannot be run just now may be at the next start.
        if (!now && directory_.has_broken_assured(message.tenant)) message.hold.leave();
        return;
    }
    ready.entry.rule = std::move(now);
    evaluator_.take_again(std::move(ready));
}

// Looks at intervals until nothing is left.
async::Task<void> RuleEngine::take_up_postponed() {
    while (!is_stopping_) {
        Backlog::Taken taken = backlog_.take([this](const BacklogEntry& entry) {
            const RulePtr now = listener_.current(*entry.rule, *entry.message);
            // What nobody wants any more goes now.
            if (!now || (entry.failed && !now->error_action)) {
                return Backlog::Room{.jobs = 1, .bytes = SIZE_MAX};
            }
            BacklogEntry as_now{.rule = now, .failed = entry.failed};
            return lanes_.room_for(as_now);
        });
        for (Backlog::Ready& each : taken.ready) take_again(std::move(each));
        for (Arrived& each : taken.parked) evaluator_.take_back(std::move(each));
        if (taken.is_last) co_return;
        co_await async::sleep_until(loop_, Deadline::after(loop_.clock(), room_look));
    }
}

async::Task<void> RuleEngine::stop(Deadline deadline) {
    while (!is_idle() && !deadline.passed(loop_.clock().steady_now())) {
        co_await async::sleep_until(loop_, Deadline::after(loop_.clock(), idle_look));
    }
    // What did not come to its end is done after the next start.
    is_stopping_ = true;
    pledges_.close();
    co_await taking_up_.join(Deadline::never());
    if (give_up_) give_up_();
    co_await evaluator_.stop();
    co_await lanes_.stop(Deadline::never());
    republisher_.stop();
}

}  // namespace gatehouse::rules
