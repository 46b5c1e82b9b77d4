// Against a folder that looks like the kernel's: which files are written, and when nothing is.
#include "functions/memory_groups.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "functions/function_fixture.h"

namespace gatehouse::functions {
namespace {

class MemoryGroupsTest : public testing::Test {
protected:
    // A group with the files that the server writes to; the kernel makes them with the folder.
    void add_group(const std::string& group) {
        for (const char* name : {"cgroup.procs", "cgroup.subtree_control", "cgroup.kill",
                                 "memory.max", "memory.swap.max", "memory.oom.group"}) {
            hierarchy.write(group + "/" + name, "");
        }
        hierarchy.write(group + "/cgroup.type", "domain\n");
        hierarchy.write(group + "/cgroup.controllers", "cpu memory pids\n");
    }
    void SetUp() override {
        hierarchy.write("cgroup.controllers", "cpu memory pids\n");
        hierarchy.write("membership", "1:cpu:/x\n0::/\n");
        add_group(".");
        add_group("gatehouse-server");
        add_group("gatehouse-functions");
        add_group("gatehouse-functions/one");
    }
    auto open() { return MemoryGroups::open({hierarchy.path(), hierarchy.path() / "membership"}); }
    std::string text(const std::string& file) {
        std::ifstream stream(hierarchy.path() / file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    TestDirectory hierarchy;
};

TEST_F(MemoryGroupsTest, MovesTheServerAsideAndHoldsEachInstance) {
    const auto groups = open();
    ASSERT_TRUE(groups.has_value()) << groups.error().message;
    EXPECT_EQ(text("gatehouse-server/cgroup.procs"), std::to_string(getpid()));
    EXPECT_EQ(text("cgroup.subtree_control"), "+memory");
    EXPECT_EQ(text("gatehouse-functions/cgroup.subtree_control"), "+memory");
    {
        const auto group = (*groups)->make("one", 128 << 20);
        ASSERT_TRUE(group.has_value()) << group.error().message;
        EXPECT_EQ(text("gatehouse-functions/one/memory.max"), "134217728");
        EXPECT_EQ(text("gatehouse-functions/one/memory.swap.max"), "0");
        EXPECT_EQ(text("gatehouse-functions/one/memory.oom.group"), "1");
        ASSERT_TRUE((*group)->add(4711));
        EXPECT_EQ(text("gatehouse-functions/one/cgroup.procs"), "4711");
        hierarchy.write("gatehouse-functions/one/cgroup.kill", "");
    }
    EXPECT_EQ(text("gatehouse-functions/one/cgroup.kill"), "1") << "what is left is killed";
}

TEST_F(MemoryGroupsTest, TellsWhatTheKernelDid) {
    const auto groups = open();
    ASSERT_TRUE(groups.has_value());
    const auto group = (*groups)->make("one", 1);
    ASSERT_TRUE(group.has_value());
    EXPECT_FALSE((*group)->ran_out());
    EXPECT_EQ((*group)->bytes_in_use(), std::nullopt);
    hierarchy.write("gatehouse-functions/one/memory.events",
                    "low 0\nmax 3\noom 1\noom_kill 0\n"
                    "oom_group_kill 1\n");
    EXPECT_FALSE((*group)->ran_out());
    hierarchy.write("gatehouse-functions/one/memory.events", "low 0\nmax 3\noom 1\noom_kill 2\n");
    EXPECT_TRUE((*group)->ran_out());
    hierarchy.write("gatehouse-functions/one/memory.current", "1048576\n");
    EXPECT_EQ((*group)->bytes_in_use(), 1'048'576U);
}

TEST_F(MemoryGroupsTest, WhatCannotBeArrangedIsUndone) {
    std::filesystem::remove(hierarchy.path() / "gatehouse-functions/cgroup.subtree_control");
    EXPECT_FALSE(open().has_value());
    EXPECT_EQ(text("cgroup.procs"), std::to_string(getpid()));
    EXPECT_EQ(text("cgroup.subtree_control"), "-memory");
}

TEST_F(MemoryGroupsTest, NothingIsTouchedThatIsNotOurs) {
    const auto refused = [&] {
        const auto groups = open();
        return groups ? std::string() : groups.error().message;
    };
    hierarchy.write("membership", "4:memory:/x\n");
    EXPECT_NE(refused().find("no unified"), std::string::npos);
    hierarchy.write("membership", "0::/\n");
    hierarchy.write("cgroup.controllers", "cpu pids\n");
    EXPECT_NE(refused().find("not delegated"), std::string::npos) << "no memory controller";
    hierarchy.write("cgroup.controllers", "cpu memory pids\n");
    std::filesystem::remove(hierarchy.path() / "cgroup.type");
    if (geteuid() == 0) {
        EXPECT_NE(refused().find("not delegated"), std::string::npos) << "the true root";
    }
    EXPECT_EQ(text("gatehouse-server/cgroup.procs"), "");
}

}  // namespace
}  // namespace gatehouse::functions
