#include "base/uuid.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Uuid, HasTheVersionAndVariantOfRandomUuids) {
    SystemRandom random;
    const std::string uuid = make_uuid(random);
    EXPECT_TRUE(is_uuid(uuid)) << uuid;
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    EXPECT_NE(uuid, make_uuid(random));
}

TEST(Uuid, RefusesOtherShapes) {
    EXPECT_FALSE(is_uuid("3f2b8c1e-1111-4111-8111-11111111111"));
    EXPECT_FALSE(is_uuid("3f2b8c1e11111-411-8111-111111111111"));
    EXPECT_FALSE(is_uuid("3f2b8c1e-1111-4111-8111-11111111111g"));
}

TEST(SeededRandom, RepeatsFromItsSeed) {
    SeededRandom a(7);
    SeededRandom b(7);
    EXPECT_EQ(make_uuid(a), make_uuid(b));
}

}  // namespace
}  // namespace gatehouse
