// What of the registry and of connections changed since the indexes were last brought up to date.
// Values only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/tenant.h"
#include "indexing/connectivity.h"
#include "storage/resource_store.h"

namespace gatehouse::indexing {

struct NotedChanges {
    // A tenant with more of them is built anew.
    static constexpr std::size_t names_max = 50'000;

    std::set<Tenant> whole;  // what is to be indexed of them
    std::map<Tenant, std::set<std::string>> things;
    std::map<Tenant, std::set<std::string>> groups;
    // Groups that many things may have left or joined at once.
    std::map<Tenant, std::set<std::string>> emptied_groups;
    std::map<std::pair<Tenant, std::string>, Connectivity> connectivity;  // by client or thing

    // Of a batch that was applied.
    void note(const storage::Batch& batch);
    // Adds those that were noted before these: what is known of a connection stays the newer.
    void add_earlier(NotedChanges earlier);
    bool empty() const {
        return whole.empty() && things.empty() && groups.empty() && emptied_groups.empty() &&
               connectivity.empty();
    }

private:
    void note_thing(const Tenant& tenant, const std::string& name);
    void note_record(const storage::RecordKey& key);
    void note_links(const storage::RemoveLinks& links);
};

// Whether the batch changes what is to be indexed of a tenant.
bool changes_configuration(const storage::Batch& batch);

}  // namespace gatehouse::indexing
