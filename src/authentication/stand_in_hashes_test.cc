#include "authentication/stand_in_hashes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "authentication/password_hash.h"

namespace gatehouse::authentication {
namespace {

constexpr int names = 10'000;
const std::string slow = "$2b$14$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const std::string quick = "$2b$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const std::string argon = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdA";

PasswordUsers users_with(std::map<std::string, int> counts) {
    PasswordUsers users;
    for (const auto& [hash, count] : counts) {
        for (int i = 0; i < count; ++i) users["user" + std::to_string(users.size())].hash = hash;
    }
    return users;
}

std::vector<std::string> hashes_of(const StandInHashes& stand_ins) {
    std::vector<std::string> hashes;
    for (int i = 0; i < names; ++i) {
        hashes.push_back(stand_ins.hash_for("nobody" + std::to_string(i)));
    }
    return hashes;
}

int differences(const StandInHashes& left, const StandInHashes& right) {
    const auto one = hashes_of(left);
    const auto other = hashes_of(right);
    int count = 0;
    for (std::size_t i = 0; i < one.size(); ++i) count += one[i] != other[i] ? 1 : 0;
    return count;
}

TEST(StandInHashes, CostAsTheUsersDoInProportion) {
    const StandInHashes stand_ins(users_with({{slow, 20}, {quick, 30}, {argon, 50}}), "key");
    std::map<std::string, int> counts;
    for (const std::string& hash : hashes_of(stand_ins)) ++counts[hash];
    EXPECT_EQ(counts.size(), 3U);
    EXPECT_NEAR(counts[slow], names * 20 / 100, names / 50);
    EXPECT_NEAR(counts[quick], names * 30 / 100, names / 50);
    EXPECT_NEAR(counts[argon], names * 50 / 100, names / 50);
}

TEST(StandInHashes, ANameKeepsItsCostOverRestartsAndMostNamesOverChanges) {
    const StandInHashes stand_ins(users_with({{slow, 50}, {argon, 50}}), "key");
    EXPECT_EQ(differences(stand_ins, {users_with({{slow, 50}, {argon, 50}}), "key"}), 0);
    EXPECT_LT(differences(stand_ins, {users_with({{slow, 51}, {argon, 50}}), "key"}), names / 50);
    EXPECT_GT(differences(stand_ins, {users_with({{slow, 50}, {argon, 50}}), "other"}), names / 3)
        << "whoever does not know the key cannot tell";
}

TEST(StandInHashes, WithoutUsersThereAreNone) {
    EXPECT_EQ(StandInHashes({}, "key").hash_for("nobody"), "");
    EXPECT_EQ(StandInHashes(users_with({{argon, 1}}), "key").hash_for("nobody"), argon);
}

}  // namespace
}  // namespace gatehouse::authentication
