#include "indexing/noted_changes.h"

#include <gtest/gtest.h>

namespace gatehouse::indexing {
namespace {

const Tenant tenant{AccountId("000000000000"), Region("us-east-1")};

TEST(NotedChanges, StandBesideEarlierOnes) {
    NotedChanges earlier;
    earlier.things[tenant] = {"a", "b"};
    earlier.groups[tenant] = {"g"};
    earlier.connectivity[{tenant, "a"}] = {.is_connected = true};
    earlier.connectivity[{tenant, "b"}] = {.is_connected = true};
    NotedChanges changes;
    changes.things[tenant] = {"b", "c"};
    changes.connectivity[{tenant, "a"}] = {.is_connected = false};
    changes.add_earlier(std::move(earlier));
    EXPECT_EQ(changes.things[tenant], (std::set<std::string>{"a", "b", "c"}));
    EXPECT_EQ(changes.groups[tenant], (std::set<std::string>{"g"}));
    const auto is_connected = [&](const char* name) {
        return changes.connectivity.at({tenant, name}).is_connected;
    };
    EXPECT_FALSE(is_connected("a")) << "the newer of both";
    EXPECT_TRUE(is_connected("b"));
}

}  // namespace
}  // namespace gatehouse::indexing
