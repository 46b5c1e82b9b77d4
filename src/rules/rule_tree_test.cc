#include "rules/rule_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "mqtt/topic.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

std::vector<RuleTree::Rule> found(const RuleTree& tree, std::string_view topic) {
    std::vector<RuleTree::Rule> rules;
    tree.match(topic, rules);
    return rules;
}

TEST(RuleTrees, FindEachFilterThatMatches) {
    RuleTree tree(ParentMatch::No);
    tree.add("a/b", 0);
    tree.add("a/+", 1);
    tree.add("a/#", 2);
    tree.add("#", 3);
    tree.add("+/b", 4);
    tree.add("a/b", 5);
    EXPECT_THAT(found(tree, "a/b"), UnorderedElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(found(tree, "a"), ElementsAre(3)) << "AWS: a/# is of what is below a";
    EXPECT_THAT(found(tree, "a/"), UnorderedElementsAre(1, 2, 3));
    EXPECT_THAT(found(tree, "$aws/events/x"), ElementsAre()) << "a wildcard at the first level";
}

TEST(RuleTrees, FindTheParentWhereTheProfileSaysSo) {
    RuleTree tree(ParentMatch::Yes);
    tree.add("a/#", 1);
    tree.add("$aws/events/#", 2);
    EXPECT_THAT(found(tree, "a"), ElementsAre(1));
    EXPECT_THAT(found(tree, "$aws/events/x"), ElementsAre(2));
}

std::string random_levels(std::mt19937& chance, std::initializer_list<const char*> of) {
    std::string made;
    const std::size_t levels = 1 + chance() % 4;
    for (std::size_t i = 0; i < levels; ++i) {
        if (i != 0) made += '/';
        made += *(of.begin() + chance() % of.size());
    }
    return made;
}

TEST(RuleTrees, MatchAsThePlainReferenceDoes) {
    std::mt19937 chance(7);
    for (const ParentMatch parent : {ParentMatch::No, ParentMatch::Yes}) {
        const auto multi = parent == ParentMatch::Yes ? mqtt::MultiLevel::IncludesParent
                                                      : mqtt::MultiLevel::ChildrenOnly;
        RuleTree tree(parent);
        std::vector<std::string> filters;
        for (RuleTree::Rule i = 0; i < 300; ++i) {
            std::string filter = random_levels(chance, {"a", "b", "+", "", "$x"});
            if (chance() % 3 == 0) filter += "/#";
            tree.add(filter, i);
            filters.push_back(std::move(filter));
        }
        for (int i = 0; i < 500; ++i) {
            const std::string topic = random_levels(chance, {"a", "b", "c", "", "$x"});
            std::vector<RuleTree::Rule> expected;
            for (RuleTree::Rule each = 0; each < filters.size(); ++each) {
                if (mqtt::matches(filters[each], topic, multi)) expected.push_back(each);
            }
            auto got = found(tree, topic);
            std::ranges::sort(got);
            EXPECT_EQ(got, expected) << topic;
        }
    }
}

}  // namespace
}  // namespace gatehouse::rules
