// The query language by the tables in query_cases/.
#include "indexing/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "indexing/query_parser.h"

namespace gatehouse::indexing {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& name) {
    std::ifstream file(std::string(GATEHOUSE_SOURCE_DIR) + "/src/indexing/query_cases/" + name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    }
    EXPECT_GT(lines.size(), 3u) << name;
    return lines;
}

class QueryTest : public ::testing::Test {
protected:
    QueryTest() {
        for (const std::string& line : lines_of("things.txt")) {
            if (line.starts_with("thing ")) {
                things_.push_back({.name = line.substr(6), .fields = {}});
                things_.back().fields.push_back({fields::thing_name, things_.back().name});
            } else {
                add_fields(line);
            }
        }
        std::ranges::sort(things_, {}, &Document::name);
    }
    void add_fields(const std::string& line) {
        std::istringstream words(line);
        for (std::string word; words >> word;) {
            std::string value = word.substr(word.find('=') + 1);
            if (word.starts_with("attributes.about")) std::ranges::replace(value, '_', ' ');
            names_.push_back(std::make_unique<std::string>(word.substr(0, word.find('='))));
            things_.back().fields.push_back({*names_.back(), value});
        }
    }
    // "query" and what stands behind the arrow.
    static std::pair<std::string, std::string> parts_of(const std::string& line) {
        const std::size_t arrow = line.rfind(" ->");
        return {line.substr(0, arrow), line.substr(std::min(arrow + 4, line.size()))};
    }

    std::vector<std::unique_ptr<std::string>> names_;
    std::vector<Document> things_;
};

TEST_F(QueryTest, Finds) {
    for (const std::string& line : lines_of("matches.txt")) {
        const auto [text, expected] = parts_of(line);
        const auto query = Query::parse(text);
        ASSERT_TRUE(query) << text << ": " << query.error().describe();
        std::string found;
        for (const Document& thing : things_) {
            if (query->matches(thing)) found += (found.empty() ? "" : " ") + thing.name;
        }
        EXPECT_EQ(found, expected) << text;
    }
}

TEST_F(QueryTest, SaysWhatIsWrongWhere) {
    for (const std::string& line : lines_of("errors.txt")) {
        const auto [text, expected] = parts_of(line);
        const auto query = Query::parse(text);
        ASSERT_FALSE(query) << text;
        std::size_t length = 0;
        EXPECT_EQ(query.error().place.column, std::stoul(expected, &length)) << text;
        EXPECT_THAT(query.error().message, HasSubstr(expected.substr(length + 1))) << text;
        EXPECT_EQ(query.error().place.field, "queryString");
    }
}

TEST_F(QueryTest, IsOfBoundedLength) {
    EXPECT_TRUE(Query::parse("a:" + std::string(query_characters_max - 2, 'x')));
    EXPECT_FALSE(Query::parse("a:" + std::string(query_characters_max - 1, 'x')));
    EXPECT_FALSE(Query::parse("a:*" + std::string(leading_wildcard_characters_max, 'x')));
    EXPECT_FALSE(Query::parse(""));
    EXPECT_FALSE(Query::parse(" \t"));
}

TEST_F(QueryTest, WildcardsTakeNoLongTime) {
    std::string glob = "a:";
    for (int i = 0; i < 400; ++i) glob += "x*";
    const auto query = Query::parse(glob + "y");
    ASSERT_TRUE(query);
    const Document thing{.name = "t", .fields = {{"a", std::string(800, 'x')}}};
    EXPECT_FALSE(query->matches(thing));
}

}  // namespace
}  // namespace gatehouse::indexing
