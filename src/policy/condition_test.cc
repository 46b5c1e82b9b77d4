#include "policy/condition.h"

#include <gtest/gtest.h>

#include <array>

namespace gatehouse::policy {
namespace {

using Texts = std::vector<std::string_view>;

bool holds(std::string_view op, std::vector<std::string> expected, const Texts& actual) {
    ConditionTest test{*parse_operator(op), "key", {}};
    for (std::string& each : expected) test.values.emplace_back(std::move(each));
    return Condition(test, Variables().set("iot:ClientId", "a*"), Effect::Allow).holds(actual);
}

TEST(Condition, Strings) {
    EXPECT_TRUE(holds("StringEquals", {"a", "b"}, {"b"}));
    EXPECT_FALSE(holds("StringEquals", {"a"}, {"A"}));
    EXPECT_FALSE(holds("StringEquals", {"a*"}, {"ab"}));
    EXPECT_TRUE(holds("StringEquals", {"a**"}, {"a**"}));
    EXPECT_TRUE(holds("StringEqualsIgnoreCase", {"a"}, {"A"}));
    EXPECT_FALSE(holds("StringNotEqualsIgnoreCase", {"a"}, {"A"}));
    EXPECT_TRUE(holds("StringLike", {"a*"}, {"ab"}));
    EXPECT_FALSE(holds("StringNotLike", {"x", "a*"}, {"ab"}));
    EXPECT_TRUE(holds("StringNotEquals", {"a", "b"}, {"c"}));
}

TEST(Condition, VariablesInValuesAreText) {
    EXPECT_TRUE(holds("StringEquals", {"${iot:ClientId}"}, {"a*"}));
    EXPECT_FALSE(holds("StringLike", {"${iot:ClientId}"}, {"ab"}));
    EXPECT_TRUE(holds("StringLike", {"${iot:ClientId}*"}, {"a*b"}));
}

TEST(Condition, AVariableWithoutAValueEqualsNothing) {
    for (const std::string_view op :
         {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike", "Bool"}) {
        EXPECT_FALSE(holds(op, {"${none}"}, {"${none}"})) << op;
    }
    EXPECT_TRUE(holds("StringNotEquals", {"${none}"}, {"${none}"}));
}

TEST(Condition, Numbers) {
    EXPECT_TRUE(holds("NumericEquals", {"10"}, {"10.0"}));
    EXPECT_TRUE(holds("NumericNotEquals", {"10"}, {"11"}));
    EXPECT_TRUE(holds("NumericLessThan", {"10"}, {"9.5"}));
    EXPECT_FALSE(holds("NumericLessThan", {"10"}, {"10"}));
    EXPECT_TRUE(holds("NumericLessThanEquals", {"10"}, {"10"}));
    EXPECT_TRUE(holds("NumericGreaterThan", {"-1"}, {"0"}));
    EXPECT_TRUE(holds("NumericGreaterThanEquals", {"1"}, {"1"}));
    EXPECT_FALSE(holds("NumericEquals", {"10"}, {"ten"}));
    EXPECT_TRUE(holds("NumericEquals", {"+10"}, {"10"}));
    EXPECT_TRUE(holds("NumericEquals", {"10"}, {"+10"}));
    for (const std::string text : {"inf", "infinity", "nan", "+-10", "++10", "0x10", "1e999", ""}) {
        EXPECT_FALSE(holds("NumericLessThan", {text}, {"-11"})) << text;
        EXPECT_FALSE(holds("NumericGreaterThanEquals", {"-11"}, {text})) << text;
    }
}

TEST(Condition, Dates) {
    EXPECT_TRUE(holds("DateLessThan", {"2026-01-02T00:00:00Z"}, {"2026-01-01T23:59:59Z"}));
    EXPECT_TRUE(holds("DateGreaterThan", {"2026-01-01"}, {"2026-01-01T00:00:00.5Z"}));
    EXPECT_TRUE(holds("DateEquals", {"2026-01-01T01:00:00+01:00"}, {"1767225600"}));
    EXPECT_TRUE(holds("DateNotEquals", {"2026-01-01T00:00:00Z"}, {"2026-01-01T00:00:01Z"}));
    EXPECT_TRUE(holds("DateGreaterThanEquals", {"2026-01-01T00:00:00Z"}, {"2026-01-01T00:00Z"}));
    EXPECT_FALSE(holds("DateLessThanEquals", {"2026-02-30"}, {"2026-01-01"}));
    EXPECT_TRUE(holds("DateEquals", {"2026-02"}, {"2026-02-01T00:00:00Z"}));
    EXPECT_TRUE(holds("DateEquals", {"1970-01-01T00:33:46Z"}, {"2026"}));  // seconds, not a year
    for (const std::string text : {"2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z",
                                   "2026-01-01T23:59:60Z", "2026-01-01T23:59:59+24:00",
                                   "2026-01-01T23:59:59+01:60", "2026-13", "2026-", "2026-01-"}) {
        EXPECT_FALSE(holds("DateGreaterThan", {text}, {"2036-01-01"})) << text;
    }
}

TEST(Condition, Addresses) {
    EXPECT_TRUE(holds("IpAddress", {"203.0.113.0/24"}, {"203.0.113.255"}));
    EXPECT_FALSE(holds("IpAddress", {"203.0.113.0/25"}, {"203.0.113.128"}));
    EXPECT_TRUE(holds("IpAddress", {"203.0.113.7"}, {"203.0.113.7"}));
    EXPECT_TRUE(holds("IpAddress", {"2001:db8::/33"}, {"2001:db8:7fff::1"}));
    EXPECT_FALSE(holds("IpAddress", {"2001:db8::/33"}, {"2001:db8:8000::1"}));
    EXPECT_TRUE(holds("IpAddress", {"0.0.0.0/0"}, {"203.0.113.7"}));
    EXPECT_FALSE(holds("IpAddress", {"0.0.0.0/0"}, {"2001:db8::1"}));
    EXPECT_TRUE(holds("NotIpAddress", {"10.0.0.0/8"}, {"192.0.2.1"}));
    EXPECT_FALSE(holds("IpAddress", {"10.0.0.0/33"}, {"10.0.0.1"}));
    EXPECT_TRUE(holds("IpAddress", {"::/0"}, {"2001:db8::1"}));
    for (const std::string range : {"::/0", "::/80", "::/95"}) {
        EXPECT_FALSE(holds("IpAddress", {range}, {"203.0.113.7"})) << range;
        EXPECT_TRUE(holds("NotIpAddress", {range}, {"203.0.113.7"})) << range;
    }
    EXPECT_TRUE(holds("IpAddress", {"203.0.113.0/24"}, {"::ffff:203.0.113.7"}));
    EXPECT_TRUE(holds("IpAddress", {"::ffff:203.0.113.0/120"}, {"203.0.113.7"}));
}

TEST(Condition, Arns) {
    const std::string_view arn = "arn:aws:iot:us-east-1:123456789012:authorizer/A";
    EXPECT_TRUE(holds("ArnEquals", {"arn:aws:iot:us-east-1:123456789012:authorizer/*"}, {arn}));
    EXPECT_TRUE(holds("ArnLike", {"arn:*:iot:*:*:authorizer/?"}, {arn}));
    EXPECT_FALSE(holds("ArnLike", {"arn:aws:*:us-east-2:*:*"}, {arn}));
    // A wildcard stays within its part.
    EXPECT_FALSE(holds("ArnLike", {"arn:aws:iot:*:authorizer/A::"}, {arn}));
    EXPECT_FALSE(holds("ArnLike", {"arn:aws:iot:*:authorizer/A"}, {arn}));
    EXPECT_FALSE(holds("ArnLike", {"arn:aws:iot:*"}, {arn}));
    EXPECT_FALSE(holds("ArnLike", {"topic/*"}, {"topic/a"}));
    EXPECT_TRUE(holds("ArnLike", {"*"}, {arn}));
    EXPECT_FALSE(holds("ArnNotEquals", {std::string(arn)}, {arn}));
    EXPECT_TRUE(holds("ArnNotLike", {"arn:aws:iot:*:*:rule/*"}, {arn}));
}

TEST(Condition, BoolNullAndBinary) {
    EXPECT_TRUE(holds("Bool", {"true"}, {"True"}));
    EXPECT_FALSE(holds("Bool", {"true"}, {"false"}));
    EXPECT_TRUE(holds("Null", {"true"}, {}));
    EXPECT_TRUE(holds("Null", {"false"}, {"x"}));
    EXPECT_FALSE(holds("Null", {"false"}, {}));
    EXPECT_TRUE(holds("BinaryEquals", {"QUJD"}, {"QUJD"}));
}

TEST(Condition, AbsentKeys) {
    EXPECT_FALSE(holds("StringEquals", {"a"}, {}));
    EXPECT_TRUE(holds("StringNotEquals", {"a"}, {}));
    EXPECT_TRUE(holds("StringEqualsIfExists", {"a"}, {}));
    EXPECT_FALSE(holds("StringEqualsIfExists", {"a"}, {"b"}));
    EXPECT_TRUE(holds("ForAllValues:StringEquals", {"a"}, {}));
    EXPECT_FALSE(holds("ForAnyValue:StringEquals", {"a"}, {}));
    EXPECT_FALSE(holds("ForAnyValue:StringNotEquals", {"a"}, {}));
    EXPECT_TRUE(holds("ForAnyValue:StringEqualsIfExists", {"a"}, {}));
}

TEST(Condition, OfAKeyThatIsNotKnownADenyHoldsAndAnAllowDoesNot) {
    const Variables nothing;
    for (const std::string_view op :
         {"StringEquals", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringEquals",
          "ForAnyValue:StringNotEquals", "Null"}) {
        ConditionTest test{*parse_operator(op), "elsewhere:Key", {}};
        test.values.emplace_back("true");
        const Condition denies(test, nothing, Effect::Deny);
        const Condition allows(test, nothing, Effect::Allow);
        EXPECT_TRUE(denies.holds_in({}, {})) << op;
        EXPECT_FALSE(allows.holds_in({}, {})) << op;
        // Known is also what the request brings along, whatever its name.
        const std::array<std::string_view, 1> other{"other"};
        const std::array<ContextEntry, 1> context{{{"Elsewhere:key", other}}};
        EXPECT_EQ(denies.holds_in(context, {}), denies.holds(other)) << op;
        EXPECT_EQ(allows.holds_in(context, {}), allows.holds(other)) << op;
    }
    ConditionTest known{*parse_operator("StringEquals"), "aws:SourceVpc", {}};
    known.values.emplace_back("vpc-1");
    EXPECT_FALSE(Condition(known, nothing, Effect::Deny).holds_in({}, {}));
}

TEST(Condition, SeveralValuesWithoutAPrefix) {
    EXPECT_TRUE(holds("StringEquals", {"a"}, {"b", "a"}));
    EXPECT_FALSE(holds("StringNotEquals", {"a"}, {"b", "a"}));
}

// AWS IoT Developer Guide, "Connect policy examples": what each condition on
// iot:ConnectAttributes lets in.
TEST(Condition, TruthTableOfConnectAttributes) {
    const Texts plain{}, persistent{"PersistentConnect"}, will{"LastWill"};
    const Texts both{"PersistentConnect", "LastWill"};
    struct Row {
        std::string_view op;
        std::vector<std::string> values;
        bool plain, persistent, will, both;
    };
    const std::string p = "PersistentConnect", w = "LastWill";
    const std::vector<Row> rows{
        {"ForAllValues:StringEquals", {p}, true, true, false, false},
        {"ForAllValues:StringEquals", {w}, true, false, true, false},
        {"ForAllValues:StringEquals", {p, w}, true, true, true, true},
        {"ForAllValues:StringEquals", {}, true, false, false, false},
        {"ForAllValues:StringNotEquals", {p}, true, false, true, false},
        {"ForAnyValue:StringEquals", {p}, false, true, false, true},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(holds(row.op, row.values, plain), row.plain) << row.op;
        EXPECT_EQ(holds(row.op, row.values, persistent), row.persistent) << row.op;
        EXPECT_EQ(holds(row.op, row.values, will), row.will) << row.op;
        EXPECT_EQ(holds(row.op, row.values, both), row.both) << row.op;
    }
}

TEST(Operator, UnknownOnesComeWithTheNearest) {
    EXPECT_FALSE(parse_operator("stringequals").has_value());
    EXPECT_NE(parse_operator("StringsEquals").error().message.find("StringEquals"),
              std::string::npos);
}

}  // namespace
}  // namespace gatehouse::policy
