// Giving up, for good, everything a function does not need.
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "functions/sandbox/sandbox.h"

namespace gatehouse::functions {
namespace {

// --- Landlock ---

// The kernel's structures and rights as of ABI 6; the distribution's header knows ABI 2.
struct RulesetAttributes {
    std::uint64_t file_system;
    std::uint64_t network;
    std::uint64_t scoped;
};
struct PortRule {
    std::uint64_t allowed;
    std::uint64_t port;
};
constexpr int rule_type_port = 2;
constexpr std::uint64_t right_truncate = 1u << 14;
constexpr std::uint64_t right_device_ioctl = 1u << 15;
constexpr std::uint64_t right_bind_tcp = 1u << 0;
constexpr std::uint64_t right_connect_tcp = 1u << 1;
constexpr std::uint64_t scope_abstract_unix_and_signal = 3;

constexpr std::uint64_t read_rights =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// What makes sense for a file that is not a directory.
constexpr std::uint64_t file_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                      LANDLOCK_ACCESS_FS_WRITE_FILE | right_truncate;

int landlock_abi() {
    const long abi =
        syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 0 ? 0 : static_cast<int>(abi);
}

std::uint64_t file_system_rights(int abi) {
    std::uint64_t rights = (1u << 13) - 1;  // ABI 1: execute … make symbolic links
    if (abi >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) rights |= right_truncate;
    if (abi >= 5) rights |= right_device_ioctl;
    return rights;
}

int create_ruleset(int abi, bool restrict_network, bool restrict_scope) {
    RulesetAttributes attributes{.file_system = file_system_rights(abi), .network = 0, .scoped = 0};
    if (abi >= 4 && restrict_network) attributes.network = right_bind_tcp | right_connect_tcp;
    if (abi >= 6 && restrict_scope) attributes.scoped = scope_abstract_unix_and_signal;
    const std::size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    return static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
}

void allow(int ruleset, int directory, std::uint64_t rights) {
    struct stat facts{};
    if (fstat(directory, &facts) == 0 && !S_ISDIR(facts.st_mode)) rights &= file_rights;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = directory;
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void allow(int ruleset, const std::string& path, std::uint64_t rights) {
    const int directory = open(path.c_str(), O_PATH | O_CLOEXEC);
    if (directory < 0) return;  // not on this machine: nothing to allow
    allow(ruleset, directory, rights);
    close(directory);
}

int apply_landlock(const LaunchSpec& spec, bool in_namespaces) {
    const int abi = landlock_abi();
    if (abi == 0) return 0;
    const int ruleset = create_ruleset(abi, spec.network == NetworkAccess::None, true);
    if (ruleset < 0) return 0;
    if (in_namespaces) {
        allow(ruleset, "/", read_rights);
        allow(ruleset, "/tmp", file_system_rights(abi));
    } else {
        for (const Mount& mount : spec.mounts) allow(ruleset, mount.source, read_rights);
        allow(ruleset, "/proc", read_rights);
        allow(ruleset, spec.writable_directory, file_system_rights(abi));
    }
    for (const char* device :
         {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}) {
        allow(ruleset, device, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    }
    if (abi >= 4 && spec.network == NetworkAccess::None) {
        const PortRule rule{.allowed = right_connect_tcp, .port = spec.runtime_api_port};
        syscall(SYS_landlock_add_rule, ruleset, rule_type_port, &rule, 0);
    }
    const bool done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return done ? abi : 0;
}

// --- seccomp ---

#if defined(__x86_64__)
constexpr std::uint32_t this_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t this_architecture = AUDIT_ARCH_AARCH64;
#else
#error "name the audit architecture of this machine"
#endif

constexpr std::uint32_t answer(int error) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

// Calls that reach other processes, the kernel's inside, or around the other walls.
constexpr long refused_calls[] = {SYS_ptrace,
                                  SYS_process_vm_readv,
                                  SYS_process_vm_writev,
                                  SYS_pidfd_getfd,
                                  SYS_unshare,
                                  SYS_setns,
                                  SYS_mount,
                                  SYS_umount2,
                                  SYS_pivot_root,
                                  SYS_chroot,
                                  SYS_open_tree,
                                  SYS_move_mount,
                                  SYS_fsopen,
                                  SYS_fsmount,
                                  SYS_fsconfig,
                                  SYS_fspick,
                                  SYS_mount_setattr,
                                  SYS_keyctl,
                                  SYS_add_key,
                                  SYS_request_key,
                                  SYS_bpf,
                                  SYS_perf_event_open,
                                  SYS_userfaultfd,
                                  SYS_io_uring_setup,
                                  SYS_kexec_load,
                                  SYS_init_module,
                                  SYS_finit_module,
                                  SYS_delete_module,
                                  SYS_open_by_handle_at,
                                  SYS_swapon,
                                  SYS_swapoff,
                                  SYS_reboot,
                                  SYS_settimeofday,
                                  SYS_clock_settime,
                                  SYS_acct,
                                  SYS_syslog,
                                  SYS_quotactl,
                                  SYS_name_to_handle_at};

using Filter = std::vector<sock_filter>;

void add(Filter& filter, std::uint16_t code, std::uint32_t value, std::uint8_t if_true = 0,
         std::uint8_t if_false = 0) {
    filter.push_back({.code = code, .jt = if_true, .jf = if_false, .k = value});
}

void load(Filter& filter, std::size_t offset) {
    add(filter, BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

// When the loaded call is `call`, answers `result`.
void refuse(Filter& filter, long call, std::uint32_t result) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1);
    add(filter, BPF_RET | BPF_K, result);
}

constexpr std::size_t first_argument = offsetof(seccomp_data, args);
constexpr std::size_t second_argument = first_argument + sizeof(std::uint64_t);

// clone() may make threads and processes, not namespaces. (clone3 hides its flags behind a
// pointer: "not implemented" makes every C library fall back to clone.)
void refuse_new_namespaces(Filter& filter) {
    constexpr std::uint32_t kinds = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    refuse(filter, SYS_clone3, answer(ENOSYS));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
    load(filter, first_argument);
    add(filter, BPF_JMP | BPF_JSET | BPF_K, kinds, 0, 1);
    add(filter, BPF_RET | BPF_K, answer(EPERM));
    load(filter, offsetof(seccomp_data, nr));
}

// Terminals can be typed into with this ioctl.
void refuse_terminal_input(Filter& filter) {
    constexpr std::uint32_t insert_input = 0x5412;  // TIOCSTI
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 4);
    load(filter, second_argument);
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, insert_input, 0, 1);
    add(filter, BPF_RET | BPF_K, answer(EPERM));
    load(filter, offsetof(seccomp_data, nr));
}

// Sockets of the kinds `network` leaves; TCP by IPv4 and Unix sockets always.
void refuse_socket_kinds(Filter& filter, NetworkAccess network) {
    std::vector<std::uint32_t> families{AF_UNIX, AF_INET, AF_INET6};
    if (network == NetworkAccess::Full) families.push_back(AF_NETLINK);  // getaddrinfo uses it
    const auto count = static_cast<std::uint8_t>(families.size());
    const bool streams_only = network == NetworkAccess::None;
    const auto length = static_cast<std::uint8_t>(count + 3 + (streams_only ? 4 : 0));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, length);
    load(filter, first_argument);
    for (std::uint8_t i = 0; i < count; ++i) {
        add(filter, BPF_JMP | BPF_JEQ | BPF_K, families[i], static_cast<std::uint8_t>(count - i),
            0);
    }
    add(filter, BPF_RET | BPF_K, answer(EAFNOSUPPORT));
    if (streams_only) {
        load(filter, second_argument);
        add(filter, BPF_ALU | BPF_AND | BPF_K, 0xf);
        add(filter, BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 1, 0);
        add(filter, BPF_RET | BPF_K, answer(EPERM));
    }
    load(filter, offsetof(seccomp_data, nr));
}

void become_user(const LaunchSpec& spec) {
    if (spec.user == 0) return;
    if (setgroups(0, nullptr) != 0 || setresgid(spec.group, spec.group, spec.group) != 0 ||
        setresuid(spec.user, spec.user, spec.user) != 0) {
        give_up("user", "becoming user " + std::to_string(spec.user));
    }
}

}  // namespace

void drop_capabilities() {
    for (int capability = 0; capability <= 63; ++capability) {
        prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[2] = {};
    if (syscall(SYS_capset, &header, none) != 0) give_up("confine", "dropping capabilities");
}

void set_limit(int resource, std::uint64_t value) {
    rlimit now{};
    getrlimit(static_cast<__rlimit_resource_t>(resource), &now);
    const rlim_t bound = value < now.rlim_max ? value : now.rlim_max;
    const rlimit wanted{.rlim_cur = bound, .rlim_max = bound};
    if (setrlimit(static_cast<__rlimit_resource_t>(resource), &wanted) != 0) {
        give_up("confine", "setting resource limit " + std::to_string(resource));
    }
}

bool refuse_dangerous_calls(NetworkAccess network) {
    Filter filter;
    load(filter, offsetof(seccomp_data, arch));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, this_architecture, 1, 0);
    add(filter, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    load(filter, offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    constexpr std::uint32_t x32_calls = 0x40000000;
    add(filter, BPF_JMP | BPF_JGE | BPF_K, x32_calls, 0, 1);
    add(filter, BPF_RET | BPF_K, answer(ENOSYS));
#endif
    for (const long call : refused_calls) refuse(filter, call, answer(EPERM));
    refuse_new_namespaces(filter);
    refuse_terminal_input(filter);
    refuse_socket_kinds(filter, network);
    add(filter, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                             .filter = filter.data()};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

Confinement confine(const LaunchSpec& spec, bool in_namespaces) {
    become_user(spec);
    drop_capabilities();
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_NOFILE, spec.descriptors_max);
    set_limit(RLIMIT_NPROC, spec.processes_max);
    set_limit(RLIMIT_FSIZE, spec.file_bytes_max);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up("confine", "setting no_new_privs");

    Confinement reached;
    if (spec.use_landlock) reached.landlock_abi = apply_landlock(spec, in_namespaces);
    if (spec.use_seccomp) reached.seccomp = refuse_dangerous_calls(spec.network);
    errno = 0;
    if (spec.require_all && (reached.landlock_abi == 0 || !reached.seccomp)) {
        give_up("confine", reached.seccomp ? "this kernel has no Landlock"
                                           : "this kernel has no seccomp filters");
    }
    if (!in_namespaces && spec.network == NetworkAccess::Loopback) {
        give_up("network",
                "functions.network = loopback needs namespaces, which this system does "
                "not allow; use full or none");
    }
    // Without a network namespace these two are all that holds the network back.
    if (!in_namespaces && spec.network == NetworkAccess::None &&
        (reached.landlock_abi < 4 || !reached.seccomp)) {
        give_up("network",
                "without namespaces, functions.network = none needs Landlock ABI 4 and "
                "seccomp, which this kernel lacks");
    }
    return reached;
}

int allow_writing_only_beneath(int directory) {
    const int abi = landlock_abi();
    if (abi == 0) return 0;
    const int ruleset = create_ruleset(abi, /*restrict_network=*/true, /*restrict_scope=*/true);
    if (ruleset < 0) return 0;
    allow(ruleset, directory, file_system_rights(abi));
    const bool done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return done ? abi : 0;
}

}  // namespace gatehouse::functions
