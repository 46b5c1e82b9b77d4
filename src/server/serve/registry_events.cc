#include "server/serve/registry_events.h"

#include <chrono>
#include <utility>

#include "gateway/http_door.h"
#include "gateway/loop_gateway.h"

namespace gatehouse::server {
namespace {

constexpr std::size_t events_at_once = 100;
constexpr std::chrono::seconds publish_wait{5};
constexpr std::chrono::seconds retry_wait{1};

}  // namespace

RegistryEvents::RegistryEvents(async::EventLoop& loop, gateway::Gateway& gateway,
                               storage::AsyncResourceStore& store)
    : loop_(loop),
      gateway_(gateway),
      store_(store),
      tasks_(loop, "registry events"),
      retry_([this] { begin(); }) {}

void RegistryEvents::wake() {
    if (is_posted_.exchange(true)) return;
    loop_.post([this] {
        is_posted_ = false;
        begin();
    });
}

void RegistryEvents::begin() {
    is_woken_ = true;
    if (!is_stopping_ && tasks_.running() == 0) tasks_.start(publish_all());
}

async::Task<void> RegistryEvents::stop() {
    is_stopping_ = true;
    retry_.cancel();
    co_await tasks_.join(Deadline::never());
}

void RegistryEvents::try_later() {
    if (!is_stopping_) loop_.timers().set(retry_, loop_.now() + retry_wait);
}

async::Task<void> RegistryEvents::publish_all() {
    while (std::exchange(is_woken_, false)) {
        for (;;) {
            if (is_stopping_) co_return;
            const auto written = co_await store_.run([](storage::ResourceStore& store) {
                return registry::written_events(store, events_at_once);
            });
            if (!written) co_return try_later();
            if (written->events.empty() && written->unreadable.empty()) break;
            if (!co_await publish_some(*written)) co_return try_later();
        }
    }
}

async::Task<bool> RegistryEvents::publish_some(const registry::WrittenEvents& written) {
    storage::Batch done;
    std::size_t published = 0;
    // One after another, and all on their way to the disk at once.
    async::TaskGroup publishing(loop_, "registry events of a page");
    for (const registry::WrittenEvent& event : written.events) {
        publishing.start(publish(event, [&done, &published, &event] {
            done.change(storage::Remove{event.key});
            ++published;
        }));
    }
    co_await publishing.join(Deadline::never());
    for (const storage::RecordKey& key : written.unreadable) done.change(storage::Remove{key});
    const auto removed = co_await store_.apply(std::move(done));
    co_return published == written.events.size() && removed.has_value();
}

async::Task<void> RegistryEvents::publish(const registry::WrittenEvent& event,
                                          std::function<void()> then) {
    const gateway::HttpPublish publish{.topic = event.topic, .qos = mqtt::Qos::AtLeastOnce};
    const broker::Kept kept = co_await gateway::pass_on_and_wait(
        gateway_.on_loop(0), event.tenant, publish, bytes_of(event.payload),
        Deadline::after(gateway_.parts().clock, publish_wait));
    if (kept != broker::Kept::No) then();
}

}  // namespace gatehouse::server
