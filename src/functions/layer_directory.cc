#include "functions/layer_directory.h"

#include <utility>

#include "async/event_loop.h"

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
