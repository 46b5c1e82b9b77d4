#include "async/worker_pool.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "async/wake.h"

namespace gatehouse::async {

struct WorkerPool::Shared {
    explicit Shared(Settings settings) : settings(std::move(settings)) {}

    void serve() {
        pthread_setname_np(pthread_self(), settings.name.c_str());
        std::unique_lock lock(mutex);
        while (true) {
            changed.wait(lock, [this] { return stopping || !queue.empty(); });
            if (queue.empty()) return;
            auto work = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            work();
            work = nullptr;  // what it captured dies outside the lock
            lock.lock();
        }
    }

    const Settings settings;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::move_only_function<void()>> queue;
    bool stopping = false;
    std::vector<std::jthread> threads;
};

WorkerPool::WorkerPool(Settings settings) : shared_(std::make_unique<Shared>(std::move(settings))) {
    for (std::size_t i = 0; i < shared_->settings.threads; ++i) {
        shared_->threads.emplace_back([shared = shared_.get()] { shared->serve(); });
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stopping = true;
    }
    shared_->changed.notify_all();
    shared_->threads.clear();  // joins
}

bool WorkerPool::post(std::move_only_function<void()> work) {
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->queue.size() >= shared_->settings.queue_max) return false;
        shared_->queue.push_back(std::move(work));
    }
    shared_->changed.notify_one();
    return true;
}

Task<std::shared_ptr<void>> WorkerPool::run_boxed(
    EventLoop& loop, std::move_only_function<std::shared_ptr<void>()> work) {
    struct State {
        explicit State(EventLoop& loop) : wake(loop) {}
        Wake wake;
        std::shared_ptr<void> value;
    };
    // Shared: the worker may still be in post() when the task has gone on.
    auto state = std::make_shared<State>(loop);
    const bool queued = post([state, &loop, work = std::move(work)]() mutable {
        loop.post([state = std::move(state), value = work()]() mutable {
            state->value = std::move(value);
            state->wake.notify();
        });
    });
    if (!queued) co_return nullptr;
    co_await state->wake.wait(Deadline::never());
    co_return std::move(state->value);
}

}  // namespace gatehouse::async
