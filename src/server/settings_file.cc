// gatehouse.toml: keys at the top level, and one table for each group of settings.
#define TOML_EXCEPTIONS 0
// toml++ 3.3 asserts that a table header begins with a key before the very lines that refuse one
// which does not ("[[:x]]"). Assertions are on in our release builds, so its own are off.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <ranges>

#include "base/suggestion.h"
#include "server/load_settings.h"

namespace gatehouse::server {
namespace {

class FileReader {
public:
    explicit FileReader(const SettingsFile& file) : file_(file) {}

    void read(const toml::table& table) {
        for (const auto& [key, node] : table) {
            if (const auto* group = node.as_table()) {
                read_group(key, *group);
            } else {
                read_key(key, "", node);
            }
        }
    }

    std::expected<std::vector<GivenValue>, Problems> finish() {
        if (!problems_.empty()) {
            std::ranges::sort(problems_, {}, [](const Error& e) { return e.place.line; });
            return std::unexpected(std::move(problems_));
        }
        return std::move(values_);
    }

    void refuse(const toml::source_region& where, std::string message) {
        problems_.push_back({ErrorKind::InvalidInput, std::move(message),
                             Place{file_.name, where.begin.line, where.begin.column}});
    }

private:
    void read_group(const toml::key& name, const toml::table& group) {
        const auto groups = group_names();
        if (std::ranges::find(groups, name.str()) == groups.end()) {
            const std::vector<std::string_view> names(groups.begin(), groups.end());
            refuse(name.source(), fmt::format("there is no group of settings [{}]{}", name.str(),
                                              suggestion(name.str(), names)));
            return;
        }
        for (const auto& [key, node] : group) read_key(key, std::string(name.str()) + ".", node);
    }

    void read_key(const toml::key& key, const std::string& prefix, const toml::node& node) {
        const std::string name = prefix + std::string(key.str());
        const Setting* setting = find_setting(name);
        if (setting == nullptr || setting->name.substr(prefix.size()).contains('.')) {
            refuse(key.source(), unknown(name, prefix));
            return;
        }
        if (setting->visibility == Visibility::NotInFile) {
            refuse(key.source(), fmt::format("{} cannot stand in the file; use the flag --{}", name,
                                             setting->flag()));
            return;
        }
        auto value = value_of(*setting, node);
        if (value) {
            if (auto checked = check_value(*setting, *value); !checked) {
                value = fail(std::move(checked.error()));
            }
        }
        if (!value) {
            refuse(node.source(), fmt::format("{}: {}", name, value.error().message));
            return;
        }
        values_.push_back({setting, std::move(*value),
                           Origin{Source::File, file_.name, key.source().begin.line}});
    }

    // The node's own type counts: a number in quotes is not a number.
    static Result<Value> value_of(const Setting& setting, const toml::node& node) {
        switch (setting.type) {
            case ValueType::Switch:
                if (const auto* flag = node.as_boolean()) return flag->get();
                break;
            case ValueType::Number:
                if (const auto* number = node.as_integer()) {
                    return parse_value(setting, std::to_string(number->get()));
                }
                break;
            case ValueType::Port:
                if (const auto* number = node.as_integer()) {
                    return parse_value(setting, std::to_string(number->get()));
                }
                if (const auto* text = node.as_string()) return parse_value(setting, text->get());
                break;
            case ValueType::Choice:
            case ValueType::Text:
                if (const auto* text = node.as_string()) return parse_value(setting, text->get());
                break;
            case ValueType::List:
                if (const auto* text = node.as_string()) return Value(std::vector{text->get()});
                if (const auto* items = node.as_array()) return list_of(setting, *items);
                break;
        }
        return wrong_type(setting, node);
    }

    static Result<Value> list_of(const Setting& setting, const toml::array& items) {
        std::vector<std::string> texts;
        for (const auto& item : items) {
            const auto* text = item.as_string();
            if (text == nullptr) return wrong_type(setting, item);
            texts.push_back(text->get());
        }
        return texts;
    }

    static std::unexpected<Error> wrong_type(const Setting& setting, const toml::node& node) {
        std::string wanted = describe_type(setting);
        if (setting.type == ValueType::Text || setting.type == ValueType::Choice) {
            wanted += ", in quotes";
        }
        if (setting.type == ValueType::List) wanted = "a list of texts in quotes";
        return fail(ErrorKind::InvalidInput,
                    fmt::format("wants {}; here stands {}", wanted, kind_of(node)));
    }

    static std::string_view kind_of(const toml::node& node) {
        switch (node.type()) {
            case toml::node_type::table: return "a table";
            case toml::node_type::array: return "a list";
            case toml::node_type::string: return "a text";
            case toml::node_type::integer: return "a number";
            case toml::node_type::floating_point: return "a fraction";
            case toml::node_type::boolean: return "true or false";
            default: return "a date or time";
        }
    }

    static std::string suggestion(std::string_view typed, std::span<const std::string_view> names) {
        const auto near = nearest_name(typed, names);
        return near ? fmt::format("; did you mean {}?", *near) : "";
    }

    static std::string unknown(const std::string& name, const std::string& prefix) {
        std::vector<std::string_view> names;
        for (const Setting& setting : all_settings()) {
            if (setting.name.starts_with(prefix)) names.push_back(setting.name);
        }
        return fmt::format("there is no setting {}{}", name.substr(0, 120),
                           suggestion(name, names));
    }

    static std::vector<std::string> group_names() {
        std::vector<std::string> groups;
        for (const Setting& setting : all_settings()) {
            std::string group = setting.group();
            if (!group.empty() && std::ranges::find(groups, group) == groups.end()) {
                groups.push_back(std::move(group));
            }
        }
        return groups;
    }

    const SettingsFile& file_;
    std::vector<GivenValue> values_;
    Problems problems_;
};

}  // namespace

std::expected<std::vector<GivenValue>, Problems> values_of_file(const SettingsFile& file) {
    FileReader reader(file);
    constexpr std::size_t file_bytes_max = 1024 * 1024;
    if (file.text.size() > file_bytes_max) {
        reader.refuse({}, fmt::format("the file has more than {} bytes", file_bytes_max));
        return reader.finish();
    }
    const toml::parse_result parsed = toml::parse(file.text);
    if (!parsed) {
        reader.refuse(parsed.error().source(), std::string(parsed.error().description()));
        return reader.finish();
    }
    reader.read(parsed.table());
    return reader.finish();
}

}  // namespace gatehouse::server
