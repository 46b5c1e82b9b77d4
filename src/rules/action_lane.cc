#include "rules/action_lane.h"

#include <algorithm>
#include <new>
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
        const std::size_t count = jobs.size();
        const MessagePtr message = jobs.front().job.message;
        // Memory that runs out is the message's failure, not the server's.
        try {
            take_all(std::move(jobs));
        } catch (const std::bad_alloc&) {
            message->hold.leave();
            parts_.reports.throttled(*message, "there is no memory for the rules' actions");
        }
        arrived(count, bytes);
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

bool ActionLanes::has_room(const ActionLane& lane, std::size_t bytes) const {
    return lane.waiting_ < settings_.jobs_max &&
           (lane.bytes_ == 0 || lane.bytes_ + bytes <= settings_.bytes_max);
}

bool ActionLanes::has_room(const Tenant& tenant, std::size_t bytes) const {
    if (bytes_ != 0 && bytes_ + bytes > settings_.all_bytes_max) return false;
    const std::size_t held = bytes_of(tenant);
    return held == 0 || held + bytes <= settings_.tenant_bytes_max;
}

// Each has a lane of its own.
bool ActionLanes::has_room_for_all(std::span<const Dispatched> jobs) const {
    std::size_t bytes = 0;
    for (const Dispatched& each : jobs) {
        if (!has_room(*each.lane, each.bytes)) return false;
        bytes += each.bytes;
    }
    return has_room(jobs.front().job.rule->tenant, bytes);
}

std::size_t ActionLanes::bytes_of(const Tenant& tenant) const {
    const auto found = tenant_bytes_.find(tenant);
    return found == tenant_bytes_.end() ? 0 : found->second;
}

Backlog::Room ActionLanes::room_for(const BacklogEntry& entry) const {
    const auto left = [](std::size_t max, std::size_t used) { return max - std::min(max, used); };
    const std::size_t held = bytes_of(entry.rule->facts->tenant);
    Backlog::Room room{.jobs = settings_.jobs_max,
                       .bytes = std::min(left(settings_.all_bytes_max, bytes_),
                                         left(settings_.tenant_bytes_max, held)),
                       .is_all = bytes_ == 0 || held == 0};
    const auto narrow = [&](const ActionLane& lane) {
        room.jobs = std::min(room.jobs, left(settings_.jobs_max, lane.waiting_));
        room.bytes = std::min(room.bytes, left(settings_.bytes_max, lane.bytes_));
        if (lane.bytes_ != 0) room.is_all = false;
    };
    if (entry.failed) {
        narrow(*entry.rule->error_action->lane);
    } else {
        for (const ActionSlot& each : entry.rule->actions) narrow(*each.lane);
    }
    return room;
}

void ActionLanes::hold(ActionLane& lane, const Dispatched& dispatched) {
    tenant_bytes_[dispatched.job.rule->tenant] += dispatched.bytes;
    ++pending_;
    bytes_ += dispatched.bytes;
    lane.bytes_ += dispatched.bytes;
}

void ActionLanes::let_go_of(ActionLane& lane, const Dispatched& dispatched) {
    --pending_;
    bytes_ -= dispatched.bytes;
    lane.bytes_ -= dispatched.bytes;
    const auto tenant = tenant_bytes_.find(dispatched.job.rule->tenant);
    tenant->second -= dispatched.bytes;
    if (tenant->second == 0) tenant_bytes_.erase(tenant);
}

// What is pledged begins with all of its jobs, so that none of them is done once more because of
// another.
void ActionLanes::take_all(std::vector<Dispatched> jobs) {
    const ExecutionPtr execution = jobs.front().execution;
    if (execution->is_pledged() && !is_stopping_) {
        if (!parts_.backlog.has_turn(*execution) || !has_room_for_all(jobs)) {
            std::size_t bytes = 0;
            for (const Dispatched& each : jobs) bytes += each.bytes;
            return parts_.backlog.put({.rule = execution->rule,
                                       .message = execution->message,
                                       .failed = execution->failed,
                                       .bytes = bytes,
                                       .number = execution->number,
                                       .was_evaluated = true});
        }
        execution->turn.reset();
        execution->failed.reset();
    }
    for (Dispatched& each : jobs) take(std::move(each));
}

void ActionLanes::take(Dispatched dispatched) {
    const std::shared_ptr<ActionLane> lane = dispatched.lane;
    const bool has_room = this->has_room(*lane, dispatched.bytes) &&
                          this->has_room(dispatched.job.rule->tenant, dispatched.bytes);
    hold(*lane, dispatched);
    if (is_stopping_) return end_and_tell(*lane, dispatched, server_stops());
    if (!has_room) {
        return end_and_tell(*lane, dispatched,
                            fail(ErrorKind::Throttled,
                                 "too many messages wait for this action: its target is too slow"));
    }
    const std::size_t number = lane->row_of(dispatched.job);
    ActionLane::Row& row = lane->rows_[number];
    try {
        row.waiting.push_back(std::move(dispatched));
    } catch (const std::bad_alloc&) {
        let_go_of(*lane, dispatched);
        throw;
    }
    ++lane->waiting_;
    if (row.workers < lane->row_workers_max_) begin_to_serve(lane, number);
}

void ActionLanes::begin_to_serve(const std::shared_ptr<ActionLane>& lane, std::size_t row) {
    std::size_t& workers = lane->rows_[row].workers;
    ++workers;
    try {
        tasks_.start(serve(lane, row));
    } catch (const std::bad_alloc&) {
        --workers;
        throw;
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
        end_and_tell(lane, dispatched, server_stops());
        co_return;
    }
    parts_.reports.starting(*dispatched.job.message, dispatched.job.rule->name,
                            lane.action_->name());
    const Result<Done> how = co_await try_all(*lane.action_, dispatched.job);
    end_and_tell(lane, dispatched, how);
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
        parts_.reports.starting(*each.job.message, each.job.rule->name, lane.action_->name());
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
    std::vector<ExecutionPtr> failed;
    const auto end_one = [&](const Dispatched& each, const Result<Done>& how) {
        if (auto told = end(lane, each, how)) failed.push_back(std::move(told));
    };
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Result<Done> how = i < all.size() ? std::move(all[i])
                                          : fail(ErrorKind::Internal, "the batch has no answer");
        if (how || !is_tried_again(*lane.action_, how.error(), tries)) {
            end_one(batch[i], how);
            continue;
        }
        again.push_back(std::move(batch[i]));
        outcomes.push_back(std::move(how));
    }
    tell_of_batch(std::exchange(failed, {}));
    if (again.empty() || co_await pause(tries)) co_return again;
    for (std::size_t i = 0; i < again.size(); ++i) end_one(again[i], outcomes[i]);
    tell_of_batch(std::move(failed));
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

ExecutionPtr ActionLanes::end(ActionLane& lane, const Dispatched& dispatched,
                              const Result<Done>& how) {
    let_go_of(lane, dispatched);
    parts_.reports.executed(dispatched.job, *lane.action_, how);
    Execution& execution = *dispatched.execution;
    ActionCounts& counts = execution.rule->counts->of_action(lane.action_->name());
    if (execution.is_of_error_action) {
        (how ? counts.error_action_success : counts.error_action_failure).add();
        return nullptr;
    }
    (how ? counts.success : counts.failure).add();
    if (!how) {
        execution.failures.push_back({std::string(lane.action_->name()),
                                      lane.action_->resource(dispatched.job), how.error().message});
        const BatchTold told = lane.action_->batch_terms().told;
        if (told != BatchTold::Apart) execution.batch = told;
    }
    const bool is_told = --execution.under_way == 0 && !execution.failures.empty();
    return is_told ? dispatched.execution : nullptr;
}

void ActionLanes::end_and_tell(ActionLane& lane, const Dispatched& dispatched,
                               const Result<Done>& how) {
    if (auto failed = end(lane, dispatched, how)) parts_.on_failed(std::move(failed));
}

void ActionLanes::tell_of_batch(std::vector<ExecutionPtr> failed) {
    const auto are_alike = [](const Execution& a, const Execution& b) {
        return a.batch != BatchTold::Apart && a.rule == b.rule && a.failures == b.failures &&
               (a.batch == BatchTold::AcrossTopics || a.message->topic == b.message->topic);
    };
    std::vector<ExecutionPtr> told;
    for (ExecutionPtr& each : failed) {
        const auto first = std::ranges::find_if(
            told, [&](const ExecutionPtr& other) { return are_alike(*other, *each); });
        if (first == told.end()) {
            told.push_back(std::move(each));
        } else {
            (*first)->others.push_back(each->message);
        }
    }
    for (ExecutionPtr& each : told) parts_.on_failed(std::move(each));
}

async::Task<void> ActionLanes::stop(Deadline deadline) {
    is_stopping_ = true;
    for (async::Wake* const wake : sleeping_) wake->notify();
    co_await tasks_.join(deadline);
}

}  // namespace gatehouse::rules
