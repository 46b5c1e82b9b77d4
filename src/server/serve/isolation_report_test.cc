#include "server/serve/isolation_report.h"

#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using functions::IsolationMode;

TEST(IsolationReport, NamesWhatIsThereAndWhatIsNot) {
    EXPECT_EQ(
        describe_isolation(IsolationMode::Auto, "namespaces own-user landlock=7 seccomp").sentence,
        "functions are kept apart by namespaces, users of their own, Landlock, seccomp");
    const auto report = describe_isolation(IsolationMode::Auto, " landlock=2 seccomp");
    EXPECT_EQ(report.sentence,
              "functions are kept apart by Landlock, seccomp; not in use here: namespaces, users "
              "of their own");
    EXPECT_FALSE(report.is_warning);
}

TEST(IsolationReport, WarnsWhenNothingGuardsTheServersFiles) {
    for (const char* reached : {"", " seccomp"}) {
        const auto report = describe_isolation(IsolationMode::Auto, reached);
        EXPECT_TRUE(report.is_warning) << reached;
        EXPECT_TRUE(report.sentence.contains("functions.isolation = required"));
    }
    EXPECT_FALSE(describe_isolation(IsolationMode::None, "").is_warning) << "it was asked for";
}

TEST(IsolationReport, SaysWhoseUserItIs) {
    EXPECT_EQ(describe_isolation(IsolationMode::Auto, "namespaces shared-user seccomp").sentence,
              "functions are kept apart by namespaces, a user that they share, seccomp; not in use "
              "here: users of their own, Landlock");
    EXPECT_EQ(describe_isolation(IsolationMode::None, "").sentence,
              "functions run with the server's own rights, as functions.isolation = none asks");
    EXPECT_EQ(
        describe_isolation(IsolationMode::None, " own-user").sentence,
        "functions run with nothing but users of their own, as functions.isolation = none asks");
    EXPECT_EQ(
        describe_isolation(IsolationMode::None, " shared-user").sentence,
        "functions run with nothing but a user that they share, as functions.isolation = none "
        "asks");
}

}  // namespace
}  // namespace gatehouse::server
