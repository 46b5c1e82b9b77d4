// Seeing to it that the default account and its root key exist, at start.
#pragma once

#include "iam/accounts.h"
#include "iam/key_directory.h"

namespace gatehouse::iam {

// Whether a preset is a key at all. InvalidInput.
Result<void> check_preset(const RootKey& preset);

// Stores what is missing or differs from the preset; answers the directory as it then stands, in
// which the default account has exactly one root key when there is a preset, else at least one.
Result<std::shared_ptr<const KeyDirectory>> ensure_root_key(const Accounts::Parts& parts,
                                                            const AccountSettings& settings);

// Writes the credentials file unless it holds this key already.
Result<void> ensure_credentials_file(const RootKey& key, const AccountSettings& settings);

}  // namespace gatehouse::iam
