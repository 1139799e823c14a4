// SPDX-License-Identifier: MIT
// Keys of stores, and the ring of those that open records.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace asyncz {

// Names a key without telling it: the first 8 bytes of its BLAKE2b-256.
using KeyId = std::array<std::uint8_t, 8>;

// 32 secret bytes; wiped when it goes. Never printed, formatted or copied by accident.
class Key {
 public:
  // The SHA-256 of a secret, of any length.
  static Key from_secret(ByteView secret);
  static Key random();

  Key(Key&&) noexcept;
  Key& operator=(Key&&) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key();

  [[nodiscard]] Key clone() const;
  [[nodiscard]] const KeyId& id() const { return id_; }
  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  Key() = default;
  void name_it();

  std::array<std::uint8_t, 32> bytes_{};
  KeyId id_{};  // computed once: it is asked for with every record
};

[[nodiscard]] std::string key_id_text(const KeyId& id);  // 16 hexadecimal digits

// The key that seals, and those that only open.
class Keyring {
 public:
  explicit Keyring(Key current);

  void add_previous(Key key);
  [[nodiscard]] const Key& current() const { return current_; }
  [[nodiscard]] const std::vector<Key>& previous() const { return previous_; }
  // The key of this id, or null.
  [[nodiscard]] const Key* find(const KeyId& id) const;

 private:
  Key current_;
  std::vector<Key> previous_;
};

}  // namespace asyncz
