#include "indexing/index_worker.h"

#include "indexing/indexing_configurations.h"

namespace gatehouse::indexing {
namespace {

constexpr int turns_at_once = 16;

}  // namespace

Result<void> IndexWorker::start(storage::ResourceStore& store) {
    std::set<Tenant> tenants;
    auto scanned = store.scan(indexing_configuration_kind, [&](const storage::Record& record) {
        tenants.insert(record.key.tenant);
    });
    if (!scanned || tenants.empty()) return scanned;
    has_indexes_ = true;
    pending_.lock()->changes.whole.merge(tenants);
    wake();
    return {};
}

void IndexWorker::note(const storage::Batch& batch) {
    if (changes_configuration(batch)) has_indexes_ = true;
    if (!has_indexes_) return;
    {
        const auto pending = pending_.lock();
        pending->changes.note(batch);
        if (pending->changes.empty()) return;
    }
    wake();
}

void IndexWorker::note(const Tenant& tenant, const std::string& name, Connectivity connectivity) {
    if (!wants_connectivity(tenant)) return;
    pending_.lock()->changes.connectivity[{tenant, name}] = std::move(connectivity);
    wake();
}

void IndexWorker::on_connectivity_wanted(std::function<void(const Tenant&)> tell) {
    *tell_.lock() = std::move(tell);
}

// Where nothing more can be queued, somebody waits there whose question takes the changes in.
void IndexWorker::wake() {
    {
        const auto pending = pending_.lock();
        if (std::exchange(pending->is_woken, true)) return;
    }
    const bool is_queued = worker_.post([this] {
        pending_.lock()->is_woken = false;
        work_off();
    });
    if (!is_queued) pending_.lock()->is_woken = false;
}

void IndexWorker::work_off() {
    // What could not be read is left for the next time, else a store that cannot be read would
    // keep the thread busy.
    NotedChanges unread;
    // Changes that follow from changes are few turns deep; who writes all the time does not keep
    // questions waiting.
    for (int turn = 0; turn < turns_at_once; ++turn) {
        const auto changes = std::make_shared<NotedChanges>();
        std::shared_ptr<const NotedChanges> done = changes;
        {
            const auto pending = pending_.lock();
            std::swap(*changes, pending->changes);
            std::swap(done, pending->worked_on);
        }
        if (changes->empty()) break;
        NotedChanges again = indexes_.take(*changes);
        follow_configurations(*changes);
        // An older state of a connection does not come after a newer one.
        for (const auto& [who, state] : changes->connectivity) unread.connectivity.erase(who);
        again.add_earlier(std::move(unread));
        unread = std::move(again);
    }
    bool has_more = false;
    {
        const auto pending = pending_.lock();
        has_more = !pending->changes.empty();
        // Beside what came meanwhile.
        pending->changes.add_earlier(std::move(unread));
    }
    if (has_more && !is_stopping_) wake();
}

void IndexWorker::follow_configurations(const NotedChanges& changes) {
    for (const Tenant& tenant : changes.whole) {
        pending_.lock()->built.insert(tenant);
        const bool wants = indexes_.indexes_connectivity(tenant);
        bool is_new = false;
        {
            const auto tenants = with_connectivity_.lock();
            is_new = wants ? tenants->insert(tenant).second : (tenants->erase(tenant), false);
            has_connectivity_ = !tenants->empty();
        }
        if (!is_new) continue;
        const auto tell = tell_.lock();
        if (*tell) (*tell)(tenant);
    }
}

IndexWorker::State IndexWorker::state_of(const Tenant& tenant) const {
    const auto pending = pending_.lock();
    if (!pending->changes.whole.contains(tenant) && !pending->worked_on->whole.contains(tenant)) {
        return State::Active;
    }
    return pending->built.contains(tenant) ? State::Rebuilding : State::Building;
}

bool IndexWorker::is_settled(const Tenant& tenant, const std::string& group) const {
    const auto pending = pending_.lock();
    for (const NotedChanges* const changes : {&pending->changes, pending->worked_on.get()}) {
        const auto groups = changes->groups.find(tenant);
        if (changes->whole.contains(tenant) ||
            (groups != changes->groups.end() && groups->second.contains(group))) {
            return false;
        }
    }
    return true;
}

}  // namespace gatehouse::indexing
