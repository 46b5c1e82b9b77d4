// RSA keys made in advance, since one takes a hundred milliseconds and more: a few, in memory
// alone, and gone with the pool.
//
// The first take() starts a thread that fills the pool after all else that the machine has to do,
// so who never asks for a key pays for none.
//
// Threads: any; take() blocks while it makes a key, when none is ready.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {

class RsaKeyPool : Pinned {
public:
    explicit RsaKeyPool(std::size_t keys_max);
    ~RsaKeyPool();

    // Of 2048 bits; each is handed out once.
    Result<openssl::Key> take();
    std::size_t ready() const;

private:
    void fill(const std::stop_token& stop);

    const std::size_t keys_max_;
    mutable std::mutex mutex_;
    std::condition_variable_any wanted_;
    std::vector<openssl::Key> keys_;  // guarded by mutex_
    std::jthread filler_;             // started under mutex_
};

}  // namespace gatehouse::certificates
