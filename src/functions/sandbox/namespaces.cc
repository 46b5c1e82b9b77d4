// Namespaces: the instance sees its own processes, its own file system and, when its network is
// restricted, its own loopback interface.
//
// As root the namespaces are made directly; as a plain user inside a user namespace, in which the
// instance's user is 993, as on AWS, and is the server's user outside.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "functions/sandbox/sandbox.h"

namespace gatehouse::functions {
namespace {

constexpr const char* instance_user_inside = "993";

void write_file(const char* path, const std::string& text) {
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        give_up("namespaces", std::string("writing ") + path);
    }
    close(file);
}

void map_user(uid_t user, gid_t group) {
    write_file("/proc/self/setgroups", "deny");
    const std::string inside(instance_user_inside);
    write_file("/proc/self/uid_map", inside + " " + std::to_string(user) + " 1");
    write_file("/proc/self/gid_map", inside + " " + std::to_string(group) + " 1");
}

void require(bool done, const std::string& what) {
    if (!done) give_up("root", what);
}

// Makes the directories above `path`, and `path` itself.
void make_directories(const std::string& path) {
    for (std::size_t slash = 1; slash != 0; ++slash) {
        slash = path.find('/', slash);
        const std::string part = path.substr(0, slash);
        require(mkdir(part.c_str(), 0755) == 0 || errno == EEXIST, "making " + part);
        if (slash == std::string::npos) return;
    }
}

// A part of the machine's file system, taken before it disappears, to be placed in the new root.
struct Taken {
    int tree = -1;            // detached mount
    std::string link_target;  // instead of a tree: a symbolic link such as /bin -> usr/bin
    bool is_directory = false;
    std::string target;
};

constexpr std::uint64_t read_only = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

Taken take(const Mount& mount, std::uint64_t attributes) {
    Taken taken{.target = mount.target};
    struct stat facts{};
    if (lstat(mount.source.c_str(), &facts) != 0) return taken;
    if (S_ISLNK(facts.st_mode) && mount.source.rfind('/') == 0) {
        char target[256];
        const ssize_t length = readlink(mount.source.c_str(), target, sizeof target);
        if (length > 0 && target[0] != '/') {
            taken.link_target.assign(target, static_cast<std::size_t>(length));
            return taken;
        }
    }
    if (stat(mount.source.c_str(), &facts) != 0) return taken;
    taken.is_directory = S_ISDIR(facts.st_mode);
    taken.tree = open_tree(AT_FDCWD, mount.source.c_str(),
                           OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    require(taken.tree >= 0, "taking " + mount.source);
    mount_attr wanted{};
    wanted.attr_set = attributes;
    require(
        mount_setattr(taken.tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted) == 0,
        "making " + mount.source + " read-only");
    return taken;
}

void place(const std::string& root, const Taken& taken) {
    const std::string path = root + taken.target;
    const std::string parent = path.substr(0, path.rfind('/'));
    if (!taken.link_target.empty()) {
        require(symlink(taken.link_target.c_str(), path.c_str()) == 0 || errno == EEXIST,
                "linking " + taken.target);
        return;
    }
    if (taken.tree < 0) return;  // not on this machine
    make_directories(taken.is_directory ? path : parent);
    if (!taken.is_directory) {
        const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
        require(file >= 0, "making " + taken.target);
        close(file);
    }
    require(move_mount(taken.tree, "", AT_FDCWD, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0,
            "placing " + taken.target);
    close(taken.tree);
}

constexpr const char* devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                   "/dev/urandom"};

void place_devices(const std::string& root, const std::vector<Taken>& taken) {
    make_directories(root + "/dev");
    for (const Taken& device : taken) place(root, device);
    const std::pair<const char*, const char*> links[] = {{"/proc/self/fd", "/dev/fd"},
                                                         {"/proc/self/fd/0", "/dev/stdin"},
                                                         {"/proc/self/fd/1", "/dev/stdout"},
                                                         {"/proc/self/fd/2", "/dev/stderr"}};
    for (const auto& [target, name] : links) {
        require(symlink(target, (root + name).c_str()) == 0, name);
    }
}

}  // namespace

bool enter_namespaces(const LaunchSpec& spec) {
    int kinds = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    if (spec.network != NetworkAccess::Full) kinds |= CLONE_NEWNET;
    const uid_t user = geteuid();
    const gid_t group = getegid();
    if (user != 0) kinds |= CLONE_NEWUSER;
    if (unshare(kinds) != 0) return false;
    if (user != 0) map_user(user, group);
    return true;
}

void build_root(const LaunchSpec& spec) {
    require(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0,
            "leaving the machine's mounts");
    std::vector<Taken> parts;
    for (const Mount& mount : spec.mounts) parts.push_back(take(mount, read_only));
    std::vector<Taken> nodes;
    for (const char* device : devices) {
        nodes.push_back(take({device, device}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
    }

    const std::string root = "/tmp";
    require(mount("tmpfs", root.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755") == 0,
            "making a root file system");
    for (const Taken& part : parts) place(root, part);
    place_devices(root, nodes);
    make_directories(root + "/proc");
    make_directories(root + "/tmp");
    const std::string size = "mode=1777,nr_inodes=100k,size=" + std::to_string(spec.file_bytes_max);
    require(
        mount("tmpfs", (root + "/tmp").c_str(), "tmpfs", MS_NOSUID | MS_NODEV, size.c_str()) == 0,
        "making /tmp");
    // Refused where the machine's own /proc is partly hidden (containers): done without then.
    mount("proc", (root + "/proc").c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);

    require(chdir(root.c_str()) == 0, "entering the new root");
    require(syscall(SYS_pivot_root, ".", ".") == 0, "changing the root");
    require(umount2(".", MNT_DETACH) == 0 && chdir("/") == 0, "leaving the old root");
    mount_attr wanted{};
    wanted.attr_set = MOUNT_ATTR_RDONLY;
    require(mount_setattr(AT_FDCWD, "/", 0, &wanted, sizeof wanted) == 0,
            "making the root read-only");
    sethostname("function", 8);
}

void open_private_loopback(const LaunchSpec& spec) {
    const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (control < 0 || ioctl(control, SIOCSIFFLAGS, &request) != 0) {
        give_up("network", "bringing up the loopback interface");
    }
    close(control);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(spec.runtime_api_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 ||
        bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener, 16) != 0) {
        give_up("network", "opening the Runtime API's port");
    }
    tell(SandboxMessage::Listener, "", listener);
    close(listener);
}

}  // namespace gatehouse::functions
