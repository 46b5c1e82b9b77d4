#include "base/standard_error.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace gatehouse {
namespace {

// Standard error is another file while this lives.
class Redirected {
public:
    explicit Redirected(int descriptor) : kept_(dup(STDERR_FILENO)) {
        dup2(descriptor, STDERR_FILENO);
    }
    ~Redirected() {
        dup2(kept_, STDERR_FILENO);
        close(kept_);
    }
    Redirected(const Redirected&) = delete;
    Redirected& operator=(const Redirected&) = delete;

private:
    int kept_;
};

class StandardErrorTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(pipe2(pipe_, O_CLOEXEC), 0); }
    void TearDown() override {
        close(pipe_[0]);
        close(pipe_[1]);
    }
    std::string read_some() {
        std::string text(2 * 4096, '\0');
        const ssize_t size = read(pipe_[0], text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }
    int pipe_[2]{};
};

TEST_F(StandardErrorTest, ALineArrives) {
    {
        const Redirected to_pipe(pipe_[1]);
        write_standard_error("the disk is full\n");
    }
    EXPECT_EQ(read_some(), "the disk is full\n");
}

TEST_F(StandardErrorTest, APipeThatNobodyReadsHoldsNobodyUp) {
    const std::string line(5000, 'x');
    {
        const Redirected to_pipe(pipe_[1]);
        for (int i = 0; i < 1000; ++i) write_standard_error(line);  // more than any pipe holds
    }
    EXPECT_EQ(read_some().substr(0, 4096), line.substr(0, 4095) + "\n") << "it is cut";
}

TEST_F(StandardErrorTest, WhatCannotBeWrittenIsLost) {
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    {
        const Redirected to_full(full);
        write_standard_error("no room\n");
    }
    close(full);
    const auto before = std::signal(SIGPIPE, SIG_IGN);  // as the program has it
    close(pipe_[0]);
    {
        const Redirected to_nobody(pipe_[1]);
        write_standard_error("nobody there\n");
    }
    std::signal(SIGPIPE, before);
    pipe_[0] = dup(pipe_[1]);
}

}  // namespace
}  // namespace gatehouse
