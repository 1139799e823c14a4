// SPDX-License-Identifier: MIT
#include "seal/key.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace asyncz {

static_assert(crypto_hash_sha256_BYTES == 32);

Key Key::from_secret(ByteView secret)
{
  Key key;
  crypto_hash_sha256(key.bytes_.data(), secret.data(), secret.size());
  key.name_it();
  return key;
}

Key Key::random()
{
  Key key;
  randombytes_buf(key.bytes_.data(), key.bytes_.size());
  key.name_it();
  return key;
}

Key::Key(Key&& other) noexcept : bytes_{other.bytes_}, id_{other.id_}
{
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

Key& Key::operator=(Key&& other) noexcept
{
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  id_ = other.id_;
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
  return *this;
}

Key::~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }

Key Key::clone() const
{
  Key copy;
  copy.bytes_ = bytes_;
  copy.id_ = id_;
  return copy;
}

void Key::name_it()
{
  std::array<std::uint8_t, 32> hash{};
  crypto_generichash(hash.data(), hash.size(), bytes_.data(), bytes_.size(), nullptr, 0);
  std::copy_n(hash.begin(), id_.size(), id_.begin());
}

std::string key_id_text(const KeyId& id)
{
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : id) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

Keyring::Keyring(Key current) : current_{std::move(current)} {}

void Keyring::add_previous(Key key) { previous_.push_back(std::move(key)); }

const Key* Keyring::find(const KeyId& id) const
{
  if (current_.id() == id) return &current_;
  const auto found = std::find_if(previous_.begin(), previous_.end(),
                                  [&](const Key& key) { return key.id() == id; });
  return found == previous_.end() ? nullptr : &*found;
}

}  // namespace asyncz
