#include "storage/async_resource_store.h"

#include <cassert>

#include "async/event_loop.h"

namespace gatehouse::storage {

async::Task<std::shared_ptr<void>> AsyncResourceStore::run_boxed(
    std::move_only_function<std::shared_ptr<void>(ResourceStore&)> work) {
    assert(async::EventLoop::current() != nullptr && "called outside a loop");
    co_return co_await workers_.run_boxed(
        *async::EventLoop::current(),
        [&store = store_, work = std::move(work)]() mutable { return work(store); });
}

async::Task<Result<Record>> AsyncResourceStore::get(RecordKey key) {
    return run([key = std::move(key)](ResourceStore& store) { return store.get(key); });
}

async::Task<Result<RecordPage>> AsyncResourceStore::list(ListQuery query) {
    return run([query = std::move(query)](ResourceStore& store) { return store.list(query); });
}

async::Task<Result<LinkPage>> AsyncResourceStore::links(LinkQuery query) {
    return run([query = std::move(query)](ResourceStore& store) { return store.links(query); });
}

async::Task<Result<Revision>> AsyncResourceStore::apply(Batch batch) {
    return run([batch = std::move(batch)](ResourceStore& store) { return store.apply(batch); });
}

}  // namespace gatehouse::storage
