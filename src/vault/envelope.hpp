// SPDX-License-Identifier: MIT
// Seals and opens under the keys of one store; where it is not sealed, content passes as it is.
#pragma once

#include "base/result.hpp"
#include "seal/key_source.hpp"
#include "seal/seal.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace asyncz {

// Any member may be called by any thread.
class Envelope {
 public:
  explicit Envelope(KeySource& keys) : keys_{keys} {}

  // Reads the keys. `may_make`: makes one where there is none.
  //   not_found  there is none; nothing can be sealed or opened yet
  //   and what the source gives
  Status load(bool may_make);

  // The id of the key that seals, or nothing where the store is not sealed.
  //   corrupt  no key was loaded
  Result<std::optional<KeyId>> key_id() const;

  // Whether `sealed` is under the key that seals now.
  [[nodiscard]] bool is_current(ByteView sealed) const;

  // Whether we have the key of this id (key_id_text).
  [[nodiscard]] bool knows(std::string_view id) const;

  Result<Bytes> seal(SealKind kind, std::string_view id, ByteView plain, Nonces& nonces) const;
  Result<Bytes> seal(SealKind kind, std::string_view id, ByteView plain) const;

  // Reads the keys again before it refuses a record under an unknown one.
  //   corrupt
  Result<Bytes> open(SealKind kind, std::string_view id, ByteView sealed);

  // What the history files a task's runs under, by the key that seals now.
  Result<std::uint64_t> tag_of(std::string_view task) const;
  // The same by every key that opens, the present one first.
  Result<std::vector<std::uint64_t>> tags_of(std::string_view task) const;
  // Whether `tag` is this task's by the key that `sealed` is under.
  [[nodiscard]] bool is_tag_of(std::uint64_t tag, std::string_view task, ByteView sealed) const;

 private:
  using Ring = std::shared_ptr<const Keyring>;

  // Null: the store is not sealed.
  Result<Ring> ring() const;
  Result<Ring> ring_for(ByteView sealed);

  KeySource& keys_;
  mutable std::mutex mutex_;  // guards ring_
  std::optional<Ring> ring_;  // nothing: no keys were loaded
};

}  // namespace asyncz
