#include "mqtt/property.h"

#include <set>
#include <vector>

#include "mqtt/packet.h"
#include "mqtt/packet_text.h"

namespace gatehouse::mqtt {
namespace {

using Section = PropertySection;

// MQTT 5 table 2-4, read by hand: identifier, a valid value, where it may stand.
struct Row {
    std::uint8_t id;
    const char* value;
    std::set<Section> sections;
};

const std::set<Section> answers = {Section::Connack,  Section::Puback,     Section::Pubrec,
                                   Section::Pubrel,   Section::Pubcomp,    Section::Suback,
                                   Section::Unsuback, Section::Disconnect, Section::Auth};
const std::set<Section> everywhere = {Section::Will,       Section::Connect,     Section::Connack,
                                      Section::Publish,    Section::Puback,      Section::Pubrec,
                                      Section::Pubrel,     Section::Pubcomp,     Section::Subscribe,
                                      Section::Suback,     Section::Unsubscribe, Section::Unsuback,
                                      Section::Disconnect, Section::Auth};

const Row table[] = {
    {0x01, "01", {Section::Publish, Section::Will}},
    {0x02, "00000001", {Section::Publish, Section::Will}},
    {0x03, "0001'c'", {Section::Publish, Section::Will}},
    {0x08, "0001'r'", {Section::Publish, Section::Will}},
    {0x09, "0001 00", {Section::Publish, Section::Will}},
    {0x0b, "01", {Section::Publish, Section::Subscribe}},
    {0x11, "00000001", {Section::Connect, Section::Connack, Section::Disconnect}},
    {0x12, "0001'i'", {Section::Connack}},
    {0x13, "0001", {Section::Connack}},
    {0x15, "0001'm'", {Section::Connect, Section::Connack, Section::Auth}},
    {0x16, "0001 00", {Section::Connect, Section::Connack, Section::Auth}},
    {0x17, "01", {Section::Connect}},
    {0x18, "00000001", {Section::Will}},
    {0x19, "01", {Section::Connect}},
    {0x1a, "0001'i'", {Section::Connack}},
    {0x1c, "0001's'", {Section::Connack, Section::Disconnect}},
    {0x1f, "0001'r'", answers},
    {0x21, "0001", {Section::Connect, Section::Connack}},
    {0x22, "0001", {Section::Connect, Section::Connack}},
    {0x23, "0001", {Section::Publish}},
    {0x24, "01", {Section::Connack}},
    {0x25, "01", {Section::Connack}},
    {0x26, "0001'k' 0001'v'", everywhere},
    {0x27, "00000001", {Section::Connect, Section::Connack}},
    {0x28, "01", {Section::Connack}},
    {0x29, "01", {Section::Connack}},
    {0x2a, "01", {Section::Connack}},
};

Bytes one(std::uint8_t id, const char* value) {
    Bytes section = {id};
    const Bytes encoded = bytes_from(value);
    section.insert(section.end(), encoded.begin(), encoded.end());
    return section;
}

// A whole packet with this section of properties, otherwise as plain as can be.
Bytes packet_with(Section where, BytesView section) {
    Bytes body;
    const auto add = [&](const char* notation) {
        const Bytes bytes = bytes_from(notation);
        body.insert(body.end(), bytes.begin(), bytes.end());
    };
    const auto add_section = [&] {
        std::uint8_t size[4];
        std::uint8_t* const end =
            write_variable_int(size, static_cast<std::uint32_t>(section.size()));
        body.insert(body.end(), size, end);
        body.insert(body.end(), section.begin(), section.end());
    };
    auto type = static_cast<std::uint8_t>(where);
    std::uint8_t flags = 0;
    switch (where) {
        case Section::Connect: add("0004'MQTT' 05 02 0000"), add_section(), add("0000"); break;
        case Section::Will:
            type = 1;
            add("0004'MQTT' 05 06 0000 00 0000"), add_section(), add("0001't' 0000");
            break;
        case Section::Connack: add("00 00"), add_section(); break;
        case Section::Publish: add("0001't'"), add_section(); break;
        case Section::Pubrel: flags = 2; [[fallthrough]];
        case Section::Puback:
        case Section::Pubrec:
        case Section::Pubcomp: add("0001 00"), add_section(); break;
        case Section::Subscribe: flags = 2, add("0001"), add_section(), add("0001'f' 00"); break;
        case Section::Unsubscribe: flags = 2, add("0001"), add_section(), add("0001'f'"); break;
        case Section::Suback:
        case Section::Unsuback: add("0001"), add_section(), add("00"); break;
        case Section::Disconnect: add("00"), add_section(); break;
        case Section::Auth: add("18"), add_section(); break;
    }
    Bytes packet = {static_cast<std::uint8_t>(type << 4 | flags)};
    packet.resize(5);
    const std::uint8_t* end =
        write_variable_int(packet.data() + 1, static_cast<std::uint32_t>(body.size()));
    packet.resize(static_cast<std::size_t>(end - packet.data()));
    packet.insert(packet.end(), body.begin(), body.end());
    return packet;
}

std::optional<DecodeError> error_of(Section where, BytesView section) {
    const Bytes packet = packet_with(where, section);
    // A subscription identifier may come from a server only, a session expiry from a client.
    const Sender sender = where == Section::Publish ? Sender::Server : Sender::Client;
    const auto decoded = decode_packet(frame_of(packet), ProtocolVersion::V5, sender);
    if (decoded) return std::nullopt;
    return decoded.error();
}

// Authentication data needs its method, and AUTH always does: added where it is not the one
// under test.
Bytes with_method(Section where, std::uint8_t id, Bytes section) {
    const bool needs_method = (where == Section::Auth || id == 0x16) && id != 0x15 &&
                              (where == Section::Auth || where == Section::Connect);
    if (needs_method) {
        const Bytes method = one(0x15, "0001'm'");
        section.insert(section.end(), method.begin(), method.end());
    }
    return section;
}

TEST(Properties, StandOnlyWhereTable2_4AllowsThem) {
    for (const Row& row : table) {
        for (const Section where : everywhere) {
            SCOPED_TRACE(std::string(name_of(static_cast<PropertyId>(row.id))) + " in section " +
                         std::to_string(static_cast<int>(where)));
            const auto error = error_of(where, with_method(where, row.id, one(row.id, row.value)));
            const bool allowed = row.sections.contains(where);
            EXPECT_EQ(!error, allowed) << (error ? error->describe() : "accepted");
            EXPECT_EQ(!clause_of(where, static_cast<PropertyId>(row.id)).empty(), allowed);
            if (!allowed && error) {
                EXPECT_EQ(error->clause, "2.2.2.2");
                EXPECT_EQ(error->reason, ReasonCode::MalformedPacket);
            }
        }
    }
}

TEST(Properties, AppearOnce) {
    for (const Row& row : table) {
        for (const Section where : row.sections) {
            SCOPED_TRACE(std::string(name_of(static_cast<PropertyId>(row.id))) + " in section " +
                         std::to_string(static_cast<int>(where)));
            Bytes section = one(row.id, row.value);
            const Bytes again = section;
            section.insert(section.end(), again.begin(), again.end());
            const auto error = error_of(where, with_method(where, row.id, section));
            const bool repeatable = row.id == 0x26 || (row.id == 0x0b && where == Section::Publish);
            EXPECT_EQ(!error, repeatable) << (error ? error->describe() : "accepted");
            if (!repeatable && error) {
                EXPECT_EQ(error->reason, ReasonCode::ProtocolError);
                EXPECT_EQ(error->clause, clause_of(where, static_cast<PropertyId>(row.id)));
            }
        }
    }
}

TEST(Properties, AreRefusedWhenCutShort) {
    for (const Row& row : table) {
        const Section where = *row.sections.begin();
        const Bytes whole = one(row.id, row.value);
        for (std::size_t size = 1; size < whole.size(); ++size) {
            EXPECT_TRUE(error_of(where, BytesView(whole).first(size)))
                << name_of(static_cast<PropertyId>(row.id)) << ' ' << size;
        }
    }
}

TEST(Properties, ThatDoNotExistAreRefused) {
    std::set<int> known;
    for (const Row& row : table) known.insert(row.id);
    for (int id = 0; id < 256; ++id) {
        const auto property = static_cast<PropertyId>(id);
        EXPECT_EQ(type_of(property).has_value(), known.contains(id)) << id;
        EXPECT_EQ(name_of(property).empty(), !known.contains(id)) << id;
        if (known.contains(id)) continue;
        const Bytes section = {static_cast<std::uint8_t>(id), 0, 0, 0, 0};
        const auto error = error_of(Section::Connack, section);
        ASSERT_TRUE(error) << id;
        EXPECT_EQ(error->clause, "2.2.2.2") << id;
    }
}

struct BadValue {
    const char* clause;
    Section where;
    const char* section;
    ReasonCode reason = ReasonCode::ProtocolError;
};

const BadValue bad_values[] = {
    {"3.3.2.3.2", Section::Publish, "01 02"},
    {"3.1.3.2.3", Section::Will, "01 02"},
    {"3.1.2.11.3", Section::Connect, "21 0000"},
    {"3.2.2.3.3", Section::Connack, "21 0000"},
    {"3.1.2.11.4", Section::Connect, "27 00000000"},
    {"3.2.2.3.6", Section::Connack, "27 00000000"},
    {"3.1.2.11.6", Section::Connect, "19 02"},
    {"3.1.2.11.7", Section::Connect, "17 02"},
    {"3.2.2.3.4", Section::Connack, "24 02"},
    {"3.2.2.3.5", Section::Connack, "25 02"},
    {"3.2.2.3.11", Section::Connack, "28 02"},
    {"3.2.2.3.12", Section::Connack, "29 ff"},
    {"3.2.2.3.13", Section::Connack, "2a 02"},
    {"3.3.2.3.4", Section::Publish, "23 0000", ReasonCode::TopicAliasInvalid},
    {"3.3.2.3.8", Section::Publish, "0b 00"},
    {"3.8.2.1.2", Section::Subscribe, "0b 00"},
    {"MQTT-3.3.2-14", Section::Publish, "08 0001'#'"},
    {"3.1.3.2.6", Section::Will, "08 0003'a/+'"},
    {"MQTT-1.5.4-1", Section::Publish, "03 0001 ff", ReasonCode::MalformedPacket},
    {"MQTT-1.5.4-2", Section::Connack, "1f 0001 00", ReasonCode::MalformedPacket},
    {"MQTT-1.5.4-1", Section::Connect, "26 0001 c0 0000", ReasonCode::MalformedPacket},
    {"MQTT-1.5.4-1", Section::Connect, "26 0000 0003 eda080", ReasonCode::MalformedPacket},
    {"MQTT-1.5.5-1", Section::Subscribe, "0b 8100", ReasonCode::MalformedPacket},
    {"1.5.5", Section::Subscribe, "0b 8080808001", ReasonCode::MalformedPacket},
};

TEST(Properties, HaveValuesInTheirRange) {
    for (const BadValue& row : bad_values) {
        SCOPED_TRACE(row.section);
        const auto error = error_of(row.where, bytes_from(row.section));
        ASSERT_TRUE(error);
        EXPECT_EQ(error->clause, row.clause) << error->describe();
        EXPECT_EQ(error->reason, row.reason) << error->describe();
    }
}

TEST(PropertyWriter, WritesEachTypeAsTheReaderReadsIt) {
    PropertyWriter writer;
    writer.add(PropertyId::MaximumQos, 1u);
    writer.add(PropertyId::ReceiveMaximum, 0x1234u);
    writer.add(PropertyId::MaximumPacketSize, 0x01020304u);
    writer.add(PropertyId::ReasonString, "r");
    writer.add(PropertyId::AuthenticationData, bytes_of("d"));
    writer.add_user_property("k", "v");
    EXPECT_EQ(Bytes(writer.bytes().begin(), writer.bytes().end()),
              bytes_from("24 01 21 1234 27 01020304 1f 0001'r' 16 0001'd' 26 0001'k' 0001'v'"));
    PropertyWriter identifier;
    identifier.add(PropertyId::SubscriptionIdentifier, 128u);
    EXPECT_EQ(identifier.take(), bytes_from("0b 8001"));
}

TEST(UserProperties, AreFoundBetweenAllOthers) {
    Bytes section;
    for (const Row& row : table) {
        const Bytes property = one(row.id, row.value);
        section.insert(section.end(), property.begin(), property.end());
        const Bytes user = bytes_from("26 0001'k' 0000");
        section.insert(section.end(), user.begin(), user.end());
    }
    std::size_t count = 0;
    for (const UserProperty& user : UserProperties(section)) {
        EXPECT_EQ(user.name, "k");
        ++count;
    }
    EXPECT_EQ(count, std::size(table) + 1);
    EXPECT_TRUE(UserProperties().empty());
    EXPECT_FALSE(UserProperties(section).empty());
    EXPECT_EQ(UserProperties(section), UserProperties(section));
    EXPECT_FALSE(UserProperties(section) == UserProperties());
}

}  // namespace
}  // namespace gatehouse::mqtt
