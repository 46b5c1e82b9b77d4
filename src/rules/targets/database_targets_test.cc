#include "rules/targets/database_targets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "net/loop_fixture.h"
#include "rules/action.h"
#include "rules/targets/database_terms.h"

namespace gatehouse::rules {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

const AccountId database_owner("123456789012");
// Nobody listens there.
constexpr const char* nowhere = "postgresql://u:secret@127.0.0.1:1/db";

// What a real database says, tests/clients/rule_sql_test.py proves.
class DatabaseTargetsTest : public net::LoopFixture {
protected:
    DatabaseTerms terms(DeclaredDatabase declared) {
        const auto made = database_terms(library, declared);
        EXPECT_TRUE(made) << made.error().message;
        return made.value_or(DatabaseTerms());
    }
    std::string problem(DeclaredDatabase declared) {
        const auto made = database_terms(library, declared);
        return made ? "" : made.error().message;
    }
    std::string run(Database& database, std::chrono::milliseconds span) {
        std::string told;
        tasks.start([](auto& self, Database& database, std::string& told,
                       std::chrono::milliseconds span) -> async::Task<void> {
            const auto how = co_await database.run({.text = "SELECT 1", .parameters = {}},
                                                   Deadline::after(self.clock, span));
            told = how ? "done"
                       : fmt::format("{}: {}", name_of(how.error().kind), how.error().message);
        }(*this, database, told, span));
        finish();
        return told;
    }

    const PostgresLibrary library = load_postgres_library().value();
};

TEST_F(DatabaseTargetsTest, OtherMachinesProveThemselves) {
    EXPECT_THAT(
        terms({.url = "postgresql://u@db.example/x"}),
        ::testing::AllOf(Contains(::testing::Pair("dbname", "postgresql://u@db.example/x")),
                         Contains(::testing::Pair("sslmode", "verify-full")),
                         Contains(::testing::Pair("sslrootcert", HasSubstr("ca-certificates")))));
    EXPECT_THAT(terms({.url = "postgresql://db.example/x", .ca_file = "/etc/ca.pem"}),
                Contains(::testing::Pair("sslrootcert", "/etc/ca.pem")));
    EXPECT_THAT(terms({.url = "postgresql://db.example/x?sslmode=verify-ca&sslrootcert=/own.pem"}),
                Not(Contains(Key("sslrootcert"))));
    for (const char* mode : {"disable", "allow", "prefer", "require"}) {
        EXPECT_THAT(problem({.url = fmt::format("postgresql://db.example/x?sslmode={}", mode)}),
                    HasSubstr("leads to another machine"))
            << mode;
    }
    EXPECT_THAT(problem({.url = "postgresql://localhost,db.example/x?sslmode=prefer"}),
                HasSubstr("leads to another machine"));
    EXPECT_THAT(terms({.url = "postgresql://db.example/x", .allows_plain = true}),
                Not(Contains(Key("sslmode"))));
    for (const char* near : {nowhere, "postgresql:///x", "postgresql://localhost/x",
                             "postgresql://[::1]/x", "postgresql://%2Frun%2Fpostgresql/x"}) {
        EXPECT_THAT(terms({.url = near}), Not(Contains(Key("sslmode")))) << near;
    }
    const std::string unread = problem({.url = "postgresql://u:secret@h:x:y/db?no=1"});
    EXPECT_THAT(unread, HasSubstr("cannot read"));
    EXPECT_THAT(unread, Not(HasSubstr("secret")));
}

TEST_F(DatabaseTargetsTest, NobodyThereMayPass) {
    Database database(library, loop, terms({.url = nowhere}), {.first_pause = 5ms});
    const std::string told = run(database, 300ms);
    EXPECT_THAT(told, HasSubstr("unavailable: The database cannot be reached: "));
    EXPECT_THAT(told, HasSubstr("Connection refused"));
    EXPECT_THAT(told, Not(HasSubstr("secret")));
    database.close();
    EXPECT_THAT(run(database, 300ms), HasSubstr("cancelled: "));
}

TEST_F(DatabaseTargetsTest, TooMuchOnItsWayIsNotTaken) {
    Database database(library, loop, terms({.url = nowhere}), {.waiting_max = 0});
    EXPECT_THAT(run(database, 300ms), HasSubstr("throttled: "));
}

TEST_F(DatabaseTargetsTest, AreOfTheirAccountsAlone) {
    DeclaredDatabases declared;
    declared.emplace("plant", DeclaredDatabase{.url = nowhere, .accounts = {database_owner}});
    const auto targets = DatabaseTargets::make(loop, declared);
    ASSERT_TRUE(targets);
    EXPECT_TRUE((*targets)->may_use(database_owner, "plant"));
    EXPECT_FALSE((*targets)->may_use(AccountId("111122223333"), "plant"));
    const auto unknown = (*targets)->may_use(database_owner, "plants");
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("'plants' is not among databases of rules."));
    declared.emplace("bad", DeclaredDatabase{.url = "postgresql://db.example/?sslmode=disable"});
    const auto refused = DatabaseTargets::make(loop, declared);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("'databases.bad' leads to another machine"));
}

TEST(DatabaseErrors, ThatMayPassAreTriedAgain) {
    for (const char* state : {"08006", "57P01", "57014", "40001", "53300", "55P03"}) {
        EXPECT_TRUE(is_worth_repeating(kind_of_sqlstate(state))) << state;
    }
    for (const char* state : {"08P01", "22P02", "23505", "42601", "42P01", "", "0A000"}) {
        EXPECT_EQ(kind_of_sqlstate(state), ErrorKind::InvalidInput) << state;
    }
    EXPECT_EQ(kind_of_sqlstate("42501"), ErrorKind::NotAllowed);
    EXPECT_EQ(kind_of_sqlstate("28P01"), ErrorKind::NotAllowed);
}

}  // namespace
}  // namespace gatehouse::rules
