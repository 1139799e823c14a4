// SPDX-License-Identifier: MIT
// Files that hold a key: read with care, and made once.
#pragma once

#include "base/result.hpp"
#include "seal/key.hpp"

#include <optional>
#include <string>

namespace asyncz {

// Who may read a key file besides us.
enum class KeyFileAccess : std::uint8_t {
  owner_only,  // nobody
  any,         // whoever the service manager let in
};

// The key of the file's content, of which one newline at its end is no part; nothing where there is
// no such file.
//   usage   it is empty, no plain file, or larger than 64 KiB
//   denied  not ours, not readable by us, or open to others
//   failed
Result<std::optional<Key>> read_key_file(const std::string& path, KeyFileAccess access);

// Writes a new random key: 64 hexadecimal digits and a newline, mode 0600; missing folders above it
// are made 0700, by root 0755 (/etc/asyncz also holds what everybody reads). Durable on return, and
// never over anything: of two processes one succeeds.
//   conflict  there is something of this name
//   denied, failed
Status generate_key_file(const std::string& path);

// Puts a new random key into the file and keeps the old one as FILE.previous; an existing one of
// that name becomes FILE.previous.1, .2 …, the first that is free. At every instant the file holds
// a whole key, and all that were ever there can be found. Durable on return.
//   not_found  there is no such file
//   conflict   another process is just doing the same
//   denied, failed
Status replace_key_file(const std::string& path);

}  // namespace asyncz
