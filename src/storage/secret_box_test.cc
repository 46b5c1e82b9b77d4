#include "storage/secret_box.h"

#include <gtest/gtest.h>

#include "base/durable_file.h"
#include "base/encoding.h"
#include "storage/scratch_dir.h"

namespace gatehouse::storage {
namespace {

class SecretBoxTest : public ::testing::Test {
protected:
    std::unique_ptr<SecretBox> open_box(const std::string& name = "secret.key") {
        return std::move(SecretBox::open_key_file(dir_.file(name), random_).value());
    }
    SystemRandom random_;
    ScratchDir dir_;
};

TEST_F(SecretBoxTest, OpensWhatItSealed) {
    const auto box = open_box();
    EXPECT_EQ(box->open(box->seal("the secret", "record A"), "record A"), "the secret");
    EXPECT_EQ(box->open(box->seal("", ""), ""), "");
}

TEST_F(SecretBoxTest, SealedTextShowsNothingAndNeverRepeats) {
    const auto box = open_box();
    const std::string sealed = box->seal("the secret", "A");
    const auto bytes = from_base64(sealed);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(text_of(*bytes).find("secret"), std::string_view::npos);
    EXPECT_NE(sealed, box->seal("the secret", "A"));
}

TEST_F(SecretBoxTest, TheKeyIsKeptInAPrivateFile) {
    const std::string sealed = open_box()->seal("the secret", "A");
    EXPECT_EQ(open_box()->open(sealed, "A"), "the secret");
    EXPECT_EQ(std::filesystem::status(dir_.file("secret.key")).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SecretBoxTest, DerivesTheSameKeyForAPurposeInLaterRuns) {
    const std::string key = open_box()->derived_key("a purpose");
    EXPECT_EQ(key.size(), 32U);
    EXPECT_EQ(key, open_box()->derived_key("a purpose"));
    EXPECT_NE(key, open_box()->derived_key("another"));
    EXPECT_NE(key, open_box("other.key")->derived_key("a purpose"));
}

TEST_F(SecretBoxTest, DoesNotOpenUnderAnotherContext) {
    const auto box = open_box();
    const auto opened = box->open(box->seal("the secret", "A"), "B");
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().kind, ErrorKind::Corrupt);
}

TEST_F(SecretBoxTest, DoesNotOpenWithAnyByteChanged) {
    const auto box = open_box();
    const auto sealed = from_base64(box->seal("the secret", "A"));
    for (std::size_t i = 0; i < sealed->size(); ++i) {
        Bytes changed = *sealed;
        changed[i] ^= 1;
        EXPECT_FALSE(box->open(to_base64(changed), "A").has_value()) << "byte " << i;
    }
    for (std::size_t length = 0; length < sealed->size(); ++length) {
        const Bytes cut(sealed->begin(), sealed->begin() + static_cast<std::ptrdiff_t>(length));
        EXPECT_FALSE(box->open(to_base64(cut), "A").has_value()) << "length " << length;
    }
    EXPECT_FALSE(box->open("not base64!", "A").has_value());
}

TEST_F(SecretBoxTest, SaysWhenTheKeyFileIsAnotherOne) {
    const auto opened = open_box("one.key")->open(open_box("two.key")->seal("x", "A"), "A");
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().message.find("another key"), std::string::npos);
    EXPECT_NE(opened.error().message.find("one.key"), std::string::npos);
}

TEST_F(SecretBoxTest, RefusesAKeyFileThatIsNoKeyOrOpenToOthers) {
    ASSERT_TRUE(write_file(dir_.file("short.key"), "0123", FileAccess::Private).has_value());
    const auto cut = SecretBox::open_key_file(dir_.file("short.key"), random_);
    ASSERT_FALSE(cut.has_value());
    EXPECT_EQ(cut.error().kind, ErrorKind::Corrupt);

    open_box();
    std::filesystem::permissions(dir_.file("secret.key"), std::filesystem::perms::group_read,
                                 std::filesystem::perm_options::add);
    const auto open_to_group = SecretBox::open_key_file(dir_.file("secret.key"), random_);
    ASSERT_FALSE(open_to_group.has_value());
    EXPECT_EQ(open_to_group.error().kind, ErrorKind::NotAllowed);
    EXPECT_NE(open_to_group.error().message.find("chmod 600"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::storage
