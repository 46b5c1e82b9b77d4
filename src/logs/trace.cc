#include "logs/trace.h"

#include <algorithm>
#include <array>

namespace gatehouse::logs {
namespace {

constexpr std::size_t usual_steps = 8;  // of an attempt that needs no function

constexpr std::array<std::string_view, 15> kind_names = {
    "door",       "tls",       "server-name",     "alpn",      "connect",
    "authorizer", "signature", "event",           "answer",    "validation",
    "policy",     "told",      "refresh-planned", "refreshed", "ended"};
constexpr std::array<std::string_view, 4> status_names = {"passed", "failed", "skipped", "noted"};
constexpr std::array<std::string_view, 4> outcome_names = {"pending", "accepted", "refused",
                                                           "ended"};

// Cut at a character's border, so that the text stays well-formed.
void cut(std::string& text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return;
    std::size_t end = bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text += "…";
}

std::size_t bytes_of_step(const TraceStep& step) {
    return sizeof(TraceStep) + step.detail.size() + step.unmasked_detail.size();
}

ConnectionTrace shown(ConnectionTrace trace, Secrets secrets) {
    if (secrets == Secrets::Masked) {
        for (TraceStep& step : trace.steps) step.unmasked_detail.clear();
    }
    return trace;
}

}  // namespace

std::string_view name_of(StepKind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}
std::string_view name_of(StepStatus status) {
    return status_names[static_cast<std::size_t>(status)];
}
std::string_view name_of(Outcome outcome) {
    return outcome_names[static_cast<std::size_t>(outcome)];
}

struct TraceStore::Entry {
    ConnectionTrace trace;
    std::uint64_t order = 0;  // of beginning, among both kinds
    SteadyTime started;
    std::size_t bytes = 0;
};

struct TraceStore::Follower {
    std::uint64_t number;
    Tenant tenant;
    std::string client_id;
    Listener listener;
};

TraceStore::TraceStore(const Clock& clock) : TraceStore(clock, Settings{}) {}
TraceStore::TraceStore(const Clock& clock, Settings settings)
    : clock_(clock),
      settings_(settings),
      kinds_{Kind{.bounds = settings.connects}, Kind{.bounds = settings.no_connects}} {}
TraceStore::~TraceStore() = default;

TraceStore::Recorder TraceStore::begin(const Tenant& tenant, std::string_view trace_id,
                                       std::string_view source, Attempt attempt) {
    auto entry = std::make_unique<Entry>();
    entry->trace.tenant = tenant;
    entry->trace.trace_id = trace_id;
    entry->trace.source = source;
    entry->trace.started = clock_.wall_now();
    entry->started = clock_.steady_now();
    entry->bytes = sizeof(Entry) + trace_id.size() + source.size();
    entry->trace.steps.reserve(usual_steps);
    Recorder recorder;
    recorder.store_ = this;
    recorder.attempt_ = attempt;
    const std::scoped_lock lock(mutex_);
    Kind& kind = kind_of(attempt);
    entry->order = ++begun_;
    entry->trace.revision = ++revision_;
    recorder.number_ = kind.first + kind.entries.size();
    kind.bytes += entry->bytes;
    kind.entries.push_back(std::move(entry));
    drop_oldest_over_bounds(kind);
    return recorder;
}

void TraceStore::drop_oldest_over_bounds(Kind& kind) {
    // The newest trace stays, whatever its size: its steps are bounded on their own.
    while (kind.entries.size() > 1 &&
           (kind.entries.size() > kind.bounds.traces_max || kind.bytes > kind.bounds.bytes_max)) {
        kind.bytes -= kind.entries.front()->bytes;
        kind.entries.pop_front();
        ++kind.first;
    }
}

template <class Apply>
void TraceStore::Recorder::change(Apply apply) {
    if (store_ == nullptr) return;
    std::vector<std::shared_ptr<const Follower>> told;
    ConnectionTrace copy;
    {
        const std::scoped_lock lock(store_->mutex_);
        Kind& kind = store_->kind_of(attempt_);
        if (number_ < kind.first) return;  // dropped already
        Entry& entry = *kind.entries[number_ - kind.first];
        const std::size_t before = entry.bytes;
        apply(entry);
        entry.trace.revision = ++store_->revision_;
        kind.bytes += entry.bytes - before;
        for (const auto& follower : store_->followers_) {
            if (follower->tenant != entry.trace.tenant) continue;
            if (!follower->client_id.empty() && follower->client_id != entry.trace.client_id) {
                continue;
            }
            told.push_back(follower);
        }
        if (!told.empty()) copy = shown(entry.trace, Secrets::Masked);
        drop_oldest_over_bounds(kind);
    }
    for (const auto& follower : told) follower->listener(copy);
}

void TraceStore::Recorder::step(StepKind kind, StepStatus status, std::string detail,
                                std::string unmasked_detail) {
    if (store_ == nullptr) return;
    cut(detail, store_->settings_.detail_max);
    cut(unmasked_detail, store_->settings_.detail_max);
    change([&](Entry& entry) {
        if (entry.trace.steps.size() >= store_->settings_.steps_max) {
            ++entry.trace.steps_left_out;
            return;
        }
        const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
            store_->clock_.steady_now() - entry.started);
        entry.trace.steps.push_back(
            {kind, status, std::move(detail), std::move(unmasked_detail), elapsed});
        entry.bytes += bytes_of_step(entry.trace.steps.back());
    });
}

void TraceStore::Recorder::name_client(std::string_view client_id) {
    change([&](Entry& entry) {
        entry.bytes += client_id.size();
        entry.bytes -= entry.trace.client_id.size();
        entry.trace.client_id = client_id;
    });
}

void TraceStore::Recorder::name_tenant(const Tenant& tenant) {
    change([&](Entry& entry) { entry.trace.tenant = tenant; });
}

void TraceStore::Recorder::outcome(Outcome outcome) {
    change([&](Entry& entry) { entry.trace.outcome = outcome; });
}

std::vector<const TraceStore::Entry*> TraceStore::entries_of(const Query& query) const {
    std::vector<const Entry*> found;
    for (const Kind& kind : kinds_) {
        for (const auto& entry : kind.entries) {
            const ConnectionTrace& trace = entry->trace;
            if (!query.client_id.empty() && trace.client_id != query.client_id) continue;
            if (trace.tenant == query.tenant) found.push_back(entry.get());
        }
    }
    return found;
}

std::vector<ConnectionTrace> TraceStore::find(const Query& query) const {
    std::vector<ConnectionTrace> found;
    const std::scoped_lock lock(mutex_);
    auto entries = entries_of(query);
    std::ranges::sort(entries, std::ranges::greater(), &Entry::order);
    for (const Entry* const entry : entries) {
        if (found.size() >= query.limit) break;
        if (!query.trace_id.empty() && entry->trace.trace_id != query.trace_id) continue;
        found.push_back(shown(entry->trace, query.secrets));
    }
    return found;
}

std::uint64_t TraceStore::revision() const {
    const std::scoped_lock lock(mutex_);
    return revision_;
}

std::vector<ConnectionTrace> TraceStore::changed_since(std::uint64_t revision,
                                                       const Query& query) const {
    const std::scoped_lock lock(mutex_);
    auto changed = entries_of(query);
    std::erase_if(changed, [&](const Entry* entry) { return entry->trace.revision <= revision; });
    std::ranges::sort(changed, {}, [](const Entry* entry) { return entry->trace.revision; });
    if (changed.size() > query.limit) changed.resize(query.limit);
    std::vector<ConnectionTrace> found;
    for (const Entry* const entry : changed) found.push_back(shown(entry->trace, query.secrets));
    return found;
}

std::uint64_t TraceStore::follow(const Tenant& tenant, std::string client_id, Listener listener) {
    const std::scoped_lock lock(mutex_);
    if (following_ended_ || followers_.size() >= settings_.followers_max) return 0;
    const std::uint64_t number = next_follower_++;
    followers_.push_back(std::make_shared<const Follower>(
        Follower{number, tenant, std::move(client_id), std::move(listener)}));
    return number;
}

void TraceStore::unfollow(std::uint64_t number) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(followers_, [&](const auto& follower) { return follower->number == number; });
}

void TraceStore::end_following() {
    std::vector<std::shared_ptr<const Follower>> told;
    {
        const std::scoped_lock lock(mutex_);
        following_ended_ = true;
        told = followers_;
    }
    for (const auto& follower : told) follower->listener(ConnectionTrace());
}

}  // namespace gatehouse::logs
