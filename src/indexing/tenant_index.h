// What is indexed of one tenant: a document for each thing and thing group, in memory, by name.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "indexing/connectivity.h"
#include "indexing/document.h"
#include "indexing/indexing_configuration.h"
#include "indexing/query.h"
#include "registry/stored.h"
#include "registry/thing.h"
#include "registry/thing_group.h"

namespace gatehouse::indexing {

// A dynamic group, as far as it decides who is in it.
struct DynamicGroup {
    registry::Stored<registry::ThingGroup> stored;
    Query query;

    const registry::ThingGroup& group() const { return stored.value; }
};

class TenantIndex : Pinned {
public:
    explicit TenantIndex(IndexingConfiguration configuration)
        : configuration_(std::move(configuration)) {}

    const IndexingConfiguration& configuration() const { return configuration_; }

    // `groups`: those that it is in.
    const Document& put(const registry::Thing& thing,
                        const std::vector<registry::ThingGroup>& groups);
    void put(const registry::ThingGroup& group);
    void remove_thing(const std::string& name);
    void remove_group(const std::string& name);
    // Of a client by this name; whether a thing is called so.
    bool set_connectivity(const std::string& name, Connectivity connectivity);
    // Null: none of this name.
    const Document* thing(const std::string& name) const;
    // Empty: nobody of this name was ever heard of.
    const Connectivity* connectivity(const std::string& name) const;
    const std::map<std::string, Connectivity>& all_connectivity() const { return connectivity_; }

    // In the order of names, those behind `after`, until `visit` says false.
    void visit(IndexName index, std::string_view after,
               const std::function<bool(const Document&)>& visit) const;
    // What was read at first is here.
    void built() { names_when_built_ = field_names_.size(); }
    // Names of attributes that no thing may have any more are very many: it is built anew.
    bool is_overgrown() const { return field_names_.size() > 2 * names_when_built_ + 100'000; }

    std::map<std::string, DynamicGroup>& dynamic_groups() { return dynamic_groups_; }

private:
    using Documents = std::map<std::string, Document, std::less<>>;

    const Documents& documents(IndexName index) const {
        return index == IndexName::Things ? things_ : groups_;
    }
    void add(Document& document, std::string_view name, std::string value);
    void add_attributes(Document& document, const registry::Texts& attributes);
    void add_connectivity(Document& document, const Connectivity& connectivity);
    // A field's name that lives as long as this.
    std::string_view keep(std::string_view name);

    const IndexingConfiguration configuration_;
    std::set<std::string, std::less<>> field_names_;
    std::size_t names_when_built_ = 0;
    Documents things_;
    Documents groups_;
    std::map<std::string, Connectivity> connectivity_;
    std::map<std::string, DynamicGroup> dynamic_groups_;
};

}  // namespace gatehouse::indexing
