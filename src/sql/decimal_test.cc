#include "sql/decimal.h"

#include <gtest/gtest.h>

namespace gatehouse::sql {
namespace {

Decimal decimal(std::string_view text) {
    return Decimal::parse(text).value();
}
std::string text_of(const std::optional<Decimal>& number) {
    return number ? number->text() : "none";
}

TEST(Decimals, KeepThirtyFourDigits) {
    EXPECT_EQ(decimal("1234567890123456789012345678901234").text(),
              "1234567890123456789012345678901234");
    EXPECT_EQ(decimal("0.1234567890123456789012345678901234").text(),
              "0.1234567890123456789012345678901234");
    EXPECT_EQ(decimal("12345678901234567890123456789012345").text(),
              "1.234567890123456789012345678901234E+34")
        << "half to even";
    EXPECT_EQ(decimal("12345678901234567890123456789012355").text(),
              "1.234567890123456789012345678901236E+34");
    EXPECT_EQ(decimal("123456789012345678901234567890123450000000001").text(),
              "1.234567890123456789012345678901235E+44");
}

TEST(Decimals, AreWrittenInOneWay) {
    EXPECT_EQ(decimal("10.500").text(), "10.5");
    EXPECT_EQ(decimal("1e3").text(), "1000");
    EXPECT_EQ(decimal("1000e-3").text(), "1");
    EXPECT_EQ(decimal("-0").text(), "0");
    EXPECT_EQ(decimal("0.000001").text(), "0.000001");
    EXPECT_EQ(decimal("0.0000001").text(), "1E-7");
    EXPECT_EQ(decimal("-12.5e-20").text(), "-1.25E-19");
    EXPECT_EQ(decimal("1e50").text(), "1E+50");
    EXPECT_EQ(decimal("1e50"), decimal("10e49"));
    EXPECT_EQ(decimal("2.50"), decimal("25e-1"));
}

TEST(Decimals, HaveBounds) {
    EXPECT_EQ(text_of(Decimal::parse("9.99e999")), "9.99E+999");
    EXPECT_EQ(text_of(Decimal::parse("1e1000")), "none");
    EXPECT_EQ(text_of(Decimal::parse("1e99999999999")), "none");
    EXPECT_EQ(text_of(Decimal::parse("1e-1000")), "0");
    EXPECT_EQ(text_of(Decimal::parse("1e-99999999999")), "0");
    for (const std::string_view text :
         {"", "-", ".5", "5.", "1e", "1e+", "1x", "0x1", " 1", "+1"}) {
        EXPECT_FALSE(Decimal::parse(text)) << text;
    }
}

TEST(Decimals, Calculate) {
    EXPECT_EQ(text_of(decimal("0.1").plus(decimal("0.2"))), "0.3");
    EXPECT_EQ(text_of(decimal("1e30").plus(decimal("1e-30"))), "1000000000000000000000000000000");
    EXPECT_EQ(text_of(decimal("1").minus(decimal("1e-50"))), "1");
    EXPECT_EQ(text_of(decimal("1e900").plus(decimal("-1"))), "1E+900");
    EXPECT_EQ(text_of(decimal("1.5").times(decimal("-2"))), "-3");
    EXPECT_EQ(text_of(decimal("1e600").times(decimal("1e600"))), "none");
    EXPECT_EQ(text_of(decimal("1").divided_by(decimal("3"))),
              "0.3333333333333333333333333333333333");
    EXPECT_EQ(text_of(decimal("2").divided_by(decimal("3"))),
              "0.6666666666666666666666666666666667");
    EXPECT_EQ(text_of(decimal("1").divided_by(decimal("8"))), "0.125");
    EXPECT_EQ(text_of(decimal("-10").divided_by(decimal("4"))), "-2.5");
    EXPECT_EQ(text_of(decimal("1").divided_by(decimal("0"))), "none");
    EXPECT_EQ(text_of(decimal("7.5").remainder(decimal("2"))), "1.5");
    EXPECT_EQ(text_of(decimal("-7").remainder(decimal("3"))), "-1");
    EXPECT_EQ(text_of(decimal("1e-60").remainder(decimal("3"))), "1E-60");
    EXPECT_EQ(text_of(decimal("1e60").remainder(decimal("7"))), "none");
}

TEST(Decimals, AreRounded) {
    using Rounding = Decimal::Rounding;
    EXPECT_EQ(decimal("1.5").rounded(Rounding::HalfAwayFromZero).text(), "2");
    EXPECT_EQ(decimal("-1.5").rounded(Rounding::HalfAwayFromZero).text(), "-2");
    EXPECT_EQ(decimal("0.49").rounded(Rounding::HalfAwayFromZero).text(), "0");
    EXPECT_EQ(decimal("-1.2").rounded(Rounding::Floor).text(), "-2");
    EXPECT_EQ(decimal("-1.2").rounded(Rounding::Ceiling).text(), "-1");
    EXPECT_EQ(decimal("1.29").rounded(Rounding::TowardsZero, 1).text(), "1.2");
    EXPECT_EQ(decimal("1e-300").rounded(Rounding::Ceiling).text(), "1");
    EXPECT_EQ(decimal("1e-300").rounded(Rounding::Floor).text(), "0");
    EXPECT_EQ(decimal("1e300").rounded(Rounding::Floor).text(), "1E+300");
}

TEST(Decimals, AreOrdered) {
    EXPECT_LT(decimal("1.5"), decimal("1.51"));
    EXPECT_LT(decimal("-2"), decimal("-1.5"));
    EXPECT_LT(decimal("-1e300"), decimal("1e-300"));
    EXPECT_LT(decimal("9.9e99"), decimal("1e100"));
    EXPECT_GT(decimal("-9.9e99"), decimal("-1e100"));
    EXPECT_EQ(decimal("100") <=> decimal("1e2"), std::strong_ordering::equal);
    EXPECT_LT(decimal("0"), decimal("1e-999"));
}

TEST(Decimals, AreDoubles) {
    EXPECT_EQ(decimal("0.1").to_double(), 0.1);
    EXPECT_EQ(text_of(Decimal::of(0.1)), "0.1");
    EXPECT_EQ(text_of(Decimal::of(1e21)), "1000000000000000000000");
    EXPECT_EQ(text_of(Decimal::of(1.0 / 0.0)), "none");
    EXPECT_EQ(decimal("1e999").to_double(), 1.0 / 0.0);
    EXPECT_EQ(decimal("1e-999").to_double(), 0.0);
    EXPECT_EQ(decimal("9223372036854775807").to_int64(), INT64_MAX);
    EXPECT_EQ(decimal("9223372036854775808").to_int64(), std::nullopt);
    EXPECT_EQ(decimal("1.5").to_int64(), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::sql
