#include "authentication/refusal_brake.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/task_group.h"
#include "base/encoding.h"

namespace gatehouse::authentication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RefusalBrakeTest : public ::testing::Test {
protected:
    void turn() {
        for (int i = 0; i < 10; ++i) loop.run_once(milliseconds(0));
    }
    // Whether the attempt is made without waiting.
    bool passes(const std::string& subject, const std::string& address, bool is_right) {
        const auto made_before = made;
        tasks.start([](auto& self, std::string subject, std::string address, bool is_right,
                       Deadline deadline) -> async::Task<void> {
            auto pass = co_await self.brake.enter({self.brake.key_of(subject, address)}, deadline);
            if (!pass) co_return;
            ++self.made;
            is_right ? pass->accepted() : pass->refused();
        }(*this, subject, address, is_right, Deadline::after(clock, milliseconds(1))));
        turn();
        const bool passed = made > made_before;
        clock.advance(milliseconds(1));
        turn();
        return passed;
    }

    ManualClock clock;
    SystemRandom random;
    async::EventLoop loop{clock, {}};
    RefusalBrake brake{loop, random, {}};
    int made = 0;
    async::TaskGroup tasks{loop, "test"};
};

TEST_F(RefusalBrakeTest, SlowsTheAddressAndUserAlone) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(passes("alice", "10.0.0.1", false));
    EXPECT_FALSE(passes("alice", "10.0.0.1", false));
    EXPECT_TRUE(passes("bob", "10.0.0.1", false));
    EXPECT_TRUE(passes("alice", "10.0.0.2", true));
    EXPECT_FALSE(passes("alice", "10.0.0.1", false)) << "another address's success is not its own";
}

TEST_F(RefusalBrakeTest, KeysTellSubjectsAndAddressesApart) {
    EXPECT_EQ(brake.key_of("a", "b"), brake.key_of("a", "b"));
    EXPECT_NE(brake.key_of("a", "b"), brake.key_of("ab", ""));
    EXPECT_NE(brake.key_of("a", "b"), brake.key_of("", "ab"));
    // Nor can a length be written into either.
    EXPECT_NE(brake.key_of("1 a", "b"), brake.key_of("1", " ab"));
    EXPECT_NE(brake.key_of("", "1 a"), brake.key_of("a", ""));
}

TEST_F(RefusalBrakeTest, WhoSaysToBeTwoCountsAsBoth) {
    const auto attempt = [this](const std::string& other, bool is_right) {
        const int before = made;
        tasks.start([](auto& self, std::string other, bool is_right,
                       Deadline deadline) -> async::Task<void> {
            auto pass = co_await self.brake.enter(
                {self.brake.key_of(other, "a"), self.brake.key_of("alice", "a")}, deadline);
            if (!pass) co_return;
            ++self.made;
            is_right ? pass->accepted() : pass->refused();
        }(*this, other, is_right, Deadline::after(clock, milliseconds(1))));
        turn();
        clock.advance(milliseconds(1));
        turn();
        return made > before;
    };
    for (const char* other : {"1", "2", "3"}) EXPECT_TRUE(attempt(other, false));
    EXPECT_TRUE(attempt("mallory", true));
    EXPECT_TRUE(attempt("4", false));
    EXPECT_FALSE(attempt("5", false)) << "mallory's success is not alice's";
    EXPECT_FALSE(passes("alice", "a", true));
    EXPECT_TRUE(passes("5", "a", true));
}

// The only one, or "".
std::string brake_subject(std::string_view authorizer, std::string_view user,
                          const Credentials& credentials, std::optional<std::string_view> token) {
    auto subjects = brake_subjects(authorizer, user, credentials, token);
    EXPECT_LE(subjects.size(), 1u);
    return subjects.empty() ? std::string() : std::move(subjects.front());
}

TEST(BrakeSubject, IsTheUserHoweverItIsWritten) {
    const Credentials nothing;
    EXPECT_EQ(brake_subject("A", "alice", nothing, {}),
              brake_subject("A", " ALICE\t", nothing, {}));
    EXPECT_EQ(brake_subject("A", "alice", nothing, {}), brake_subject("A",
                                                                      "\x1F"
                                                                      "alice\f",
                                                                      nothing, {}));
    EXPECT_NE(brake_subject("A", "alice", nothing, {}), brake_subject("A", "a lice", nothing, {}));
    EXPECT_EQ(brake_subject("A", "  ", nothing, {}), "");
}

TEST(BrakeSubject, OfMqttWithoutAUserIsTheClientWhateverThePassword) {
    const auto mqtt = [](std::string client_id, std::string_view password) {
        Credentials made;
        made.mqtt =
            MqttCredentials{std::move(client_id), "", Bytes(password.begin(), password.end())};
        return brake_subject("A", "", made, {});
    };
    EXPECT_EQ(mqtt("c", "1"), mqtt("c", "2"));
    EXPECT_NE(mqtt("c", "1"), mqtt("d", "1"));
    EXPECT_NE(mqtt("c", "1"), "");
}

TEST(BrakeSubject, IsTheUserElseWhatIsShown) {
    Credentials nothing;
    EXPECT_EQ(brake_subject("A", "", nothing, std::nullopt), "");
    EXPECT_EQ(brake_subject("A", "alice", nothing, "token"),
              brake_subject("A", "alice", nothing, "other token"));
    EXPECT_NE(brake_subject("A", "alice", nothing, {}), brake_subject("B", "alice", nothing, {}));
    EXPECT_NE(brake_subject("A", "", nothing, "good"), brake_subject("A", "", nothing, "bad"));

    const auto request = [](std::string authorization, std::string query) {
        Credentials made;
        made.http = std::make_unique<HttpCredentials>();
        if (!authorization.empty()) made.http->headers.add("Authorization", authorization);
        made.http->query = std::move(query);
        return brake_subject("A", "", made, std::nullopt);
    };
    const auto basic = [&](std::string_view text, std::string query) {
        return request("Basic " + to_base64(bytes_of(text)), std::move(query));
    };
    EXPECT_EQ(basic("alice:1", "n=1"), basic("alice:2", "n=2"));
    EXPECT_NE(basic("alice:1", ""), basic("bob:1", ""));
    EXPECT_NE(request("Bearer good", ""), request("Bearer bad", ""));
    EXPECT_NE(request("", "key=good"), request("", "key=bad"));
    const auto with_header = [](std::string name, std::string value) {
        Credentials made;
        made.http = std::make_unique<HttpCredentials>();
        made.http->headers.add(std::move(name), std::move(value));
        return brake_subject("A", "", made, std::nullopt);
    };
    EXPECT_NE(with_header("x-api-key", "good"), with_header("x-api-key", "bad"));
    EXPECT_EQ(with_header("Content-Type", "text/plain"), "");
    EXPECT_EQ(request("", ""), "");
}

TEST(BrakeSubject, OfAnAuthorizationThatIsOddlySpelled) {
    const auto request = [](std::string authorization, std::string mqtt_user = "") {
        Credentials made;
        made.http = std::make_unique<HttpCredentials>();
        made.http->headers.add("Authorization", std::move(authorization));
        return brake_subjects("A", mqtt_user, made, std::nullopt);
    };
    const auto guess = [](std::string_view scheme, int number) {
        return fmt::format("{} {}", scheme, to_base64(bytes_of(fmt::format("alice:{}", number))));
    };
    const std::vector<std::string> alice = {user_subject("A", "alice")};
    EXPECT_EQ(request(guess("Basic ", 1)), alice);
    EXPECT_EQ(request(guess("Basik", 1)), alice) << "a function may not look at the scheme";
    std::string unpadded = guess("Basic", 10);
    unpadded.resize(unpadded.find('='));
    EXPECT_EQ(request(unpadded), alice);
    for (const char* odd : {"Basic .", "Basic =", "Basic -", "Basic \xE9"}) {
        EXPECT_EQ(request(guess(odd, 1)), request(guess(odd, 2))) << odd;
        EXPECT_EQ(request(guess(odd, 1)).size(), 1u) << odd;
    }
    const auto two = request(guess("Basic", 1), "bob");
    EXPECT_EQ(two,
              (std::vector<std::string>{user_subject("A", "bob"), user_subject("A", "alice")}));
    EXPECT_EQ(request(guess("Basic", 1), "Alice"), alice);
    EXPECT_EQ(request(guess("Basic .", 1), "bob").size(), 2u);
    for (const char* other : {"Foo .", "Foo -", "Basic:"}) {
        EXPECT_EQ(request(guess(other, 1)), request(guess(other, 2))) << other;
    }
    EXPECT_EQ(request(to_base64(bytes_of("alice:1"))), alice) << "without any scheme";
    EXPECT_NE(request("Basic " + to_base64(bytes_of("key-1"))),
              request("Basic " + to_base64(bytes_of("key-2"))))
        << "a key is a token";
    EXPECT_NE(request("Bearer eyJhbGciOiJIUzI1NiJ9"), request("Bearer eyJhbGciOiJIUzI1NiJ8"));
}

}  // namespace
}  // namespace gatehouse::authentication
