// SPDX-License-Identifier: MIT
#include "vault/envelope.hpp"

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

constexpr std::string_view history_purpose = "history";

std::uint64_t tag_under(const Key& key, std::string_view task)
{
  return keyed_hash(key, history_purpose, task);
}

// Tags of a store that is not sealed hide nothing.
std::uint64_t open_tag(std::string_view task) { return tag_under(Key::from_secret({}), task); }

}  // namespace

Status Envelope::load(bool may_make)
{
  auto ring = may_make ? keys_.load_or_make() : keys_.load();
  if (!ring) return ring.error();
  const std::lock_guard lock{mutex_};
  ring_ = std::move(*ring);
  return {};
}

Result<Envelope::Ring> Envelope::ring() const
{
  const std::lock_guard lock{mutex_};
  if (ring_) return *ring_;
  return Error{ErrorKind::corrupt, "there is no key to open or seal records with", {}};
}

Result<std::optional<KeyId>> Envelope::key_id() const
{
  const auto keys = ring();
  if (!keys) return keys.error();
  return *keys ? std::optional{(*keys)->current().id()} : std::nullopt;
}

bool Envelope::is_current(ByteView sealed) const
{
  const auto current = key_id();
  const auto id = sealed_under(sealed);
  return current && *current && id && *id == **current;
}

bool Envelope::knows(std::string_view id) const
{
  const auto keys = ring();
  if (!keys || !*keys) return false;
  const auto named = [&](const Key& key) { return key_id_text(key.id()) == id; };
  const auto& previous = (*keys)->previous();
  return named((*keys)->current()) || std::any_of(previous.begin(), previous.end(), named);
}

Result<Bytes> Envelope::seal(SealKind kind, std::string_view id, ByteView plain,
                             Nonces& nonces) const
{
  const auto keys = ring();
  if (!keys) return keys.error();
  if (!*keys) return Bytes{plain.begin(), plain.end()};
  return asyncz::seal((*keys)->current(), kind, id, plain, nonces);
}

Result<Bytes> Envelope::seal(SealKind kind, std::string_view id, ByteView plain) const
{
  Nonces nonces;
  return seal(kind, id, plain, nonces);
}

Result<Envelope::Ring> Envelope::ring_for(ByteView sealed)
{
  auto keys = ring();
  if (!keys || !*keys) return keys;
  const auto id = sealed_under(sealed);
  if (!id || (*keys)->find(*id) != nullptr) return keys;
  // Another process may have rotated the key since.
  if (auto status = load(false); !status) return keys;
  return ring();
}

Result<Bytes> Envelope::open(SealKind kind, std::string_view id, ByteView sealed)
{
  const auto keys = ring_for(sealed);
  if (!keys) return keys.error();
  if (*keys) return asyncz::open(**keys, kind, id, sealed);
  if (sealed_under(sealed)) {
    return Error{ErrorKind::corrupt, "it is sealed, but encryption is disabled for this store",
                 "give the key, or enable encryption"};
  }
  return Bytes{sealed.begin(), sealed.end()};
}

Result<std::uint64_t> Envelope::tag_of(std::string_view task) const
{
  const auto keys = ring();
  if (!keys) return keys.error();
  return *keys ? tag_under((*keys)->current(), task) : open_tag(task);
}

Result<std::vector<std::uint64_t>> Envelope::tags_of(std::string_view task) const
{
  const auto keys = ring();
  if (!keys) return keys.error();
  if (!*keys) return std::vector{open_tag(task)};
  std::vector tags = {tag_under((*keys)->current(), task)};
  for (const auto& key : (*keys)->previous()) tags.push_back(tag_under(key, task));
  return tags;
}

bool Envelope::is_tag_of(std::uint64_t tag, std::string_view task, ByteView sealed) const
{
  const auto keys = ring();
  if (!keys) return false;
  if (!*keys) return tag == open_tag(task);
  const auto id = sealed_under(sealed);
  const Key* key = id ? (*keys)->find(*id) : nullptr;
  return key != nullptr && tag == tag_under(*key, task);
}

}  // namespace asyncz
