// For tests of commands: a call of the program with its output kept, and a data directory that
// says where a server is.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/command.h"
#include "server/commands/table.h"
#include "server/credentials_file.h"
#include "server/ready_file.h"

namespace gatehouse::server {

// What a call of the program printed, and how it ended.
struct Outcome {
    Exit exit;
    std::string out;
    std::string err;
};

class Capture {
public:
    Capture() : file_(open_memstream(&text_, &size_)) {}
    ~Capture() {
        std::fclose(file_);
        std::free(text_);
    }
    std::FILE* file() { return file_; }
    std::string text() {
        std::fflush(file_);
        return {text_, size_};
    }

private:
    char* text_ = nullptr;
    std::size_t size_ = 0;
    std::FILE* file_;
};

inline Outcome run(std::vector<std::string> words, const Environment& environment = {}) {
    Capture out;
    Capture err;
    const Invocation invocation{"gatehouse", std::move(words), environment, out.file(), err.file()};
    const Exit exit = run_group(all_commands(), "About.", invocation);
    return {exit, out.text(), err.text()};
}

// A data directory with a ready file and credentials in it.
class DataDirectory {
public:
    DataDirectory() {
        std::string pattern = testing::TempDir() + "gatehouse-command-XXXXXX";
        path_ = mkdtemp(pattern.data());
        ready_.host = "127.0.0.1";
        ready_.api = 4566;
        ready_.api_url = "http://127.0.0.1:4566";
        ready_.region = "eu-west-1";
        ready_.data_dir = path_;
        ready_.ca = path_ + "/ca/it's.crt";
        ready_.api_ca = ready_.ca;
        save();
        std::ofstream(credentials_file_path(path_))
            << "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret'key\n";
    }
    ~DataDirectory() { std::filesystem::remove_all(path_); }
    void save() const { EXPECT_TRUE(write_ready_file(ready_file_path(path_), ready_)); }
    const std::string& path() const { return path_; }

    ReadyFile ready_;

private:
    std::string path_;
};

}  // namespace gatehouse::server
