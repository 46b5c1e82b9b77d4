#include "api/gatehouse/device_kit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arn.h"
#include "base/embed.h"
#include "functions/zip_writer.h"

// The build gives the folder, and rebuilds this file when one of the files changes.
GATEHOUSE_EMBED(kit_sample_py, GATEHOUSE_KIT_FOLDER "/sample.py");
GATEHOUSE_EMBED(kit_sample_js, GATEHOUSE_KIT_FOLDER "/sample.js");
GATEHOUSE_EMBED(kit_sample_cc, GATEHOUSE_KIT_FOLDER "/sample.cc");
GATEHOUSE_EMBED(kit_start_sh, GATEHOUSE_KIT_FOLDER "/start.sh");
GATEHOUSE_EMBED(kit_start_python_sh, GATEHOUSE_KIT_FOLDER "/start-python.sh");
GATEHOUSE_EMBED(kit_start_node_sh, GATEHOUSE_KIT_FOLDER "/start-node.sh");
GATEHOUSE_EMBED(kit_start_cpp_sh, GATEHOUSE_KIT_FOLDER "/start-cpp.sh");
GATEHOUSE_EMBED(kit_start_ps1, GATEHOUSE_KIT_FOLDER "/start.ps1");
GATEHOUSE_EMBED(kit_start_python_ps1, GATEHOUSE_KIT_FOLDER "/start-python.ps1");
GATEHOUSE_EMBED(kit_start_node_ps1, GATEHOUSE_KIT_FOLDER "/start-node.ps1");
GATEHOUSE_EMBED(kit_start_cpp_ps1, GATEHOUSE_KIT_FOLDER "/start-cpp.ps1");
GATEHOUSE_EMBED(kit_authorizer, GATEHOUSE_KIT_FOLDER "/authorizer.py");
GATEHOUSE_EMBED(kit_readme_certificate, GATEHOUSE_KIT_FOLDER "/README-certificate.md");
GATEHOUSE_EMBED(kit_readme_certificate_zh, GATEHOUSE_KIT_FOLDER "/README-certificate.zh-CN.md");
GATEHOUSE_EMBED(kit_readme_password, GATEHOUSE_KIT_FOLDER "/README-password.md");
GATEHOUSE_EMBED(kit_readme_password_zh, GATEHOUSE_KIT_FOLDER "/README-password.zh-CN.md");
GATEHOUSE_EMBED(kit_readme, GATEHOUSE_KIT_FOLDER "/README.md");
GATEHOUSE_EMBED(kit_readme_zh, GATEHOUSE_KIT_FOLDER "/README.zh-CN.md");

namespace gatehouse::api::gatehouse {
namespace {

using Words = std::map<std::string, std::string, std::less<>>;

struct LanguageFiles {
    std::string_view sample_name;
    std::string_view sample;
    std::string_view start_sh;
    std::string_view start_ps1;
};

LanguageFiles files_of(KitLanguage language) {
    switch (language) {
        case KitLanguage::Python: break;
        case KitLanguage::Cpp:
            return {"sample.cc", GATEHOUSE_EMBEDDED(kit_sample_cc),
                    GATEHOUSE_EMBEDDED(kit_start_cpp_sh), GATEHOUSE_EMBEDDED(kit_start_cpp_ps1)};
        case KitLanguage::Node:
            return {"sample.js", GATEHOUSE_EMBEDDED(kit_sample_js),
                    GATEHOUSE_EMBEDDED(kit_start_node_sh), GATEHOUSE_EMBEDDED(kit_start_node_ps1)};
    }
    return {"sample.py", GATEHOUSE_EMBEDDED(kit_sample_py), GATEHOUSE_EMBEDDED(kit_start_python_sh),
            GATEHOUSE_EMBEDDED(kit_start_python_ps1)};
}

// The text with each {{WORD}} replaced. What is put in is not looked at again.
std::string filled_in(std::string_view text, const Words& words) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t open = text.find("{{");
        const std::size_t close = open == text.npos ? text.npos : text.find("}}", open);
        if (close == text.npos) break;
        filled += text.substr(0, open);
        const auto word = words.find(text.substr(open + 2, close - open - 2));
        if (word != words.end()) filled += word->second;
        text.remove_prefix(close + 2);
    }
    return filled += text;
}

struct File {
    std::string name;
    unsigned mode;
    std::string content;
};

constexpr unsigned plain = 0644;
constexpr unsigned program = 0755;
constexpr unsigned secret = 0600;

// What differs by the way in which a device says who it is.
struct LoginFiles {
    std::vector<File> files;         // the last one is secret
    std::vector<std::string> words;  // for the sample
    std::string_view readme;
    std::string_view readme_zh;
};

LoginFiles files_of(const KitCertificate& login, const std::string& name) {
    const std::string certificate = name + ".cert.pem";
    const std::string key = name + ".private.key";
    return {.files = {{certificate, plain, login.certificate_pem},
                      {key, secret, login.private_key_pem}},
            .words = {"--cert", certificate, "--key", key},
            .readme = GATEHOUSE_EMBEDDED(kit_readme_certificate),
            .readme_zh = GATEHOUSE_EMBEDDED(kit_readme_certificate_zh)};
}

LoginFiles files_of(const KitPassword& login, const std::string& name) {
    const std::string file = name + ".password";
    return {.files = {{file, secret, login.password + "\n"}},
            .words = {"--alpn", "mqtt", "--username",
                      fmt::format("{}?x-amz-customauthorizer-name={}", name, login.authorizer),
                      "--password_file", file},
            .readme = GATEHOUSE_EMBEDDED(kit_readme_password),
            .readme_zh = GATEHOUSE_EMBEDDED(kit_readme_password_zh)};
}

Words words_of(const DeviceKit& kit, const LanguageFiles& files, const LoginFiles& login) {
    return {{"NAME", kit.name},
            {"SECRET", login.files.back().name},
            // Both shells take what is between single quotes as it is.
            {"LOGIN_SH", fmt::format("'{}'", fmt::join(login.words, "' '"))},
            {"LOGIN_PS1", fmt::format("'{}'", fmt::join(login.words, "', '"))},
            {"ENDPOINT", kit.endpoint},
            {"PORT", fmt::to_string(kit.port)},
            {"TOPIC", fmt::format("devices/{}/messages", kit.name)},
            {"SAMPLE", std::string(files.sample_name)},
            {"START_SH", std::string(files.start_sh)},
            {"START_PS1", std::string(files.start_ps1)},
            {"RUN", kit.platform == KitPlatform::Windows
                        ? "powershell -ExecutionPolicy Bypass -File .\\start.ps1"
                        : "./start.sh"}};
}

}  // namespace

std::string kit_policy_name(const std::string& device) {
    return device + "-Policy";
}

std::string kit_policy_document(const Tenant& tenant, const std::string& device) {
    const auto arn = [&](std::string_view resource) {
        return make_arn(tenant, "iot", fmt::format("{}{}", resource, device));
    };
    return fmt::format(R"({{
  "Version": "2012-10-17",
  "Statement": [
    {{"Effect": "Allow", "Action": "iot:Connect", "Resource": "{}"}},
    {{"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"], "Resource": "{}/*"}},
    {{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "{}/*"}}
  ]
}}
)",
                       arn("client/"), arn("topic/devices/"), arn("topicfilter/devices/"));
}

Result<std::string> pack_kit_authorizer() {
    functions::ZipWriter zip;
    if (!zip.add({.path = "lambda_function.py"}, GATEHOUSE_EMBEDDED(kit_authorizer))) {
        return fail(ErrorKind::Internal, zip.problem());
    }
    return zip.finish();
}

Result<std::string> pack_kit(const DeviceKit& kit) {
    const LanguageFiles language = files_of(kit.language);
    LoginFiles login =
        std::visit([&](const auto& each) { return files_of(each, kit.name); }, kit.login);
    Words words = words_of(kit, language, login);
    words["LOGIN_README"] = filled_in(login.readme, words);
    words["LOGIN_README_ZH"] = filled_in(login.readme_zh, words);
    std::vector<File> files{
        {"README.md", plain, filled_in(GATEHOUSE_EMBEDDED(kit_readme), words)},
        {"README.zh-CN.md", plain, filled_in(GATEHOUSE_EMBEDDED(kit_readme_zh), words)},
        {kit_policy_name(kit.name), plain, kit.policy_document},
        {std::string(language.sample_name), plain, std::string(language.sample)},
        {"start.sh", program, filled_in(GATEHOUSE_EMBEDDED(kit_start_sh), words)},
        {"start.ps1", plain, filled_in(GATEHOUSE_EMBEDDED(kit_start_ps1), words)}};
    std::ranges::move(login.files, std::back_inserter(files));
    if (!kit.root_ca_pem.empty()) files.push_back({"root-CA.crt", plain, kit.root_ca_pem});
    functions::ZipWriter zip;
    for (const File& file : files) {
        if (!zip.add({kit.name + "/" + file.name, file.mode}, file.content)) {
            return fail(ErrorKind::Internal, fmt::format("{}: {}", file.name, zip.problem()));
        }
    }
    return zip.finish();
}

}  // namespace gatehouse::api::gatehouse
