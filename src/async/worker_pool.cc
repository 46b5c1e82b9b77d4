#include "async/worker_pool.h"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "async/wake.h"

namespace gatehouse::async {

struct WorkerPool::Shared {
    explicit Shared(Settings settings) : settings(std::move(settings)) {}

    // Whose work this thread does and is not paused; null: none's.
    static thread_local Shared* current;

    // Under the mutex, like all below.
    bool may_take() const { return !queue.empty() && working < settings.threads; }
    bool has_room_for_thread() const {
        return !stopping && threads.size() < settings.threads + settings.paused_max;
    }
    void add_thread() {
        threads.emplace_back([this] { serve(); });
    }
    void serve() {
        pthread_setname_np(pthread_self(), settings.name.c_str());
        std::unique_lock lock(mutex);
        while (true) {
            ++idle;
            changed.wait(lock, [this] { return may_take() || (stopping && queue.empty()); });
            --idle;
            if (queue.empty()) return;
            auto work = std::move(queue.front());
            queue.pop_front();
            ++working;
            lock.unlock();
            current = this;
            work();
            work = nullptr;  // what it captured dies outside the lock
            current = nullptr;
            lock.lock();
            leave();
        }
    }
    void leave() {
        --working;
        changed.notify_one();
        if (stopping && queue.empty()) changed.notify_all();
    }
    void pause() {
        const std::lock_guard lock(mutex);
        leave();
        if (idle == 0 && !queue.empty() && has_room_for_thread()) add_thread();
    }
    // At once, although more than should may work then: it may hold what others at work wait for.
    void resume() {
        const std::lock_guard lock(mutex);
        ++working;
    }

    const Settings settings;
    std::mutex mutex;
    std::condition_variable changed;  // there is work, or none will come
    std::deque<std::move_only_function<void()>> queue;
    std::size_t idle = 0;
    std::size_t working = 0;
    bool stopping = false;
    std::vector<std::jthread> threads;
};

thread_local WorkerPool::Shared* WorkerPool::Shared::current = nullptr;

WorkerPool::Pause::Pause() : pool_(std::exchange(Shared::current, nullptr)) {
    if (pool_ != nullptr) pool_->pause();
}

WorkerPool::Pause::~Pause() {
    if (pool_ == nullptr) return;
    pool_->resume();
    Shared::current = pool_;
}

WorkerPool::WorkerPool(Settings settings) : shared_(std::make_unique<Shared>(std::move(settings))) {
    const std::lock_guard lock(shared_->mutex);
    for (std::size_t i = 0; i < shared_->settings.threads; ++i) shared_->add_thread();
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
        const bool is_short = shared_->idle == 0 && shared_->working < shared_->settings.threads;
        if (is_short && shared_->has_room_for_thread()) shared_->add_thread();
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
