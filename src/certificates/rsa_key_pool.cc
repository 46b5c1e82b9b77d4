#include "certificates/rsa_key_pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace gatehouse::certificates {
namespace {

// Loops and workers come first, however long a key then takes. Not SCHED_IDLE, under which a busy
// machine might never let it see that it is to end.
void come_last() {
    constexpr int lowest_priority = 19;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), lowest_priority);
    pthread_setname_np(pthread_self(), "gh-keys");
}

}  // namespace

RsaKeyPool::RsaKeyPool(std::size_t keys_max) : keys_max_(keys_max) {}

RsaKeyPool::~RsaKeyPool() {
    filler_.request_stop();
    if (filler_.joinable()) filler_.join();
}

Result<openssl::Key> RsaKeyPool::take() {
    {
        const std::scoped_lock lock(mutex_);
        if (!filler_.joinable()) {
            filler_ = std::jthread([this](const std::stop_token& stop) { fill(stop); });
        }
        if (!keys_.empty()) {
            openssl::Key key = std::move(keys_.back());
            keys_.pop_back();
            wanted_.notify_one();
            return key;
        }
    }
    return openssl::make_rsa_key();
}

std::size_t RsaKeyPool::ready() const {
    const std::scoped_lock lock(mutex_);
    return keys_.size();
}

void RsaKeyPool::fill(const std::stop_token& stop) {
    come_last();
    std::unique_lock lock(mutex_);
    while (wanted_.wait(lock, stop, [this] { return keys_.size() < keys_max_; })) {
        lock.unlock();
        auto key = openssl::make_rsa_key(stop);
        // Whoever wants one meets the same fault, and tells of it.
        if (!key) return;
        lock.lock();
        keys_.push_back(std::move(*key));
    }
}

}  // namespace gatehouse::certificates
