#include "rules/action_lane.h"

#include <algorithm>
#include <utility>

namespace gatehouse::rules {
namespace {

std::unexpected<Error> server_stops() {
    return fail(ErrorKind::Cancelled, "the server is stopping");
}

}  // namespace

std::size_t ActionLane::row_of(const Job& job) const {
    return rows_.size() == 1 ? 0 : std::hash<std::string>{}(job.message->topic) % rows_.size();
}

Dispatched ActionLane::take_first(std::size_t row) {
    Dispatched first = std::move(rows_[row].waiting.front());
    rows_[row].waiting.pop_front();
    --waiting_;
    return first;
}

std::vector<Dispatched> ActionLane::take_batch(std::size_t row, const BatchTerms& terms) {
    std::vector<Dispatched> batch;
    std::size_t bytes = 0;
    const std::deque<Dispatched>& waiting = rows_[row].waiting;
    while (!waiting.empty() && batch.size() < terms.jobs_max) {
        bytes += waiting.front().job.payload->size();
        if (!batch.empty() && bytes > terms.bytes_max) break;
        batch.push_back(take_first(row));
    }
    return batch;
}

ActionLanes::ActionLanes(Parts parts, LaneSettings settings)
    : parts_(std::move(parts)), settings_(settings), tasks_(parts_.loop, "rule actions") {}

std::shared_ptr<ActionLane> ActionLanes::make(ActionPtr action, Order order) {
    if (action->batch_terms().jobs_max > 1) {
        return std::make_shared<ActionLane>(std::move(action), 1, 1);
    }
    const std::size_t workers = settings_.workers_max;
    return order == Order::OfTopic ? std::make_shared<ActionLane>(std::move(action), workers, 1)
                                   : std::make_shared<ActionLane>(std::move(action), 1, workers);
}

void ActionLanes::put(std::vector<Dispatched> jobs) {
    std::size_t bytes = 0;
    for (Dispatched& each : jobs) {
        each.bytes = each.job.bytes();
        bytes += each.bytes;
    }
    // Before whoever gives them has nothing to do any more, so that they are always seen.
    handed_jobs_ += jobs.size();
    handed_bytes_ += bytes;
    parts_.loop.post([this, jobs = std::move(jobs), bytes]() mutable {
        for (Dispatched& each : jobs) take(std::move(each));
        arrived(jobs.size(), bytes);
    });
}

bool ActionLanes::has_room_for_more() const {
    return handed_jobs_ < settings_.handed_jobs_max && handed_bytes_ < settings_.handed_bytes_max;
}

void ActionLanes::wait_for_room() {
    if (has_room_for_more()) return;
    std::unique_lock lock(room_mutex_);
    ++waiting_threads_;
    room_.wait(lock, [this] { return is_let_go_ || has_room_for_more(); });
    --waiting_threads_;
}

void ActionLanes::arrived(std::size_t jobs, std::size_t bytes) {
    handed_jobs_ -= jobs;
    handed_bytes_ -= bytes;
    if (waiting_threads_ == 0 || !has_room_for_more()) return;
    const std::scoped_lock lock(room_mutex_);
    room_.notify_all();
}

void ActionLanes::let_go() {
    const std::scoped_lock lock(room_mutex_);
    is_let_go_ = true;
    room_.notify_all();
}

bool ActionLanes::has_room(const ActionLane& lane, const Dispatched& dispatched) const {
    // Of those that are pledged no more come than may be (pledges.h).
    if (dispatched.execution->rule->assurance == Assurance::AtLeastOnce &&
        dispatched.job.message->hold.is_held()) {
        return true;
    }
    const std::size_t bytes = dispatched.bytes;
    if (lane.waiting_ >= settings_.jobs_max) return false;
    if (lane.bytes_ != 0 && lane.bytes_ + bytes > settings_.bytes_max) return false;
    if (bytes_ + bytes > settings_.all_bytes_max) return false;
    const auto tenant = tenant_bytes_.find(dispatched.job.rule->tenant);
    return tenant == tenant_bytes_.end() || tenant->second + bytes <= settings_.tenant_bytes_max;
}

void ActionLanes::hold(ActionLane& lane, const Dispatched& dispatched) {
    ++pending_;
    bytes_ += dispatched.bytes;
    lane.bytes_ += dispatched.bytes;
    tenant_bytes_[dispatched.job.rule->tenant] += dispatched.bytes;
}

void ActionLanes::let_go_of(ActionLane& lane, const Dispatched& dispatched) {
    --pending_;
    bytes_ -= dispatched.bytes;
    lane.bytes_ -= dispatched.bytes;
    const auto tenant = tenant_bytes_.find(dispatched.job.rule->tenant);
    tenant->second -= dispatched.bytes;
    if (tenant->second == 0) tenant_bytes_.erase(tenant);
}

void ActionLanes::take(Dispatched dispatched) {
    const std::shared_ptr<ActionLane> lane = dispatched.lane;
    const bool has_room = this->has_room(*lane, dispatched);
    hold(*lane, dispatched);
    if (is_stopping_) return end(*lane, dispatched, server_stops());
    if (!has_room) {
        return end(*lane, dispatched,
                   fail(ErrorKind::Throttled,
                        "too many messages wait for this action: its target is too slow"));
    }
    const std::size_t number = lane->row_of(dispatched.job);
    ActionLane::Row& row = lane->rows_[number];
    ++lane->waiting_;
    row.waiting.push_back(std::move(dispatched));
    if (row.workers < lane->row_workers_max_) {
        ++row.workers;
        tasks_.start(serve(lane, number));
    }
}

async::Task<void> ActionLanes::serve(std::shared_ptr<ActionLane> lane, std::size_t row) {
    const bool is_batching = lane->action_->batch_terms().jobs_max > 1;
    while (!lane->rows_[row].waiting.empty()) {
        if (is_batching) {
            co_await serve_batch(*lane, row);
        } else {
            co_await serve_one(*lane, lane->take_first(row));
        }
    }
    --lane->rows_[row].workers;
}

async::Task<void> ActionLanes::serve_one(ActionLane& lane, Dispatched dispatched) {
    if (is_stopping_) {
        end(lane, dispatched, server_stops());
        co_return;
    }
    parts_.reports.starting(*dispatched.job.message, dispatched.job.rule->name, *lane.action_);
    const Result<Done> how = co_await try_all(*lane.action_, dispatched.job);
    end(lane, dispatched, how);
}

bool ActionLanes::is_tried_again(const Action& action, const Error& error, int tries) const {
    if (!is_worth_repeating(error.kind)) return false;
    const bool waits = error.kind == ErrorKind::Throttled && action.waits_for_room();
    return tries < (waits ? settings_.room_tries_max : settings_.tries_max);
}

async::Task<Result<Done>> ActionLanes::try_all(const Action& action, const Job& job) {
    for (int tries = 1;; ++tries) {
        Result<Done> how = co_await action.perform(job, try_deadline());
        if (how || !is_tried_again(action, how.error(), tries)) co_return how;
        if (!co_await pause(tries)) co_return how;
    }
}

async::Task<void> ActionLanes::serve_batch(ActionLane& lane, std::size_t row) {
    const BatchTerms terms = lane.action_->batch_terms();
    if (lane.rows_[row].waiting.size() < terms.jobs_max && terms.open_max.count() > 0) {
        co_await sleep(terms.open_max);
    }
    std::vector<Dispatched> batch = lane.take_batch(row, terms);
    if (batch.size() == 1 || is_stopping_) {
        for (Dispatched& each : batch) co_await serve_one(lane, std::move(each));
    } else {
        co_await do_batch(lane, std::move(batch));
    }
}

async::Task<void> ActionLanes::do_batch(ActionLane& lane, std::vector<Dispatched> batch) {
    for (const Dispatched& each : batch) {
        parts_.reports.starting(*each.job.message, each.job.rule->name, *lane.action_);
    }
    for (int tries = 1; !batch.empty(); ++tries) {
        batch = co_await try_batch(lane, std::move(batch), tries);
    }
}

// What is to be tried again, once it is time.
async::Task<std::vector<Dispatched>> ActionLanes::try_batch(ActionLane& lane,
                                                            std::vector<Dispatched> batch,
                                                            int tries) {
    std::vector<const Job*> jobs;
    for (const Dispatched& each : batch) jobs.push_back(&each.job);
    std::vector<Result<Done>> all = co_await lane.action_->perform_all(jobs, try_deadline());
    std::vector<Dispatched> again;
    std::vector<Result<Done>> outcomes;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Result<Done> how = i < all.size() ? std::move(all[i])
                                          : fail(ErrorKind::Internal, "the batch has no answer");
        if (how || !is_tried_again(*lane.action_, how.error(), tries)) {
            end(lane, batch[i], how);
            continue;
        }
        again.push_back(std::move(batch[i]));
        outcomes.push_back(std::move(how));
    }
    if (again.empty() || co_await pause(tries)) co_return again;
    for (std::size_t i = 0; i < again.size(); ++i) end(lane, again[i], outcomes[i]);
    co_return std::vector<Dispatched>();
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

void ActionLanes::end(ActionLane& lane, const Dispatched& dispatched, const Result<Done>& how) {
    let_go_of(lane, dispatched);
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
