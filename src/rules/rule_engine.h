// Rules at work: what is built of the parts of this module, in order.
//
// Lifetimes: built before the broker, which it listens to; serve() once there is one; both live
// until the loops have ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/profile.h"
#include "base/random.h"
#include "base/result.h"
#include "broker/broker.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "mqtt/topic.h"
#include "rules/action_lane.h"
#include "rules/backlog.h"
#include "rules/doors.h"
#include "rules/evaluator.h"
#include "rules/pledges.h"
#include "rules/republisher.h"
#include "rules/rule_directory.h"
#include "rules/rule_listener.h"
#include "rules/rule_reports.h"
#include "storage/resource_store.h"

namespace gatehouse::rules {

struct EngineSettings {
    ParentMatch parent_match = ParentMatch::No;
    LaneSettings lanes;
    EvaluatorSettings evaluator;
    // Of what rules publish.
    std::size_t payload_bytes_max = SIZE_MAX;
    mqtt::TopicBounds topic_bounds{};
};

class RuleEngine : Pinned {
public:
    // All must outlive it. The loop is the broker's first.
    struct Parts {
        async::EventLoop& loop;
        const Clock& clock;
        Random& random;
        storage::ResourceStore& store;
        logs::EventSink& events;
        const logs::LevelResolver& levels;
        FunctionDoor& functions;
        LogDoor& logs;
        RoleDoor& roles;
        std::function<void(const Tenant&, const std::string& name, const std::string& why)>
            on_problem;
        // Of targets elsewhere; null: rules with such actions are not run.
        const AwsDoor* aws = nullptr;
        HttpDoor* http = nullptr;
        KafkaDoor* kafka = nullptr;
        DeclaredDoors declared = {};
        const registry::TopicRuleDestinations* destinations = nullptr;
        // Ends what actions wait for elsewhere, once stop() waits no longer for the rest of them.
        std::function<void()> give_up = {};
    };
    RuleEngine(const Parts& parts, const EngineSettings& settings);
    ~RuleEngine();

    // The store's errors.
    Result<void> load() { return directory_.load(); }
    void note(const storage::Batch& batch) { directory_.note(batch); }
    broker::PublishListener& listener() { return listener_; }
    // Where rules republish to, and what they pledged is. Once it is restored; what was restored is
    // taken up as soon as the loop runs.
    void serve(broker::Broker& broker);
    // To see whether a rule is right.
    CompileParts checking() const;

    const RuleDirectory& directory() const { return directory_; }
    std::uint64_t ingest_not_found() const { return not_found_.value(); }
    // On the loop, these two.
    bool is_idle() const {
        return taking_up_.running() == 0 && evaluator_.is_idle() && lanes_.pending() == 0 &&
               backlog_.is_empty();
    }
    std::size_t pending_jobs() const { return lanes_.pending(); }
    std::size_t pending_bytes() const { return lanes_.bytes(); }
    // That wait for room to be evaluated once more.
    std::size_t postponed() const { return backlog_.size(); }
    std::uint64_t payloads_read() const { return evaluator_.payloads_read(); }

    // What waits is done until the deadline; then what is under way ends, and nothing more is
    // begun. From a task on the loop.
    async::Task<void> stop(Deadline deadline);

private:
    CompileParts compile_parts(const Parts& parts, const EngineSettings& settings);
    async::Task<void> take_up_restored();
    async::Task<void> take_up_postponed();
    void take_again(Backlog::Ready ready);

    async::EventLoop& loop_;
    Pledges pledges_;  // before all that has messages
    const RuleReports reports_;
    Republisher republisher_;
    Count not_found_;
    Backlog backlog_;
    ActionLanes lanes_;
    Evaluator evaluator_;
    const CompileParts compile_;
    const std::function<void()> give_up_;
    RuleDirectory directory_;
    RuleListener listener_;
    bool is_stopping_ = false;
    async::TaskGroup taking_up_;
};

}  // namespace gatehouse::rules
