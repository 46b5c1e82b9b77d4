// The scripts from which the fuzzer begins, played in every build.
#include "gateway/conversation/scripted_conversation.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gatehouse::gateway {
namespace {

TEST(ScriptedConversation, HoldsInEverySeedOfTheFuzzer) {
    const std::filesystem::path seeds = std::filesystem::path(GATEHOUSE_SOURCE_DIR) /
                                        "src/gateway/conversation/conversation_fuzz_corpus";
    std::size_t played = 0;
    for (const auto& entry : std::filesystem::directory_iterator(seeds)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string script(std::istreambuf_iterator<char>(file), {});
        EXPECT_NO_THROW(play(bytes_of(script))) << entry.path();
        ++played;
    }
    EXPECT_GT(played, 10u);
}

}  // namespace
}  // namespace gatehouse::gateway
