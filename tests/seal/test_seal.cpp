// SPDX-License-Identifier: MIT
#include "seal/seal.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

using namespace asyncz;

namespace {

Key key_of(std::string_view secret) { return Key::from_secret(bytes_of(secret)); }
Keyring ring_of(std::string_view secret) { return Keyring{key_of(secret)}; }

constexpr auto both = {SealAlgorithm::aes256_gcm, SealAlgorithm::xchacha20_poly1305};

// What opening must refuse, however it was made.
void check_refused(const Keyring& ring, ByteView sealed)
{
  const auto opened = open(ring, SealKind::task, "backup", sealed);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == ErrorKind::corrupt);
}

}  // namespace

TEST_CASE("what is sealed opens again, in both algorithms, whatever its size")
{
  const auto ring = ring_of("secret");
  for (const auto algorithm : both) {
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 100000U}) {
      const std::string plain(size, 'x');
      const auto sealed =
          seal(ring.current(), SealKind::task, "backup", bytes_of(plain), algorithm);
      CHECK(sealed.size() == size + seal_overhead);
      const auto opened = open(ring, SealKind::task, "backup", sealed);
      REQUIRE(opened);
      CHECK(text_of(*opened) == plain);
    }
  }
}

TEST_CASE("a flipped bit anywhere is refused")
{
  const auto ring = ring_of("secret");
  for (const auto algorithm : both) {
    const auto sealed =
        seal(ring.current(), SealKind::task, "backup", bytes_of("rm -rf /tmp/x"), algorithm);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
      CAPTURE(bit);
      auto altered = sealed;
      altered[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      check_refused(ring, altered);
    }
  }
}

TEST_CASE("a record that is cut or has grown is refused")
{
  const auto ring = ring_of("secret");
  auto sealed = seal(ring.current(), SealKind::task, "backup", bytes_of("content"));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    check_refused(ring, ByteView{sealed}.first(size));
  }
  sealed.push_back(0);
  check_refused(ring, sealed);
}

TEST_CASE("a record is bound to its kind and its id")
{
  const auto ring = ring_of("secret");
  const auto sealed = seal(ring.current(), SealKind::task, "backup", bytes_of("content"));
  CHECK_FALSE(open(ring, SealKind::run, "backup", sealed));
  CHECK_FALSE(open(ring, SealKind::task, "backup2", sealed));
  CHECK_FALSE(open(ring, SealKind::task, "", sealed));
}

TEST_CASE("another key is refused by its id, a previous key still opens")
{
  const auto sealed = seal(key_of("old"), SealKind::task, "backup", bytes_of("content"));
  auto ring = ring_of("new");
  const auto refused = open(ring, SealKind::task, "backup", sealed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::corrupt);
  CHECK(refused.error().what.find(key_id_text(key_of("old").id())) != std::string::npos);
  CHECK(*sealed_under(sealed) == key_of("old").id());

  ring.add_previous(key_of("old"));
  CHECK(open(ring, SealKind::task, "backup", sealed));
}

TEST_CASE("what is no sealed record is refused as such")
{
  CHECK_FALSE(sealed_under({}));
  CHECK_FALSE(sealed_under(bytes_of(std::string(100, 'A'))));
}

TEST_CASE("no nonce comes twice, drawn singly or in bulk")
{
  std::set<Nonces::Nonce> seen;
  for (int i = 0; i < 100; ++i) CHECK(seen.insert(Nonces{}.next()).second);
  Nonces many{1000};
  for (int i = 0; i < 1100; ++i) CHECK(seen.insert(many.next()).second);
}

TEST_CASE("a key that was moved away is gone from where it was")
{
  auto from = key_of("secret");
  const auto to = std::move(from);
  CHECK(to.id() == key_of("secret").id());
  CHECK(text_of(from.bytes()) == std::string(32, '\0'));
}

TEST_CASE("keyed hashes depend on key, purpose and text")
{
  const auto key = key_of("secret");
  const auto hash = keyed_hash(key, "history", "backup");
  CHECK(hash == keyed_hash(key, "history", "backup"));
  CHECK(hash != keyed_hash(key, "history", "backup2"));
  CHECK(hash != keyed_hash(key, "other", "backup"));
  CHECK(hash != keyed_hash(key_of("secret2"), "history", "backup"));
}
