#include "functions/layer_directory.h"

#include <utility>

#include "async/event_loop.h"
#include "functions/permission.h"

namespace gatehouse::functions {

async::Task<Result<LayerVersion>> LayerDirectory::publish(Tenant tenant, PublishLayer request) {
    PackageStore& packages = parts_.packages;
    const auto package = co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&packages, zip = std::move(request.zip)]() -> Result<StoredPackage> {
            return packages.add(zip);
        });
    if (!package) co_return fail(package.error());
    LayerVersion version{.tenant = std::move(tenant),
                         .name = std::move(request.name),
                         .description = std::move(request.description),
                         .license = std::move(request.license),
                         .runtimes = std::move(request.runtimes),
                         .architectures = std::move(request.architectures),
                         .created = parts_.clock.wall_now(),
                         .code_hash = package->hash,
                         .code_bytes = package->bytes};
    co_return co_await parts_.store.run(
        [version = std::move(version)](storage::ResourceStore& store) {
            return LayerRecords(store).add(version);
        });
}

async::Task<Result<LayerVersion>> LayerDirectory::get(Tenant tenant, LayerName name,
                                                      std::uint64_t number) {
    co_return co_await parts_.store.run([tenant = std::move(tenant), name = std::move(name),
                                         number](storage::ResourceStore& store) {
        return LayerRecords(store).get(tenant, name, number);
    });
}

async::Task<Result<LayerVersion>> LayerDirectory::get_for(Tenant reader, LayerReference reference) {
    co_return co_await parts_.store.run(
        [reader = std::move(reader),
         reference = std::move(reference)](storage::ResourceStore& store) {
            return LayerRecords(store).get_for(reader, reference);
        });
}

async::Task<Result<LayerDirectory::AddedStatement>> LayerDirectory::add_permission(
    Tenant tenant, LayerName name, std::uint64_t number, Permission permission,
    std::optional<RevisionId> revision) {
    if (auto checked = check_permission(permission); !checked) {
        co_return fail(std::move(checked.error()));
    }
    co_return co_await parts_.store.run(
        [&random = parts_.random, tenant = std::move(tenant), name = std::move(name), number,
         permission = std::move(permission),
         revision = std::move(revision)](storage::ResourceStore& store) -> Result<AddedStatement> {
            AddedStatement added;
            auto done = LayerRecords(store).change_policy(
                tenant, name, number, [&](LayerVersion& version) -> Result<void> {
                    auto text =
                        add_statement(version.policy, permission, revision, version.arn(), random);
                    if (!text) return fail(std::move(text.error()));
                    added = {std::move(*text), version.policy.revision};
                    return {};
                });
            if (!done) return fail(std::move(done.error()));
            return added;
        });
}

async::Task<Result<void>> LayerDirectory::remove_permission(Tenant tenant, LayerName name,
                                                            std::uint64_t number,
                                                            StatementId statement,
                                                            std::optional<RevisionId> revision) {
    co_return co_await parts_.store.run(
        [&random = parts_.random, tenant = std::move(tenant), name = std::move(name), number,
         statement = std::move(statement),
         revision = std::move(revision)](storage::ResourceStore& store) {
            return LayerRecords(store).change_policy(
                tenant, name, number, [&](LayerVersion& version) {
                    return remove_statement(version.policy, statement, revision, random);
                });
        });
}

async::Task<Result<std::vector<LayerVersion>>> LayerDirectory::versions(Tenant tenant,
                                                                        LayerName name,
                                                                        LayerFilter filter) {
    co_return co_await parts_.store.run(
        [tenant = std::move(tenant), name = std::move(name),
         filter = std::move(filter)](storage::ResourceStore& store) {
            return LayerRecords(store).versions(tenant, name, filter);
        });
}

async::Task<Result<std::vector<LayerVersion>>> LayerDirectory::newest(Tenant tenant,
                                                                      LayerFilter filter) {
    co_return co_await parts_.store.run(
        [tenant = std::move(tenant), filter = std::move(filter)](storage::ResourceStore& store) {
            return LayerRecords(store).newest(tenant, filter);
        });
}

async::Task<Result<void>> LayerDirectory::remove(Tenant tenant, LayerName name,
                                                 std::uint64_t number) {
    co_return co_await parts_.store.run([tenant = std::move(tenant), name = std::move(name),
                                         number](storage::ResourceStore& store) {
        return LayerRecords(store).remove(tenant, name, number);
    });
}

async::Task<Result<std::string>> LayerDirectory::package(Tenant tenant, LayerName name,
                                                         std::uint64_t number) {
    const auto version = co_await get(std::move(tenant), std::move(name), number);
    if (!version) co_return fail(version.error());
    PackageStore& packages = parts_.packages;
    co_return co_await parts_.workers.run(
        *async::EventLoop::current(),
        [&packages, hash = version->code_hash]() -> Result<std::string> {
            return packages.read(hash);
        });
}

}  // namespace gatehouse::functions
