#include "registry/authorizers.h"

#include <utility>

namespace gatehouse::registry {

Result<std::unique_ptr<Authorizers>> Authorizers::load(storage::AsyncResourceStore& store,
                                                       AuthorizerSettings settings,
                                                       DeclaredAuthorizersPtr declared) {
    if (!declared) declared = std::make_shared<const DeclaredAuthorizers>();
    auto directory = AuthorizerDirectory::read(store.blocking(), *declared);
    if (!directory) return fail(std::move(directory.error()));
    return std::unique_ptr<Authorizers>(
        new Authorizers(store, std::move(settings), std::move(declared), std::move(*directory)));
}

Authorizers::Authorizers(storage::AsyncResourceStore& store, AuthorizerSettings settings,
                         DeclaredAuthorizersPtr declared,
                         std::shared_ptr<const AuthorizerDirectory> directory)
    : store_(store),
      settings_(std::move(settings)),
      declared_(std::move(declared)),
      directory_(std::move(directory)) {}

Result<void> Authorizers::declare(DeclaredAuthorizersPtr declared) {
    declared_.replace(std::move(declared));
    return publish(store_.blocking());
}

Result<void> Authorizers::publish(storage::ResourceStore& store) {
    const std::lock_guard lock(publishing_);
    auto directory = AuthorizerDirectory::read(store, *declared_.get());
    if (!directory) return fail(std::move(directory.error()));
    directory_.replace(std::move(*directory));
    return {};
}

template <class Work>
async::Task<std::invoke_result_t<Work, AuthorizerRecords&>> Authorizers::run(Effect effect,
                                                                             Work work) {
    using Answer = std::invoke_result_t<Work, AuthorizerRecords&>;
    auto step = [this, effect,
                 work = std::move(work)](storage::ResourceStore& store) mutable -> Result<Answer> {
        AuthorizerRecords records(store, settings_, declared_.get());
        Answer answer = work(records);
        if (effect == Effect::Changes && answer) {
            if (auto published = publish(store); !published) {
                return fail(std::move(published.error()));
            }
        }
        return answer;
    };
    auto answer = co_await store_.run(std::move(step));
    if (!answer) co_return refuse(refused_by(answer.error()));
    co_return std::move(*answer);
}

async::Task<Outcome<Authorizer>> Authorizers::create(Tenant tenant, NewAuthorizer wanted) {
    return run(Effect::Changes,
               [tenant = std::move(tenant), wanted = std::move(wanted)](
                   AuthorizerRecords& records) { return records.create(tenant, wanted); });
}

async::Task<Outcome<Authorizer>> Authorizers::update(Tenant tenant, AuthorizerName name,
                                                     AuthorizerChange change) {
    return run(Effect::Changes,
               [tenant = std::move(tenant), name = std::move(name), change = std::move(change)](
                   AuthorizerRecords& records) { return records.update(tenant, name, change); });
}

async::Task<Outcome<Authorizer>> Authorizers::describe(Tenant tenant, AuthorizerName name) {
    return run(Effect::Reads,
               [tenant = std::move(tenant), name = std::move(name)](AuthorizerRecords& records) {
                   return records.describe(tenant, name);
               });
}

async::Task<Outcome<void>> Authorizers::remove(Tenant tenant, AuthorizerName name) {
    return run(Effect::Changes,
               [tenant = std::move(tenant), name = std::move(name)](AuthorizerRecords& records) {
                   return records.remove(tenant, name);
               });
}

async::Task<Outcome<AuthorizerPage>> Authorizers::list(Tenant tenant, AuthorizerListing listing) {
    return run(Effect::Reads,
               [tenant = std::move(tenant), listing = std::move(listing)](
                   AuthorizerRecords& records) { return records.list(tenant, listing); });
}

async::Task<Outcome<Authorizer>> Authorizers::set_default(Tenant tenant, AuthorizerName name) {
    return run(Effect::Changes,
               [tenant = std::move(tenant), name = std::move(name)](AuthorizerRecords& records) {
                   return records.set_default(tenant, name);
               });
}

async::Task<Outcome<Authorizer>> Authorizers::describe_default(Tenant tenant) {
    return run(Effect::Reads, [tenant = std::move(tenant)](AuthorizerRecords& records) {
        return records.describe_default(tenant);
    });
}

async::Task<Outcome<void>> Authorizers::clear_default(Tenant tenant) {
    return run(Effect::Changes, [tenant = std::move(tenant)](AuthorizerRecords& records) {
        return records.clear_default(tenant);
    });
}

async::Task<Result<void>> Authorizers::refresh() {
    // Within the task: the store looks for the loop that it is to answer on.
    co_return co_await store_.run([this](storage::ResourceStore& store) { return publish(store); });
}

}  // namespace gatehouse::registry
