#include "rules/action_lane.h"

#include <algorithm>
#include <utility>

namespace gatehouse::rules {

bool ActionLane::has_room(const LaneSettings& settings, const Job& job) const {
    return waiting_.size() < settings.jobs_max &&
           (waiting_.empty() || bytes_ + job.payload->size() <= settings.bytes_max);
}

Dispatched ActionLane::take_first() {
    Dispatched first = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= first.job.payload->size();
    return first;
}

ActionLanes::ActionLanes(Parts parts, LaneSettings settings)
    : parts_(std::move(parts)), settings_(settings), tasks_(parts_.loop, "rule actions") {}

std::shared_ptr<ActionLane> ActionLanes::make(ActionPtr action) {
    return std::make_shared<ActionLane>(std::move(action));
}

void ActionLanes::put(std::vector<Dispatched> jobs) {
    parts_.loop.post([this, jobs = std::move(jobs)]() mutable {
        for (Dispatched& each : jobs) take(std::move(each));
    });
}

void ActionLanes::take(Dispatched dispatched) {
    const std::shared_ptr<ActionLane> lane = dispatched.lane;
    ++pending_;
    if (is_stopping_) {
        return end(*lane, dispatched, fail(ErrorKind::Cancelled, "the server is stopping"));
    }
    if (!lane->has_room(settings_, dispatched.job)) {
        return end(*lane, dispatched,
                   fail(ErrorKind::Throttled,
                        "too many messages wait for this action: its target is too slow"));
    }
    lane->bytes_ += dispatched.job.payload->size();
    lane->waiting_.push_back(std::move(dispatched));
    const std::size_t workers_max =
        lane->action_->batch_terms().jobs_max > 1 ? 1 : settings_.workers_max;
    if (lane->workers_ < workers_max) {
        ++lane->workers_;
        tasks_.start(serve(lane));
    }
}

async::Task<void> ActionLanes::serve(std::shared_ptr<ActionLane> lane) {
    const bool is_batching = lane->action_->batch_terms().jobs_max > 1;
    while (!lane->waiting_.empty()) {
        if (is_batching) {
            co_await serve_batch(*lane);
        } else {
            co_await serve_one(*lane, lane->take_first());
        }
    }
    --lane->workers_;
}

async::Task<void> ActionLanes::serve_one(ActionLane& lane, Dispatched dispatched) {
    if (is_stopping_) {
        end(lane, dispatched, fail(ErrorKind::Cancelled, "the server is stopping"));
        co_return;
    }
    parts_.reports.starting(*dispatched.job.message, dispatched.job.rule->name, *lane.action_);
    const Result<Done> how = co_await try_all(*lane.action_, dispatched.job);
    end(lane, dispatched, how);
}

async::Task<Result<Done>> ActionLanes::try_all(const Action& action, const Job& job) {
    for (int tries = 1;; ++tries) {
        Result<Done> how = co_await action.perform(job, try_deadline());
        if (how || !is_worth_repeating(how.error().kind)) co_return how;
        const bool has_no_room = how.error().kind == ErrorKind::Throttled;
        if (tries >= (has_no_room ? settings_.throttled_tries_max : settings_.tries_max)) {
            co_return how;
        }
        if (!co_await pause(tries)) co_return how;
    }
}

// Several at once. Those that may pass are tried again one by one.
async::Task<void> ActionLanes::serve_batch(ActionLane& lane) {
    const BatchTerms terms = lane.action_->batch_terms();
    if (lane.waiting_.size() < terms.jobs_max && terms.open_max.count() > 0) {
        co_await sleep(terms.open_max);
    }
    std::vector<Dispatched> batch;
    std::size_t bytes = 0;
    while (!lane.waiting_.empty() && batch.size() < terms.jobs_max) {
        bytes += lane.waiting_.front().job.payload->size();
        if (!batch.empty() && bytes > terms.bytes_max) break;
        batch.push_back(lane.take_first());
    }
    if (batch.size() == 1 || is_stopping_) {
        for (Dispatched& each : batch) co_await serve_one(lane, std::move(each));
        co_return;
    }
    std::vector<const Job*> jobs;
    for (const Dispatched& each : batch) {
        parts_.reports.starting(*each.job.message, each.job.rule->name, *lane.action_);
        jobs.push_back(&each.job);
    }
    std::vector<Result<Done>> all = co_await lane.action_->perform_all(jobs, try_deadline());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Result<Done> how = i < all.size() ? std::move(all[i])
                                          : fail(ErrorKind::Internal, "the batch has no answer");
        if (!how && is_worth_repeating(how.error().kind) && co_await pause(1)) {
            how = co_await try_all(*lane.action_, batch[i].job);
        }
        end(lane, batch[i], how);
    }
}

Deadline ActionLanes::try_deadline() const {
    return Deadline::after(parts_.loop.clock(), settings_.try_max);
}

// False: the server is stopping.
async::Task<bool> ActionLanes::pause(int tries) {
    auto span = settings_.first_pause;
    for (int i = 1; i < tries && span < settings_.pause_max; ++i) span *= settings_.pause_growth;
    co_await sleep(std::min(span, settings_.pause_max));
    co_return !is_stopping_;
}

async::Task<void> ActionLanes::sleep(SteadyTime::duration span) {
    async::Wake wake(parts_.loop);
    sleeping_.insert(&wake);
    if (!is_stopping_) co_await wake.wait(Deadline::after(parts_.loop.clock(), span));
    sleeping_.erase(&wake);
}

void ActionLanes::end(const ActionLane& lane, const Dispatched& dispatched,
                      const Result<Done>& how) {
    --pending_;
    parts_.reports.executed(dispatched.job, *lane.action_, how);
    Execution& execution = *dispatched.execution;
    ActionCounts& counts = execution.rule->counts->of_action(lane.action_->name());
    if (execution.is_of_error_action) {
        (how ? counts.error_action_success : counts.error_action_failure).add();
        return;
    }
    (how ? counts.success : counts.failure).add();
    if (!how) {
        execution.failures.push_back({std::string(lane.action_->name()),
                                      lane.action_->resource(dispatched.job), how.error().message});
    }
    if (--execution.under_way == 0 && !execution.failures.empty()) {
        parts_.on_failed(dispatched.execution);
    }
}

async::Task<void> ActionLanes::stop(Deadline deadline) {
    is_stopping_ = true;
    for (async::Wake* const wake : sleeping_) wake->notify();
    co_await tasks_.join(deadline);
}

}  // namespace gatehouse::rules
