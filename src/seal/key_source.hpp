// SPDX-License-Identifier: MIT
// Where the keys of a store come from.
#pragma once

#include "base/result.hpp"
#include "seal/key.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asyncz {

// The keys of a store. Asked again when a record names a key that is not known, since another
// process may have rotated it.
class KeySource {
 public:
  virtual ~KeySource() = default;

  // What the sources say now. Null: the store is not sealed.
  //   not_found  no source has a key, but one could be made
  //   usage      no source has a key, or one is empty
  //   denied     a key file may not be read, or others may
  virtual Result<std::shared_ptr<const Keyring>> load() = 0;

  // The same, but makes a key where none is and one can be made.
  virtual Result<std::shared_ptr<const Keyring>> load_or_make() { return load(); }

  // Puts a new key in the place of the present one, which from then on only opens. Where the key
  // is kept.
  //   usage  the present key is not in a file of ours
  //   and what replace_key_file gives
  virtual Result<std::string> rotate()
  {
    return Error{ErrorKind::usage, "the keys of this store cannot be rotated", {}};
  }
};

// What the configuration says of a store's keys.
struct KeyPlaces {
  bool enabled = true;       // false: the store is not sealed
  std::string key_file;      // `encryption.key_file`; empty: none is named
  std::string default_file;  // made at first use; empty for a network store
};

// Where the present key is, by these places; nothing: in `key_file` or `default_file`.
struct KeyOrigin {
  std::string_view origin;  // the variable or the credential that says so
  std::string file;         // empty: the variable holds the key itself
};
[[nodiscard]] std::optional<KeyOrigin> key_origin();

// Whether ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS holds a key.
[[nodiscard]] bool has_previous_key();

// The first of: ASYNCZ_STORE_ENCRYPTION_KEY, ASYNCZ_STORE_ENCRYPTION_KEY_FILE, the systemd
// credential `asyncz-store-key`, `key_file`, `default_file`. Records under
// ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS and under FILE.previous, FILE.previous.1 … open as well.
// `made` is told the file's name when a key has been made.
[[nodiscard]] std::unique_ptr<KeySource> make_key_source(
    KeyPlaces places, std::function<void(std::string_view file)> made);

}  // namespace asyncz
