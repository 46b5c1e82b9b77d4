// The values in a provisioning template, and what they come to once its parameters are known: Ref,
// Fn::Join, Fn::Select, Fn::Split, Fn::Sub and Fn::FindInMap, one within another.
//
// Source: AWS IoT Developer Guide, "Provisioning templates" (fleet provisioning); CloudFormation
// User Guide, "Intrinsic function reference", for what the former leaves open. Deliberate
// differences: the functions work in every template, and in a policy document that is an object;
// Fn::Sub leaves variables of policies (`${iot:ClientId}`) as they are.
//
// Pure; threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "registry/texts.h"

namespace gatehouse::registry {

struct TemplateValue {
    enum class Kind : std::uint8_t {
        Text,
        Literal,  // a number, true, false or null
        List,
        Object,  // in documents only
        Ref,
        Join,       // parts: delimiter, list
        Select,     // index, list
        Split,      // delimiter, text
        Sub,        // values of the names
        FindInMap,  // map, key, name
    };
    Kind kind = Kind::Text;
    std::string text;                // a literal as JSON; whose Ref; Sub's text
    std::vector<std::string> names;  // of an object's and Sub's parts
    std::vector<TemplateValue> parts;
    std::string place;  // "Resources.thing.Properties.ThingName"
};

using TemplateResult = std::variant<std::string, std::vector<std::string>>;
// Values by map, key and name.
using TemplateMappings =
    std::map<std::string, std::map<std::string, std::map<std::string, TemplateResult>>>;

// Whether a value may be an object that is no function.
enum class ObjectsAllowed : bool { No, Yes };

// Reads values, knowing what they can refer to.
class TemplateReader {
public:
    // Both must outlive it.
    TemplateReader(const std::set<std::string>& parameters, const TemplateMappings& mappings)
        : parameters_(parameters), mappings_(mappings) {}

    // InvalidInput with the place: no such function or parameter, or other arguments than it takes.
    // A parameter whose name starts with AWS:: need not be declared.
    Result<TemplateValue> read(const json::value& value, std::string place,
                               ObjectsAllowed objects = ObjectsAllowed::No) const;

private:
    Result<TemplateValue> read_object(const json::object& object, std::string place,
                                      ObjectsAllowed objects) const;
    Result<TemplateValue> read_list(const json::array& array, std::string place,
                                    ObjectsAllowed objects) const;
    Result<TemplateValue> read_function(std::string_view name, const json::value& argument,
                                        std::string place) const;
    Result<TemplateValue> read_arguments(TemplateValue::Kind kind, const json::value& argument,
                                         std::size_t count, std::string place) const;
    Result<TemplateValue> read_sub(const json::value& argument, std::string place) const;
    Result<void> check_reference(const std::string& name, const std::string& place) const;
    Result<void> check_substitutes(const TemplateValue& sub) const;

    const std::set<std::string>& parameters_;
    const TemplateMappings& mappings_;
};

// Works values out, all those of one template within a bound of what comes of them.
class TemplateEvaluation {
public:
    static constexpr std::size_t bytes_max = 256 * 1024;
    static constexpr std::size_t items_max = 1000;  // of a list that Fn::Split makes

    // Both must outlive it.
    TemplateEvaluation(const Texts& parameters, const TemplateMappings& mappings)
        : parameters_(parameters), mappings_(mappings) {}

    // Errors of all, with the place: NotFound, a parameter without a value; InvalidInput, a list
    // where a text is wanted or the other way round, an index or a key that is not there; TooLarge.
    Result<std::string> text(const TemplateValue& value);
    Result<std::vector<std::string>> list(const TemplateValue& value);
    // A value with objects.
    Result<json::value> document(const TemplateValue& value);

private:
    Result<TemplateResult> result(const TemplateValue& value);
    Result<TemplateResult> join(const TemplateValue& value);
    Result<TemplateResult> select(const TemplateValue& value);
    Result<TemplateResult> split(const TemplateValue& value);
    Result<TemplateResult> substitute(const TemplateValue& value);
    Result<TemplateResult> find_in_map(const TemplateValue& value);
    Result<std::string> parameter(const std::string& name, const TemplateValue& value);
    Result<void> spend(std::size_t bytes, const TemplateValue& value);

    const Texts& parameters_;
    const TemplateMappings& mappings_;
    std::size_t spent_ = 0;
};

// "Resources.thing" and "Type": "Resources.thing.Type".
std::string template_place(const std::string& place, std::string_view member);
[[nodiscard]] std::unexpected<Error> template_fault(const std::string& place, std::string why);

}  // namespace gatehouse::registry
