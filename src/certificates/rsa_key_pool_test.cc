#include "certificates/rsa_key_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace gatehouse::certificates {
namespace {

constexpr std::size_t keys_max = 2;

// Of time that nobody else wants there may be little.
void wait_until_full(const RsaKeyPool& pool) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (pool.ready() < keys_max && std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
}

TEST(RsaKeyPool, MakesNoneBeforeSomebodyAsks) {
    const RsaKeyPool pool(keys_max);
    EXPECT_EQ(pool.ready(), 0u);
}

TEST(RsaKeyPool, HandsOutEachKeyOnceAndStaysWithinItsBound) {
    RsaKeyPool pool(keys_max);
    const auto first = pool.take();
    ASSERT_TRUE(first);
    EXPECT_EQ(EVP_PKEY_get_bits(first->get()), 2048);
    wait_until_full(pool);
    EXPECT_EQ(pool.ready(), keys_max);
    const auto second = pool.take();
    const auto third = pool.take();
    ASSERT_TRUE(second && third);
    EXPECT_NE(EVP_PKEY_eq(first->get(), second->get()), 1);
    EXPECT_NE(EVP_PKEY_eq(second->get(), third->get()), 1);
    wait_until_full(pool);
    EXPECT_EQ(pool.ready(), keys_max);
}

TEST(RsaKeyPool, EndsWhileItMakesOne) {
    RsaKeyPool pool(1000);
    EXPECT_TRUE(pool.take());
}

}  // namespace
}  // namespace gatehouse::certificates
