#include "registry/refusal.h"

#include <gtest/gtest.h>

namespace gatehouse::registry {
namespace {

TEST(Refusal, AConflictIsWhatTheOperationSaysItIs) {
    const Error conflict{ErrorKind::Conflict, "exists", {"name", 0, 0}};
    EXPECT_EQ(refused_by(conflict, Refusal::ResourceAlreadyExists).refusal,
              Refusal::ResourceAlreadyExists);
    EXPECT_EQ(refused_by(conflict, Refusal::DeleteConflict).refusal, Refusal::DeleteConflict);
    EXPECT_EQ(refused_by(conflict).refusal, Refusal::VersionConflict);
    EXPECT_EQ(refused_by(conflict).message, "exists");
    EXPECT_EQ(refused_by(conflict).field, "name");
}

TEST(Refusal, FailuresOfTheStoreAreNotTheCallersFault) {
    const auto of = [](ErrorKind kind) { return refused_by({kind, "", {}}).refusal; };
    EXPECT_EQ(of(ErrorKind::Unavailable), Refusal::ServiceUnavailable);
    EXPECT_EQ(of(ErrorKind::Corrupt), Refusal::InternalFailure);
    EXPECT_EQ(of(ErrorKind::Internal), Refusal::InternalFailure);
    EXPECT_EQ(of(ErrorKind::InvalidInput), Refusal::InvalidRequest);
    EXPECT_EQ(of(ErrorKind::LimitExceeded), Refusal::LimitExceeded);
}

TEST(Refusal, IsAnErrorForThoseWhoAnswerResults) {
    const Refused refused{Refusal::DeleteConflict, "still active", "authorizerName", {}, {}};
    EXPECT_EQ(refused.as_error(),
              (Error{ErrorKind::Conflict, "still active", {"authorizerName", 0, 0}}));
    EXPECT_EQ(exception_name(refused.refusal), "DeleteConflictException");
}

}  // namespace
}  // namespace gatehouse::registry
