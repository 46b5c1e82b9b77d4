#include "api/gatehouse/gatehouse_service.h"

#include <gtest/gtest.h>

#include "api/gatehouse/gatehouse_fixture.h"
#include "api/shapes/gatehouse/model.h"
#include "base/json.h"

namespace gatehouse::api {
namespace {

using GatehouseServiceTest = GatehouseFixture;

TEST_F(GatehouseServiceTest, EveryListedOperationHasAHandler) {
    serve_with(&clock);
    const auto listed = gatehouse::implemented_operations();
    EXPECT_EQ(api->services().all()[0].operations(),
              std::vector<std::string_view>(listed.begin(), listed.end()));
}

TEST_F(GatehouseServiceTest, TellsItsStatus) {
    serve_with(&clock);
    clock.advance(std::chrono::seconds(90));
    const auto response = call("gatehouse", "GET", "/gatehouse/v1/status");
    ASSERT_EQ(response.status, 200u) << response.body;
    const auto status = parse_json(response.body, "the status");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->at("version"), "0.1.0");
    EXPECT_EQ(status->at("account"), "123456789012");
    EXPECT_EQ(status->at("clock"), "manual");
    EXPECT_EQ(status->at("uptimeSeconds"), 90);
}

TEST_F(GatehouseServiceTest, MovesAManualClock) {
    serve_with(&clock);
    const WallTime before = clock.wall_now();
    const auto response =
        call("gatehouse", "POST", "/gatehouse/v1/clock", R"({"milliseconds":1500})");
    EXPECT_EQ(response.status, 200u) << response.body;
    EXPECT_EQ(clock.wall_now() - before, std::chrono::milliseconds(1500));
    EXPECT_EQ(woken, 1);
    EXPECT_EQ(call("gatehouse", "POST", "/gatehouse/v1/clock", R"({"milliseconds":-1})").status,
              400u);
}

TEST_F(GatehouseServiceTest, LeavesTheSystemsClockAlone) {
    serve_with(nullptr);
    const auto response = call("gatehouse", "POST", "/gatehouse/v1/clock", R"({"milliseconds":1})");
    EXPECT_EQ(response.status, 409u);
    EXPECT_EQ(error_type(response), "ConflictException");
}

}  // namespace
}  // namespace gatehouse::api
