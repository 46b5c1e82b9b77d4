// The two authorities of an installation, in DATA_DIR/ca:
//
//   root-CA.crt, root-CA.key      the server CA: what devices and people import to trust us.
//                                 Name-constrained to this machine's names and endpoints, so that
//                                 a stolen key is worth nothing elsewhere.
//   server.crt, server.key        the certificate the doors show, issued by the server CA and
//                                 renewed when less than a third of its life is left.
//   device-CA.crt, device-CA.key  the device CA. Its certificates are for clients alone and come
//                                 from another key: none passes as the server.
//
// Keys are of mode 0600 and every file is whole or absent.
//
// Threads: any. All but server_identity() and root_certificate_pem() read and write files, and RSA
// keys take long: not on a loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "base/result.h"
#include "certificates/issue.h"

struct x509_st;

namespace gatehouse::certificates {

// What becomes of an endpoint that the kept CA may not sign for.
enum class ForeignEndpoint : bool {
    Refuse,   // nobody could connect there
    LeaveOut  // the doors there show a certificate of somebody else's
};

struct AuthoritySettings {
    // Names and addresses given by the operator (--endpoint). Each name brings *.NAME and, a
    // region, *.iot.REGION.NAME and its siblings for credentials and jobs into the server's
    // certificate (AWS's data endpoints are PREFIX-ats.iot.REGION.NAME).
    std::vector<std::string> endpoints;
    ForeignEndpoint foreign_endpoint = ForeignEndpoint::Refuse;
    // Names the machine goes by; see machine_names(). One that the kept CA does not permit is
    // left out and reported, since a laptop's name changes with the network.
    std::vector<std::string> host_names;
    std::vector<std::string> regions = {"us-east-1"};
    // Those above and those that cover_region() adds; each makes the certificate longer, which
    // every handshake carries. AWS itself has fewer.
    std::size_t regions_max = 48;

    std::chrono::days authority_life{3650};
    // Clients (Apple's above all) refuse server certificates that live longer than 398 days.
    std::chrono::days server_life{397};
    // Devices whose clocks are slow still accept a certificate made just now.
    std::chrono::hours not_before_slack{24};
};

// This machine's names as the kernel knows them, without asking the network: the node name and
// its first label. Lower case; names that are not DNS names are left out.
std::vector<std::string> machine_names();

// What a TLS door shows. Immutable.
struct ServerIdentity {
    std::string chain_pem;
    std::string key_pem;
    Names names;
    WallTime not_after{};
    // When renew_if_due() will make a new one.
    WallTime renew_at{};

    // Whether a client that asks for this host name accepts the certificate, whatever the case of
    // either. A wildcard stands for one label (RFC 6125 section 6.4.3).
    bool is_for(std::string_view asked) const;
};

class RsaKeyPool;

class LocalAuthority : Pinned {
public:
    ~LocalAuthority();

    // Reads the folder, or makes what is missing in it. With everything there it makes no key
    // and writes nothing.
    //
    // Fails with Conflict when the kept server CA does not permit an endpoint, unless that is to be
    // left out, or has run out (the message says which and how to renew it), Corrupt when a file
    // does not read back.
    static Result<std::unique_ptr<LocalAuthority>> open_or_create(std::filesystem::path folder,
                                                                  AuthoritySettings settings,
                                                                  const Clock& clock,
                                                                  Random& random);

    // The certificate of the server CA: root-CA.crt, GET /ca.pem.
    const std::string& root_certificate_pem() const { return root_pem_; }
    std::filesystem::path root_certificate_path() const;
    // Of the device CA.
    const std::string& device_certificate_pem() const { return device_pem_; }

    std::shared_ptr<const ServerIdentity> server_identity() const;

    // Makes a new server certificate when less than a third of the present one's life is left.
    // The server asks once an hour and gives a changed identity to its doors.
    enum class Renewal : std::uint8_t { NotDue, Renewed };
    Result<Renewal> renew_if_due();

    // Makes a new server certificate when the present one is not for the endpoints of this region;
    // that and every later one is, in later runs too. InvalidInput when the region cannot be part
    // of a host name, LimitExceeded when there are regions_max.
    Result<Renewal> cover_region(std::string_view region);

    // A further server certificate, for names the CA permits (custom domains). Not stored.
    Result<ServerIdentity> issue_server(const Names& names);

    // A client certificate with a new key, as CreateKeysAndCertificate hands out: subject
    // CN=AWS IoT Certificate, valid until 2049-12-31T23:59:59Z.
    // RSA keys come from a pool that is filled from the first one on.
    Result<IssuedPem> issue_device(NewKey kind);
    // The same for the key of a signing request, as CreateCertificateFromCsr.
    Result<IssuedPem> issue_device_for_request(std::string_view request_pem);

    // Names that the kept CA does not permit, each missing from the certificate. Whoever opened it
    // reports them.
    const std::vector<std::string>& left_out() const { return left_out_; }
    // Certificates of CAs, as paths, that were gone and made anew at this start: what trusted the
    // former ones trusts nothing of these. A key that was left is put aside as NAME.key.old.
    const std::vector<std::string>& made_again() const { return made_again_; }

    // The command line that makes a CA for the names of these settings.
    std::string renew_command() const;

    // Puts the server CA and the server's certificate aside (NAME.old) and makes new ones.
    // Everybody who trusts the old root-CA.crt needs the new one.
    static Result<void> renew_server_authority(const std::filesystem::path& folder,
                                               AuthoritySettings settings, const Clock& clock,
                                               Random& random);

private:
    // The server certificate of an earlier run.
    struct KeptCertificate;
    static std::optional<KeptCertificate> read_kept(const std::filesystem::path& folder);

    LocalAuthority(std::filesystem::path folder, AuthoritySettings settings, const Clock& clock,
                   Random& random);

    Result<void> load_or_make_authorities();
    Result<std::string> load_or_make(const std::string& name, const AuthorityRequest& request);
    // Corrupt; Conflict when it has run out.
    Result<void> check_root() const;
    Result<void> choose_permitted();
    void choose_names();
    bool load_server_identity(KeptCertificate& kept);
    Result<void> make_server_identity();
    Result<AuthorityPem> authority(const std::string& name, const std::string& pem) const;
    AuthorityRequest root_request() const;
    AuthorityRequest device_request() const;
    WallTime device_not_after() const;
    LeafRequest device_leaf() const;

    const std::filesystem::path folder_;
    const AuthoritySettings settings_;
    const Clock& clock_;
    Random& random_;
    const std::unique_ptr<RsaKeyPool> rsa_keys_;
    std::string root_pem_;
    std::shared_ptr<x509_st> root_;  // what root_pem_ says
    std::string device_pem_;
    // Of the settings' names; none changes once opened.
    std::vector<std::string> endpoints_;
    std::vector<std::string> host_names_;
    std::vector<std::string> left_out_;
    std::vector<std::string> made_again_;
    std::mutex issuing_;                // one server certificate at a time
    std::vector<std::string> regions_;  // guarded by issuing_ once opened
    Names names_;                       // guarded by issuing_ once opened
    mutable std::mutex mutex_;
    std::shared_ptr<const ServerIdentity> identity_;  // guarded by mutex_
};

}  // namespace gatehouse::certificates
