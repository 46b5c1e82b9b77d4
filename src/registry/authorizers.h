// The authorizers of all tenants: changed and listed here, read on the connect path from a
// snapshot.
//
// Threads: the coroutines from any loop; directory() from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <type_traits>

#include "async/snapshot.h"
#include "async/task.h"
#include "base/pinned.h"
#include "registry/authorizer_directory.h"
#include "registry/authorizer_records.h"
#include "storage/async_resource_store.h"

namespace gatehouse::registry {

class Authorizers : Pinned {
public:
    // Reads what is stored; blocking, for start-up. The store must outlive it.
    static Result<std::unique_ptr<Authorizers>> load(storage::AsyncResourceStore& store,
                                                     AuthorizerSettings settings,
                                                     DeclaredAuthorizersPtr declared = nullptr);

    // As in AuthorizerRecords. When a change is answered, the snapshot has it already.
    async::Task<Outcome<Authorizer>> create(Tenant tenant, NewAuthorizer wanted);
    async::Task<Outcome<Authorizer>> update(Tenant tenant, AuthorizerName name,
                                            AuthorizerChange change);
    async::Task<Outcome<Authorizer>> describe(Tenant tenant, AuthorizerName name);
    async::Task<Outcome<void>> remove(Tenant tenant, AuthorizerName name);
    async::Task<Outcome<AuthorizerPage>> list(Tenant tenant, AuthorizerListing listing);
    async::Task<Outcome<Authorizer>> set_default(Tenant tenant, AuthorizerName name);
    async::Task<Outcome<Authorizer>> describe_default(Tenant tenant);
    async::Task<Outcome<void>> clear_default(Tenant tenant);

    // Replaces what is declared; blocking, for a SIGHUP.
    Result<void> declare(DeclaredAuthorizersPtr declared);

    // Reads everything anew, for changes made by another node.
    async::Task<Result<void>> refresh();

    // Replaced whole after each change. Keep a Reader a loop:
    //   async::Snapshot<AuthorizerDirectory>::Reader reader(authorizers.directory());
    const async::Snapshot<AuthorizerDirectory>& directory() const { return directory_; }

private:
    Authorizers(storage::AsyncResourceStore& store, AuthorizerSettings settings,
                DeclaredAuthorizersPtr declared,
                std::shared_ptr<const AuthorizerDirectory> directory);

    enum class Effect : std::uint8_t { Reads, Changes };
    // Runs `work` on a worker, and replaces the snapshot when it changed something.
    template <class Work>
    async::Task<std::invoke_result_t<Work, AuthorizerRecords&>> run(Effect effect, Work work);
    Result<void> publish(storage::ResourceStore& store);

    storage::AsyncResourceStore& store_;
    const AuthorizerSettings settings_;
    async::Snapshot<DeclaredAuthorizers> declared_;
    // Held while the directory is read anew and replaced, so that the newest replaces last.
    std::mutex publishing_;
    async::Snapshot<AuthorizerDirectory> directory_;
};

}  // namespace gatehouse::registry
