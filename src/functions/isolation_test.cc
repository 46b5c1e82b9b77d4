// What an instance may not do: read the server's files, trace the server, speak to another
// instance's Runtime API, reach the network when it may not. Each on the isolation that this
// system offers, and once without namespaces.
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "functions/function_fixture.h"
#include "functions/process_privacy.h"

namespace gatehouse::functions {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

enum class Walls : bool { All, WithoutNamespaces };

// Landlock and seccomp alone, as on systems that allow no namespaces.
class IsolationTest : public FunctionFixture, public ::testing::WithParamInterface<Walls> {
protected:
    void SetUp() override {
        start_pool();
        if (GetParam() == Walls::WithoutNamespaces) pool->forgo_namespaces();
    }
    // Runs Python code that sets `answer`; exceptions become their text.
    std::string run(const std::string& code, const std::string& event = "{}") {
        std::string source =
            "import os, sys, socket, ctypes, signal\n"
            "def attempt(event):\n    answer = 'nothing'\n";
        for (std::size_t start = 0; start < code.size();) {
            const auto end = std::min(code.find('\n', start), code.size());
            source += "    " + code.substr(start, end - start) + "\n";
            start = end + 1;
        }
        source +=
            "    return answer\n"
            "def handler(event, context):\n    try:\n        return attempt(event)\n"
            "    except Exception as e:\n        return 'refused: ' + repr(e)\n";
        make_python("f", source);
        const auto result = invoke("f", event);
        EXPECT_TRUE(result) << result.error().message;
        return result ? result->payload : "";
    }
    static std::string quoted(const std::filesystem::path& path) {
        return "'" + path.string() + "'";
    }
};

TEST_P(IsolationTest, TheServersFilesCannotBeRead) {
    directory.write("credentials", "aws_secret_access_key = very-secret", 0600);
    directory.write("open-file", "very-secret", 0644);
    for (const char* name : {"credentials", "open-file", "functions"}) {
        const std::string path = quoted(directory.path() / name);
        EXPECT_THAT(run("answer = open(" + path + ").read()"), HasSubstr("refused")) << name;
        EXPECT_THAT(run("answer = str(os.listdir(" + path + "))"), HasSubstr("refused")) << name;
    }
    EXPECT_THAT(run("answer = str(os.listdir(" + quoted(directory.path()) + "))"),
                HasSubstr("refused"));
}

TEST_P(IsolationTest, TheServerCannotBeTracedOrSignalled) {
    ASSERT_TRUE(forbid_tracing());
    const std::string pid = std::to_string(getpid());
    EXPECT_THAT(run("answer = open('/proc/" + pid + "/environ', 'rb').read().hex()"),
                HasSubstr("refused"));
    EXPECT_THAT(run("answer = open('/proc/" + pid + "/mem', 'rb').read(1).hex()"),
                HasSubstr("refused"));
    constexpr const char* attach = "libc = ctypes.CDLL(None, use_errno=True)\nanswer = str(";
    // PTRACE_ATTACH is 16.
    EXPECT_EQ(run(std::string(attach) + "libc.ptrace(16, " + pid + ", 0, 0))"), "\"-1\"");
    EXPECT_THAT(run("os.kill(" + pid + ", 0); answer = 'reached'"), Not(HasSubstr("reached")));
    ASSERT_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
}

TEST_P(IsolationTest, AnotherInstancesRuntimeApiIsClosed) {
    make_python("victim",
                "import os\ndef handler(event, context):\n"
                "    return os.environ['AWS_LAMBDA_RUNTIME_API']\n");
    const auto victim = invoke("victim");
    ASSERT_TRUE(victim);
    const std::string answer = run(R"(
host, port = event.split(':')
s = socket.create_connection((host, int(port)), 5)
s.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n')
answer = s.recv(4096).decode()
)",
                                   victim->payload);
    EXPECT_THAT(answer, HasSubstr("403 Forbidden"));
    EXPECT_THAT(answer, HasSubstr("belongs to another function instance"));
    EXPECT_EQ(invoke("victim")->start, StartKind::Warm) << "the victim is unharmed";
}

TEST_P(IsolationTest, ItsOwnCodeAndTheSystemCannotBeWritten) {
    EXPECT_THAT(run("open(__file__, 'a'); answer = 'written'"), HasSubstr("refused"));
    EXPECT_THAT(run("open(os.environ['LAMBDA_TASK_ROOT'] + '/x', 'w'); answer = 'written'"),
                HasSubstr("refused"));
    EXPECT_THAT(run("open('/etc/x', 'w'); answer = 'written'"), HasSubstr("refused"));
    EXPECT_THAT(run("open('/usr/x', 'w'); answer = 'written'"), HasSubstr("refused"));
    EXPECT_EQ(run("import tempfile\nf = tempfile.NamedTemporaryFile()\nf.write(b'x')\n"
                  "answer = 'written'"),
              "\"written\"");
}

TEST_P(IsolationTest, PrivilegesAreGone) {
    EXPECT_THAT(run("answer = [l for l in open('/proc/self/status') if l.startswith('NoNewPrivs') "
                    "or l.startswith('CapEff')]"),
                HasSubstr(R"(["CapEff:\t0000000000000000\n", "NoNewPrivs:\t1\n"])"));
    EXPECT_EQ(run("answer = os.getuid() != 0"), "true");
    EXPECT_THAT(run("os.setuid(0); answer = 'root'"), HasSubstr("refused"));
    EXPECT_EQ(run("libc = ctypes.CDLL(None)\nanswer = libc.unshare(0x10000000)"), "-1");
    EXPECT_EQ(run("import resource\nanswer = resource.getrlimit(resource.RLIMIT_NOFILE)[1]"),
              "1024");
    EXPECT_EQ(run("import resource\nanswer = resource.getrlimit(resource.RLIMIT_CORE)[1]"), "0");
}

TEST_P(IsolationTest, ProcessesOfOneInstanceMayUseItsRuntimeApi) {
    EXPECT_THAT(run(R"(
import subprocess
code = 'import os, socket; h, p = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":"); ' \
    's = socket.create_connection((h, int(p))); ' \
    's.sendall(b"GET /ping HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"); print(s.recv(4096).decode())'
answer = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout
)"),
                HasSubstr("200 OK"));
}

INSTANTIATE_TEST_SUITE_P(Walls, IsolationTest,
                         ::testing::Values(Walls::All, Walls::WithoutNamespaces),
                         [](const auto& param) {
                             return param.param == Walls::All ? "All" : "WithoutNamespaces";
                         });

class NetworkTest : public FunctionFixture, public ::testing::WithParamInterface<NetworkAccess> {};

TEST_P(NetworkTest, TheMachinesPortsAreReachedOnlyWithTheFullNetwork) {
    settings.network = GetParam();
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(bind(listener, raw, length), 0);
    ASSERT_EQ(listen(listener, 4), 0);
    ASSERT_EQ(getsockname(listener, raw, &length), 0);
    make_python("f", R"(
import socket
def handler(event, context):
    try:
        socket.create_connection(('127.0.0.1', event), 2)
        return 'reached'
    except OSError as e:
        return 'refused'
)");
    const auto result = invoke("f", std::to_string(ntohs(address.sin_port)));
    if (!result && GetParam() == NetworkAccess::Loopback) {
        // A system without namespaces (a chroot, say) says so instead of doing without.
        EXPECT_THAT(result.error().message, HasSubstr("loopback needs namespaces"));
        close(listener);
        return;
    }
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, GetParam() == NetworkAccess::Full ? "\"reached\"" : "\"refused\"");
    close(listener);
}

INSTANTIATE_TEST_SUITE_P(Modes, NetworkTest,
                         ::testing::Values(NetworkAccess::Full, NetworkAccess::Loopback,
                                           NetworkAccess::None));

TEST_F(FunctionFixture, WithoutNamespacesALoopbackOfItsOwnIsRefusedNotSkipped) {
    settings.network = NetworkAccess::Loopback;
    start_pool();
    pool->forgo_namespaces();
    make_python("f", "def handler(event, context):\n    return 1\n");
    const auto result = invoke("f");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(result.error().message, HasSubstr("functions.network = loopback needs namespaces"));
}

// Instances of a plain user's server are that user, whom nothing is closed to.
TEST_F(FunctionFixture, WithoutNamespacesOthersMayPassThroughTheServersOwnFolders) {
    start_pool();
    pool->forgo_namespaces();
    make_python("f", "def handler(event, context):\n    return 1\n");
    ASSERT_EQ(chmod(directory.path().c_str(), 0700), 0);
    const auto result = invoke("f");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, "1");
    struct stat facts{};
    ASSERT_EQ(stat(directory.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, geteuid() == 0 ? 0701U : 0700U);
}

TEST(MakeReachable, NamesAFolderOfOthersThatIsInTheWay) {
    const TestDirectory outside;
    const auto cache = outside.path() / "data" / "cache";
    std::filesystem::create_directories(cache);
    ASSERT_EQ(chmod(outside.path().c_str(), 0700), 0);
    FunctionSettings settings;
    settings.cache_dir = cache;
    LaunchPlan plan;
    plan.spec.use_namespaces = false;
    plan.spec.user = 4711;
    plan.spec.working_directory = cache.string();
    const auto reachable = make_reachable(plan, settings);
    ASSERT_FALSE(reachable);
    EXPECT_THAT(reachable.error().message, HasSubstr("chmod o+x " + outside.path().string()));
    plan.spec.user = 0;
    EXPECT_TRUE(make_reachable(plan, settings));
}

TEST_F(FunctionFixture, TheLevelReachedIsTold) {
    make_python("f", "def handler(event, context):\n    return 1\n");
    ASSERT_TRUE(invoke("f"));
    ASSERT_EQ(reached.size(), 1u);
    EXPECT_THAT(reached.front(), HasSubstr("seccomp"));
    make_python("g", "def handler(event, context):\n    return 1\n");
    ASSERT_TRUE(invoke("g"));
    EXPECT_EQ(reached.size(), 1u) << "told again only when it differs";
}

TEST(Isolation, TwoServersGiveTheirInstancesDifferentUsers) {
    SystemRandom random;
    Isolation one(IsolationMode::Auto, true, random, {});
    Isolation other(IsolationMode::Auto, true, random, {});
    EXPECT_NE(one.next_user(), other.next_user());
    const std::uint32_t user = one.next_user();
    EXPECT_TRUE(one.is_own_user(user));
    EXPECT_NE(user, one.next_user());
}

}  // namespace
}  // namespace gatehouse::functions
