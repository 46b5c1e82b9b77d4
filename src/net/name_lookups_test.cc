#include "net/name_lookups.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "net/loop_fixture.h"

namespace gatehouse::net {
namespace {

// A name server in which "dead…" does not answer until the test ends.
struct Names {
    Result<std::vector<Address>> resolve(const std::string& host) {
        std::unique_lock lock(mutex);
        ++asked[host];
        changed.wait(lock, [&] { return is_over || !host.starts_with("dead"); });
        if (host == "none") return fail(ErrorKind::Unavailable, "not known");
        return std::vector{Address::parse("192.0.2.1", 0).value(),
                           Address::parse("2001:db8::1", 0).value()};
    }
    int count(const std::string& host) {
        const std::lock_guard lock(mutex);
        return asked[host];
    }
    void end() {
        const std::lock_guard lock(mutex);
        is_over = true;
        changed.notify_all();
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, int> asked;
    bool is_over = false;
};

class NameLookupsTest : public LoopFixture {
protected:
    void start(NameLookups::Settings settings = {}) {
        lookups = std::make_unique<NameLookups>(
            loop, settings,
            [names = names](const std::string& host) { return names->resolve(host); });
    }
    void TearDown() override { names->end(); }

    // Becomes the addresses, or the kind of the error and what it says.
    std::string& begin(const std::string& host, Deadline deadline, const void* owner = nullptr) {
        std::string& told = all_told.emplace_back();
        tasks.start([](auto& self, auto host, auto deadline, auto owner,
                       auto& told) -> async::Task<void> {
            auto found = co_await self.lookups->addresses(host, 80, owner, deadline);
            if (!found) {
                told = fmt::format("{}: {}", name_of(found.error().kind), found.error().message);
                co_return;
            }
            for (const Address& one : *found) told += one.text() + ' ';
        }(*this, host, deadline, owner == nullptr ? this : owner, told));
        return told;
    }
    Deadline shortly() const { return Deadline::after(clock, std::chrono::milliseconds(100)); }
    std::string look_up(const std::string& host) {
        const std::string& told = begin(host, soon());
        finish();
        return told;
    }

    const std::shared_ptr<Names> names = std::make_shared<Names>();
    std::unique_ptr<NameLookups> lookups;
    std::deque<std::string> all_told;
};

TEST_F(NameLookupsTest, AnswersAreKept) {
    start();
    EXPECT_EQ(look_up("good"), "192.0.2.1:80 [2001:db8::1]:80 ");
    EXPECT_EQ(look_up("good"), "192.0.2.1:80 [2001:db8::1]:80 ");
    EXPECT_EQ(names->count("good"), 1);
    lookups->forget("good");
    EXPECT_EQ(look_up("good"), "192.0.2.1:80 [2001:db8::1]:80 ");
    EXPECT_EQ(names->count("good"), 2);
    EXPECT_EQ(look_up("none"), "unavailable: no address for none: not known");
    EXPECT_EQ(look_up("none"), "unavailable: no address for none: not known");
    EXPECT_EQ(names->count("none"), 1);
}

TEST_F(NameLookupsTest, ASilentNameHarmsOnlyItself) {
    start({.waiting_max = 8});
    for (int i = 0; i < 8; ++i) begin("dead", shortly());
    loop.run_once(std::chrono::milliseconds(1));
    const std::string& ninth = begin("dead", soon());
    const std::string& good = begin("good", soon());
    const auto began = std::chrono::steady_clock::now();
    while (good.empty()) loop.run_once(std::chrono::milliseconds(5));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
    EXPECT_EQ(good, "192.0.2.1:80 [2001:db8::1]:80 ");
    EXPECT_EQ(ninth, "unavailable: too many wait for the address of dead");
    finish();
    EXPECT_EQ(all_told.front(), "timeout: looking up dead takes too long");
    EXPECT_EQ(names->count("dead"), 1);
    // Later it is still the same look-up that is waited for, and its answer is taken.
    const std::string& late = begin("dead", soon());
    names->end();
    finish();
    EXPECT_EQ(late, "192.0.2.1:80 [2001:db8::1]:80 ");
    EXPECT_EQ(names->count("dead"), 1);
}

TEST_F(NameLookupsTest, ThreadsAreBounded) {
    start({.under_way_max = 2});
    begin("dead1", shortly());
    begin("dead2", shortly());
    EXPECT_EQ(look_up("good"), "unavailable: too many names are being looked up to find good");
}

TEST_F(NameLookupsTest, KeptNamesAreBounded) {
    start({.kept_max = 2});
    for (const char* name : {"a", "b", "c", "d", "d"}) look_up(name);
    EXPECT_EQ(names->count("d"), 1);
    look_up("a");
    EXPECT_EQ(names->count("a"), 2);
}

TEST_F(NameLookupsTest, TheEndWaitsForNobody) {
    start();
    const int other = 0;
    const std::string& told = begin("dead", soon());
    const std::string& others = begin("dead", shortly(), &other);
    loop.run_once(std::chrono::milliseconds(1));
    lookups->cancel(this);
    finish();
    EXPECT_EQ(told, "cancelled: dead is not wanted any more");
    EXPECT_EQ(others, "timeout: looking up dead takes too long");
    const auto began = std::chrono::steady_clock::now();
    lookups.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST_F(NameLookupsTest, AsksTheSystem) {
    lookups = std::make_unique<NameLookups>(loop);
    EXPECT_THAT(look_up("localhost"),
                testing::AnyOf(testing::HasSubstr("127.0.0.1:80"), testing::HasSubstr("[::1]:80")));
    EXPECT_THAT(look_up("nobody.invalid"),
                testing::HasSubstr("unavailable: no address for nobody.invalid: "));
}

}  // namespace
}  // namespace gatehouse::net
