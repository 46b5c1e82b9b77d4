// The contract of ResourceStore as tests; every backend runs all of them.
//
// A backend instantiates it with a type that is default-constructible and has store(), answering
// a fresh, empty ResourceStore, and clock(), answering the ManualClock the store was given:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ResourceStoreContract, MemoryBackend);
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "storage/resource_store.h"

namespace gatehouse::storage {

template <class Backend>
class ResourceStoreContract : public ::testing::Test {
protected:
    ResourceStore& store() { return backend_.store(); }
    ManualClock& clock() { return backend_.clock(); }

    static Tenant home() { return {}; }
    static Tenant abroad() { return {AccountId("111111111111"), Region("eu-west-1")}; }
    static RecordKey key(std::string name) { return {home(), Kind("gate"), std::move(name)}; }
    static RecordKey key_abroad(std::string name) {
        return {abroad(), Kind("gate"), std::move(name)};
    }
    static Link link(std::string from, std::string to) {
        return {home(), Relation("leads"), std::move(from), std::move(to)};
    }
    static Error refusal(std::string message) { return {ErrorKind::Conflict, message, {}}; }

    Revision put(const RecordKey& key, std::string body = "{}") {
        const auto revision = store().apply(Batch().put(key, std::move(body)));
        EXPECT_TRUE(revision.has_value()) << revision.error().message;
        return revision.value_or(Revision(0));
    }
    void put_all(const std::vector<std::string>& names) {
        for (const auto& name : names) put(key(name));
    }
    void add(const Link& link) {
        ASSERT_TRUE(store().apply(Batch().change(AddLink{link})).has_value());
    }
    bool exists(const RecordKey& key) { return store().get(key).has_value(); }

    // Applies a batch that would write "witness", and says what came of it.
    template <class What>
    std::string outcome_under(What what) {
        const auto applied = store().apply(
            Batch().require(std::move(what), refusal("refused")).put(key("witness"), "{}"));
        EXPECT_EQ(applied.has_value(), exists(key("witness")));
        return applied ? "applied" : applied.error().message;
    }

    // Names page by page, pages separated by "|".
    std::string listing(ListQuery query) {
        std::string text;
        for (int pages = 0; pages < 100; ++pages) {
            const auto page = store().list(query);
            if (!page) return page.error().message;
            for (const auto& record : page->records) text += record.key.name + " ";
            if (page->next_page.empty()) return text;
            text += "| ";
            query.page_token = page->next_page;
        }
        return "endless";
    }
    std::string listing(LinkQuery query) {
        std::string text;
        for (int pages = 0; pages < 100; ++pages) {
            const auto page = store().links(query);
            if (!page) return page.error().message;
            for (const auto& name : page->names) text += name + " ";
            if (page->next_page.empty()) return text;
            text += "| ";
            query.page_token = page->next_page;
        }
        return "endless";
    }
    static ListQuery gates(std::size_t limit = 100) {
        return {.tenant = home(), .kind = Kind("gate"), .limit = limit};
    }
    static LinkQuery leads(Direction direction, std::string name) {
        return {.tenant = home(),
                .relation = Relation("leads"),
                .direction = direction,
                .name = std::move(name)};
    }

    Backend backend_;
};

TYPED_TEST_SUITE_P(ResourceStoreContract);

TYPED_TEST_P(ResourceStoreContract, ReadsBackWhatWasPut) {
    const std::string body = R"({"näme":"ü","list":[1,2,3],"text":"it's \"quoted\""})";
    const auto revision = this->put(this->key("A"), body);
    const auto record = this->store().get(this->key("A"));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(*record, (Record{this->key("A"), body, revision, ManualClock::default_start(),
                               ManualClock::default_start()}));
}

TYPED_TEST_P(ResourceStoreContract, ReadsBackAnEmptyBodyAndALargeOne) {
    this->put(this->key("empty"), "");
    EXPECT_EQ(this->store().get(this->key("empty"))->body, "");
    const std::string large(body_bytes_max, 'x');
    this->put(this->key("large"), large);
    EXPECT_EQ(this->store().get(this->key("large"))->body, large);
}

TYPED_TEST_P(ResourceStoreContract, SaysNotFoundWithKindAndName) {
    const auto record = this->store().get(this->key("A"));
    ASSERT_FALSE(record.has_value());
    EXPECT_EQ(record.error().kind, ErrorKind::NotFound);
    EXPECT_EQ(record.error().message, "there is no gate 'A'");
}

TYPED_TEST_P(ResourceStoreContract, ReplacingKeepsTheCreationTimeAndRaisesTheRevision) {
    const auto first = this->put(this->key("A"), "1");
    this->clock().advance(std::chrono::milliseconds(1500));
    const auto second = this->put(this->key("A"), "2");
    const auto record = this->store().get(this->key("A"));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->body, "2");
    EXPECT_GT(second, first);
    EXPECT_EQ(record->revision, second);
    EXPECT_EQ(record->created, ManualClock::default_start());
    EXPECT_EQ(record->modified, ManualClock::default_start() + std::chrono::milliseconds(1500));
}

TYPED_TEST_P(ResourceStoreContract, RevisionNeverReturnsAfterRemoval) {
    const auto first = this->put(this->key("A"));
    ASSERT_TRUE(this->store().apply(Batch().change(Remove{this->key("A")})).has_value());
    EXPECT_FALSE(this->exists(this->key("A")));
    EXPECT_GT(this->put(this->key("A")), first);
}

TYPED_TEST_P(ResourceStoreContract, KindsAndTenantsAreSeparate) {
    this->put(this->key("A"), "gate");
    this->put({this->home(), Kind("bridge"), "A"}, "bridge");
    this->put(this->key_abroad("A"), "abroad");
    const Tenant same_account{AccountId(default_account), Region("eu-west-1")};
    this->put({same_account, Kind("gate"), "A"}, "other region");
    EXPECT_EQ(this->store().get(this->key("A"))->body, "gate");
    EXPECT_EQ(this->store().get({this->home(), Kind("bridge"), "A"})->body, "bridge");
    EXPECT_EQ(this->store().get(this->key_abroad("A"))->body, "abroad");
    EXPECT_EQ(this->listing(this->gates()), "A ");
    EXPECT_EQ(this->store().count(this->home(), Kind("gate")), 1U);
}

TYPED_TEST_P(ResourceStoreContract, AnEmptyTenantIsATenant) {
    const Tenant server{AccountId(""), Region("")};
    this->put({server, Kind("gate"), "A"}, "server");
    EXPECT_EQ(this->store().get({server, Kind("gate"), "A"})->body, "server");
    EXPECT_FALSE(this->exists(this->key("A")));
}

TYPED_TEST_P(ResourceStoreContract, NamesDifferByCase) {
    this->put(this->key("a"), "small");
    this->put(this->key("A"), "large");
    EXPECT_EQ(this->store().get(this->key("a"))->body, "small");
    EXPECT_EQ(this->listing(this->gates()), "A a ");
}

TYPED_TEST_P(ResourceStoreContract, ListsByBytesOfTheNameInBothOrders) {
    this->put_all({"b", "a", "B", "ä", "a-1", "10", "9"});
    EXPECT_EQ(this->listing(this->gates()), "10 9 B a a-1 b ä ");
    auto down = this->gates();
    down.order = Order::Descending;
    EXPECT_EQ(this->listing(down), "ä b a-1 a B 9 10 ");
}

TYPED_TEST_P(ResourceStoreContract, ListsPageByPage) {
    this->put_all({"a", "b", "c", "d", "e"});
    EXPECT_EQ(this->listing(this->gates(2)), "a b | c d | e ");
    EXPECT_EQ(this->listing(this->gates(5)), "a b c d e ");
    auto down = this->gates(2);
    down.order = Order::Descending;
    EXPECT_EQ(this->listing(down), "e d | c b | a ");
}

TYPED_TEST_P(ResourceStoreContract, ListsByPrefix) {
    this->put_all({"a", "ab", "ab-1", "ab-2", "ac", "b", "a%", "a_"});
    auto query = this->gates(1);
    query.prefix = "ab";
    EXPECT_EQ(this->listing(query), "ab | ab-1 | ab-2 ");
    query.order = Order::Descending;
    EXPECT_EQ(this->listing(query), "ab-2 | ab-1 | ab ");
    query.prefix = "a%";
    EXPECT_EQ(this->listing(query), "a% ");
    query.prefix = "x";
    EXPECT_EQ(this->listing(query), "");
}

TYPED_TEST_P(ResourceStoreContract, APageTokenGoesOnWhereItWasWhateverChanged) {
    this->put_all({"b", "d", "f"});
    auto query = this->gates(2);
    const auto page = this->store().list(query);
    ASSERT_TRUE(page.has_value());
    query.page_token = page->next_page;
    ASSERT_TRUE(this->store().apply(Batch().change(Remove{this->key("d")})).has_value());
    this->put_all({"a", "c", "e"});
    EXPECT_EQ(this->listing(query), "e f ");
}

TYPED_TEST_P(ResourceStoreContract, APageTokenCanBeMadeForAnyName) {
    this->put_all({"a", "b", "c"});
    auto query = this->gates();
    query.page_token = page_token_after(query, "b");
    EXPECT_EQ(this->listing(query), "c ");
}

TYPED_TEST_P(ResourceStoreContract, RefusesAPageTokenOfAnotherListing) {
    this->put_all({"a", "b"});
    const auto page = this->store().list(this->gates(1));
    ASSERT_TRUE(page.has_value());
    ListQuery other = this->gates(1);
    other.page_token = page->next_page;
    other.order = Order::Descending;
    const auto refused = this->store().list(other);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::InvalidInput);
    other = this->gates(1);
    other.page_token = "junk";
    EXPECT_FALSE(this->store().list(other).has_value());
    LinkQuery links = this->leads(Direction::From, "a");
    links.page_token = page->next_page;
    EXPECT_FALSE(this->store().links(links).has_value());
}

TYPED_TEST_P(ResourceStoreContract, RefusesWhatIsOutOfBoundsAndChangesNothing) {
    const auto kind_of_error = [this](Batch batch) {
        const auto applied = this->store().apply(std::move(batch).put(this->key("witness"), "{}"));
        return applied ? "applied" : std::string(name_of(applied.error().kind));
    };
    EXPECT_EQ(kind_of_error(Batch().put(this->key(""), "{}")), "invalid-input");
    EXPECT_EQ(kind_of_error(Batch().put(this->key(std::string("a\0b", 3)), "{}")), "invalid-input");
    EXPECT_EQ(kind_of_error(Batch().put(this->key("\xFF"), "{}")), "invalid-input");
    EXPECT_EQ(kind_of_error(Batch().put(this->key(std::string(name_bytes_max + 1, 'n')), "{}")),
              "invalid-input");
    EXPECT_EQ(kind_of_error(Batch().put({this->home(), Kind(""), "a"}, "{}")), "invalid-input");
    EXPECT_EQ(kind_of_error(Batch().change(AddLink{this->link("a", "")})), "invalid-input");
    EXPECT_EQ(kind_of_error(Batch().put(this->key("a"), std::string(body_bytes_max + 1, 'x'))),
              "too-large");
    EXPECT_FALSE(this->exists(this->key("witness")));
    EXPECT_FALSE(this->store().list(this->gates(0)).has_value());
    EXPECT_FALSE(this->store().list(this->gates(page_records_max + 1)).has_value());
    EXPECT_EQ(kind_of_error(Batch().put(this->key(std::string(name_bytes_max, 'n')), "{}")),
              "applied");
}

TYPED_TEST_P(ResourceStoreContract, ConditionExists) {
    EXPECT_EQ(this->outcome_under(Exists{this->key("A")}), "refused");
    this->put(this->key("A"));
    EXPECT_EQ(this->outcome_under(Exists{this->key("A")}), "applied");
}

TYPED_TEST_P(ResourceStoreContract, ConditionIsAbsent) {
    this->put(this->key("A"));
    EXPECT_EQ(this->outcome_under(IsAbsent{this->key("A")}), "refused");
    EXPECT_EQ(this->outcome_under(IsAbsent{this->key("B")}), "applied");
}

TYPED_TEST_P(ResourceStoreContract, ConditionHasRevision) {
    EXPECT_EQ(this->outcome_under(HasRevision{this->key("A"), Revision(0)}), "refused");
    const auto first = this->put(this->key("A"));
    const auto second = this->put(this->key("A"));
    EXPECT_EQ(this->outcome_under(HasRevision{this->key("A"), first}), "refused");
    EXPECT_EQ(this->outcome_under(HasRevision{this->key("A"), second}), "applied");
}

TYPED_TEST_P(ResourceStoreContract, ConditionFewerThan) {
    this->put_all({"a", "b"});
    this->put(this->key_abroad("c"));
    EXPECT_EQ(this->outcome_under(FewerThan{this->home(), Kind("gate"), 2}), "refused");
    EXPECT_EQ(this->outcome_under(FewerThan{this->home(), Kind("gate"), 3}), "applied");
}

TYPED_TEST_P(ResourceStoreContract, ConditionsOnLinks) {
    EXPECT_EQ(this->outcome_under(IsLinked{this->link("a", "b")}), "refused");
    this->add(this->link("a", "b"));
    EXPECT_EQ(this->outcome_under(IsNotLinked{this->link("a", "b")}), "refused");
    const auto none = [this](Direction direction, std::string name) {
        return HasNoLinks{this->home(), Relation("leads"), direction, std::move(name)};
    };
    EXPECT_EQ(this->outcome_under(none(Direction::From, "a")), "refused");
    EXPECT_EQ(this->outcome_under(none(Direction::To, "b")), "refused");
    EXPECT_EQ(this->outcome_under(none(Direction::From, "b")), "applied");
    EXPECT_EQ(this->outcome_under(none(Direction::To, "a")), "applied");
    EXPECT_EQ(this->outcome_under(IsLinked{this->link("a", "b")}), "applied");
    EXPECT_EQ(this->outcome_under(IsNotLinked{this->link("b", "a")}), "applied");
}

TYPED_TEST_P(ResourceStoreContract, AnswersTheFirstConditionThatFailsAsItWasGiven) {
    this->put(this->key("A"));
    const Error second{ErrorKind::LimitExceeded, "second", {"field", 1, 2}};
    const auto applied =
        this->store().apply(Batch()
                                .require(Exists{this->key("A")}, this->refusal("first"))
                                .require(IsAbsent{this->key("A")}, second)
                                .require(Exists{this->key("B")}, this->refusal("third"))
                                .put(this->key("B"), "{}"));
    ASSERT_FALSE(applied.has_value());
    EXPECT_EQ(applied.error(), second);
    EXPECT_FALSE(this->exists(this->key("B")));
}

TYPED_TEST_P(ResourceStoreContract, ConditionsSeeTheStateBeforeTheChanges) {
    const auto applied =
        this->store().apply(Batch()
                                .put(this->key("A"), "{}")
                                .require(IsAbsent{this->key("A")}, this->refusal("refused")));
    EXPECT_TRUE(applied.has_value());
}

TYPED_TEST_P(ResourceStoreContract, ChangesHappenInOrderUnderOneRevision) {
    const auto revision = this->store().apply(Batch()
                                                  .put(this->key("A"), "1")
                                                  .put(this->key("B"), "1")
                                                  .change(Remove{this->key("A")})
                                                  .put(this->key("B"), "2"));
    ASSERT_TRUE(revision.has_value());
    EXPECT_FALSE(this->exists(this->key("A")));
    EXPECT_EQ(this->store().get(this->key("B"))->body, "2");
    EXPECT_EQ(this->store().get(this->key("B"))->revision, *revision);
}

TYPED_TEST_P(ResourceStoreContract, ABatchWithoutChangesAnswersTheLastRevision) {
    EXPECT_EQ(this->store().apply(Batch()), Revision(0));
    const auto revision = this->put(this->key("A"));
    EXPECT_EQ(this->store().apply(Batch()), revision);
    EXPECT_EQ(this->store().get(this->key("A"))->revision, revision);
}

TYPED_TEST_P(ResourceStoreContract, FollowsLinksBothWays) {
    this->add(this->link("a", "x"));
    this->add(this->link("a", "y"));
    this->add(this->link("b", "x"));
    this->add({this->home(), Relation("other"), "a", "z"});
    this->add({this->abroad(), Relation("leads"), "a", "z"});
    EXPECT_EQ(this->listing(this->leads(Direction::From, "a")), "x y ");
    EXPECT_EQ(this->listing(this->leads(Direction::To, "x")), "a b ");
    EXPECT_EQ(this->listing(this->leads(Direction::From, "x")), "");
    auto down = this->leads(Direction::From, "a");
    down.order = Order::Descending;
    down.limit = 1;
    EXPECT_EQ(this->listing(down), "y | x ");
    auto up = this->leads(Direction::To, "x");
    up.limit = 1;
    EXPECT_EQ(this->listing(up), "a | b ");
}

TYPED_TEST_P(ResourceStoreContract, LinkingTwiceIsOnceAndUnlinkingNothingIsNothing) {
    this->add(this->link("a", "x"));
    this->add(this->link("a", "x"));
    EXPECT_EQ(this->listing(this->leads(Direction::From, "a")), "x ");
    ASSERT_TRUE(this->store().apply(Batch().change(RemoveLink{this->link("a", "y")})).has_value());
    ASSERT_TRUE(this->store().apply(Batch().change(RemoveLink{this->link("a", "x")})).has_value());
    EXPECT_EQ(this->listing(this->leads(Direction::From, "a")), "");
}

TYPED_TEST_P(ResourceStoreContract, RemovesAllLinksOfAName) {
    for (const char* to : {"x", "y"}) {
        for (const char* from : {"a", "b"}) this->add(this->link(from, to));
    }
    const RemoveLinks from_a{this->home(), Relation("leads"), Direction::From, "a"};
    const RemoveLinks to_x{this->home(), Relation("leads"), Direction::To, "x"};
    ASSERT_TRUE(this->store().apply(Batch().change(from_a).change(to_x)).has_value());
    EXPECT_EQ(this->listing(this->leads(Direction::From, "a")), "");
    EXPECT_EQ(this->listing(this->leads(Direction::From, "b")), "y ");
}

TYPED_TEST_P(ResourceStoreContract, NamesTheTenantsThatHaveARecord) {
    this->put(this->key_abroad("A"));
    this->put(this->key("A"));
    this->put(this->key("B"));
    const auto tenants = this->store().tenants_with(Kind("gate"), "A");
    ASSERT_TRUE(tenants.has_value());
    EXPECT_THAT(*tenants, ::testing::ElementsAre(this->home(), this->abroad()));
    EXPECT_THAT(*this->store().tenants_with(Kind("bridge"), "A"), ::testing::IsEmpty());
}

TYPED_TEST_P(ResourceStoreContract, ScansAKindAndARelationThroughAllTenants) {
    this->put(this->key_abroad("A"));
    this->put_all({"B", "A"});
    this->put({this->home(), Kind("bridge"), "A"});
    std::vector<RecordKey> keys;
    ASSERT_TRUE(this->store()
                    .scan(Kind("gate"), [&](Record record) { keys.push_back(record.key); })
                    .has_value());
    EXPECT_THAT(keys,
                ::testing::ElementsAre(this->key("A"), this->key("B"), this->key_abroad("A")));
    this->add(this->link("b", "x"));
    this->add(this->link("a", "x"));
    this->add({this->home(), Relation("other"), "a", "x"});
    std::vector<Link> links;
    ASSERT_TRUE(this->store()
                    .scan_links(Relation("leads"), [&](Link link) { links.push_back(link); })
                    .has_value());
    EXPECT_THAT(links, ::testing::ElementsAre(this->link("a", "x"), this->link("b", "x")));
}

REGISTER_TYPED_TEST_SUITE_P(
    ResourceStoreContract, ReadsBackWhatWasPut, ReadsBackAnEmptyBodyAndALargeOne,
    SaysNotFoundWithKindAndName, ReplacingKeepsTheCreationTimeAndRaisesTheRevision,
    RevisionNeverReturnsAfterRemoval, KindsAndTenantsAreSeparate, AnEmptyTenantIsATenant,
    NamesDifferByCase, ListsByBytesOfTheNameInBothOrders, ListsPageByPage, ListsByPrefix,
    APageTokenGoesOnWhereItWasWhateverChanged, APageTokenCanBeMadeForAnyName,
    RefusesAPageTokenOfAnotherListing, RefusesWhatIsOutOfBoundsAndChangesNothing, ConditionExists,
    ConditionIsAbsent, ConditionHasRevision, ConditionFewerThan, ConditionsOnLinks,
    AnswersTheFirstConditionThatFailsAsItWasGiven, ConditionsSeeTheStateBeforeTheChanges,
    ChangesHappenInOrderUnderOneRevision, ABatchWithoutChangesAnswersTheLastRevision,
    FollowsLinksBothWays, LinkingTwiceIsOnceAndUnlinkingNothingIsNothing, RemovesAllLinksOfAName,
    NamesTheTenantsThatHaveARecord, ScansAKindAndARelationThroughAllTenants);

}  // namespace gatehouse::storage
