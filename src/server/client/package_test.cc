#include "server/client/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class PackageTest : public testing::Test {
protected:
    PackageTest() {
        std::string pattern = testing::TempDir() + "package-XXXXXX";
        path = mkdtemp(pattern.data());
    }
    ~PackageTest() override { std::filesystem::remove_all(path); }
    void write(const std::string& name, const std::string& text = "x = 1\n") {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
    std::string handler_problem(std::string_view handler, std::string_view runtime = "python3.11") {
        const auto checked = check_handler(path, runtime, handler);
        return checked ? "" : checked.error().message;
    }

    std::filesystem::path path;
};

TEST_F(PackageTest, IsADirectoryOrAZip) {
    write("lambda_function.py");
    const auto packed = read_package(path);
    ASSERT_TRUE(packed) << packed.error().message;
    EXPECT_THAT(*packed, StartsWith("PK"));
    write("code.zip", *packed);
    EXPECT_EQ(read_package(path / "code.zip").value(), *packed);
}

TEST_F(PackageTest, IsNothingElse) {
    write("code.py");
    EXPECT_THAT(read_package(path / "code.py").error().message, HasSubstr("is no zip file"));
    EXPECT_EQ(read_package(path / "absent").error().kind, ErrorKind::NotFound);
}

TEST_F(PackageTest, HoldsTheHandlersFile) {
    write("app.py");
    write("deep/er/module.py");
    EXPECT_EQ(handler_problem("app.handler"), "");
    EXPECT_EQ(handler_problem("deep.er.module.handler"), "");
    EXPECT_EQ(handler_problem("deep/er/module.handler"), "");
    EXPECT_THAT(handler_problem("lambda_function.lambda_handler"),
                HasSubstr("did you mean --handler app.lambda_handler?"));
    EXPECT_THAT(handler_problem("handler"), HasSubstr("FILE.FUNCTION"));
}

TEST_F(PackageTest, OfAProvidedRuntimeHoldsAnExecutableBootstrap) {
    EXPECT_THAT(handler_problem("whatever", "provided.al2023"), HasSubstr("there is no"));
    write("bootstrap");
    EXPECT_THAT(handler_problem("whatever", "provided.al2023"), HasSubstr("chmod 755"));
    std::filesystem::permissions(path / "bootstrap", std::filesystem::perms(0755));
    EXPECT_EQ(handler_problem("whatever", "provided.al2023"), "");
}

}  // namespace
}  // namespace gatehouse::server
