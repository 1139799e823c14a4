// SPDX-License-Identifier: MIT
#include "seal/seal.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace asyncz {
namespace {

// The header: magic (4), algorithm (1), zero (3), key id (8), nonce (24).
constexpr std::array<std::uint8_t, 4> magic = {'A', 'Z', 0, 1};
constexpr std::size_t algorithm_at = 4;
constexpr std::size_t reserved_at = 5;
constexpr std::size_t key_id_at = 8;
constexpr std::size_t nonce_at = 16;
constexpr std::size_t tag_size = seal_overhead - seal_header_size;

static_assert(crypto_aead_aes256gcm_ABYTES == tag_size);
static_assert(crypto_aead_aes256gcm_NPUBBYTES == 12);
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == tag_size);
static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == sizeof(Nonces::Nonce));

// libsodium chooses its implementations at the first call; without it AES would seem missing.
void prepare_library()
{
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();  // no source of randomness: nothing here would be secret
}

bool cpu_has_aes()
{
  prepare_library();
  return crypto_aead_aes256gcm_is_available() != 0;
}

// The key of one record or algorithm; wiped when it goes.
struct DerivedKey {
  std::array<std::uint8_t, 32> bytes{};

  DerivedKey(const Key& key, ByteView label_and_nonce)
  {
    crypto_generichash(bytes.data(), bytes.size(), label_and_nonce.data(), label_and_nonce.size(),
                       key.bytes().data(), key.bytes().size());
  }
  DerivedKey(const DerivedKey&) = delete;
  DerivedKey& operator=(const DerivedKey&) = delete;
  ~DerivedKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

DerivedKey aes_key(const Key& key, ByteView nonce)
{
  constexpr std::string_view label = "asyncz aes256gcm";
  std::array<std::uint8_t, label.size() + 12> input{};
  const auto after_label = std::copy(label.begin(), label.end(), input.begin());
  std::copy_n(nonce.begin(), 12, after_label);
  return {key, input};
}

DerivedKey xchacha_key(const Key& key) { return {key, bytes_of("asyncz xchacha20")}; }

// What is authenticated beside the ciphertext.
Bytes associated_data(ByteView header, SealKind kind, std::string_view id)
{
  Bytes data(header.size() + 1 + id.size());
  auto at = std::copy(header.begin(), header.end(), data.begin());
  *at++ = static_cast<std::uint8_t>(kind);
  std::copy(id.begin(), id.end(), at);
  return data;
}

// Fills `into` (as long as `plain` and a tag) with ciphertext and tag.
void encrypt(SealAlgorithm algorithm, const Key& key, ByteView nonce, ByteView data, ByteView plain,
             std::uint8_t* into)
{
  switch (algorithm) {
    case SealAlgorithm::aes256_gcm:
      crypto_aead_aes256gcm_encrypt(into, nullptr, plain.data(), plain.size(), data.data(),
                                    data.size(), nullptr, nonce.data() + 12,
                                    aes_key(key, nonce).bytes.data());
      return;
    case SealAlgorithm::xchacha20_poly1305:
      crypto_aead_xchacha20poly1305_ietf_encrypt(into, nullptr, plain.data(), plain.size(),
                                                 data.data(), data.size(), nullptr, nonce.data(),
                                                 xchacha_key(key).bytes.data());
      return;
  }
}

// False where it does not verify.
bool decrypt(SealAlgorithm algorithm, const Key& key, ByteView nonce, ByteView data,
             ByteView ciphertext, std::uint8_t* into)
{
  switch (algorithm) {
    case SealAlgorithm::aes256_gcm:
      return crypto_aead_aes256gcm_decrypt(
                 into, nullptr, nullptr, ciphertext.data(), ciphertext.size(), data.data(),
                 data.size(), nonce.data() + 12, aes_key(key, nonce).bytes.data()) == 0;
    case SealAlgorithm::xchacha20_poly1305:
      return crypto_aead_xchacha20poly1305_ietf_decrypt(
                 into, nullptr, nullptr, ciphertext.data(), ciphertext.size(), data.data(),
                 data.size(), nonce.data(), xchacha_key(key).bytes.data()) == 0;
  }
  return false;
}

Error corrupt(std::string what, std::string hint = {})
{
  return {ErrorKind::corrupt, std::move(what), std::move(hint)};
}

Status check_header(ByteView sealed)
{
  if (sealed.size() < seal_overhead) return corrupt("too short for a sealed record");
  if (!std::equal(magic.begin(), magic.end(), sealed.begin())) {
    return corrupt("this is no sealed record");
  }
  const auto reserved = sealed.subspan(reserved_at, key_id_at - reserved_at);
  if (std::any_of(reserved.begin(), reserved.end(), [](auto byte) { return byte != 0; })) {
    return corrupt("its header is damaged");
  }
  return {};
}

Result<SealAlgorithm> algorithm_of(ByteView sealed)
{
  const auto algorithm = static_cast<SealAlgorithm>(sealed[algorithm_at]);
  switch (algorithm) {
    case SealAlgorithm::aes256_gcm:
      if (cpu_has_aes()) return algorithm;
      return corrupt("sealed with AES-256-GCM, which this CPU lacks",
                     "open it on a machine whose CPU has AES instructions");
    case SealAlgorithm::xchacha20_poly1305:
      return algorithm;
  }
  return corrupt("sealed with an unknown algorithm " + std::to_string(sealed[algorithm_at]));
}

}  // namespace

SealAlgorithm default_algorithm()
{
  return cpu_has_aes() ? SealAlgorithm::aes256_gcm : SealAlgorithm::xchacha20_poly1305;
}

Nonces::Nonce Nonces::next()
{
  if (left_ == 0) draw();
  return drawn_[--left_];
}

void Nonces::draw()
{
  prepare_library();
  left_ = std::clamp<std::size_t>(expected_, 1, drawn_.size());
  expected_ -= std::min(expected_, left_);
  randombytes_buf(drawn_.data(), left_ * sizeof(Nonce));
}

Bytes seal(const Key& key, SealKind kind, std::string_view id, ByteView plain, Nonces& nonces,
           SealAlgorithm algorithm)
{
  const auto nonce = nonces.next();
  Bytes sealed(seal_overhead + plain.size());
  std::copy(magic.begin(), magic.end(), sealed.begin());
  sealed[algorithm_at] = static_cast<std::uint8_t>(algorithm);
  std::copy(key.id().begin(), key.id().end(), sealed.begin() + key_id_at);
  std::copy(nonce.begin(), nonce.end(), sealed.begin() + nonce_at);

  const auto data = associated_data({sealed.data(), seal_header_size}, kind, id);
  encrypt(algorithm, key, nonce, data, plain, sealed.data() + seal_header_size);
  return sealed;
}

Bytes seal(const Key& key, SealKind kind, std::string_view id, ByteView plain,
           SealAlgorithm algorithm)
{
  Nonces nonces;
  return seal(key, kind, id, plain, nonces, algorithm);
}

Result<Bytes> open(const Keyring& keys, SealKind kind, std::string_view id, ByteView sealed)
{
  if (auto status = check_header(sealed); !status) return status.error();
  const auto algorithm = algorithm_of(sealed);
  if (!algorithm) return algorithm.error();
  const auto key_id = sealed_under(sealed);
  if (!key_id) return key_id.error();
  const Key* key = keys.find(*key_id);
  if (key == nullptr) {
    return corrupt("sealed under key " + key_id_text(*key_id) + ", which we do not have",
                   "give that key in ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS");
  }
  const auto data = associated_data(sealed.first(seal_header_size), kind, id);
  Bytes plain(sealed.size() - seal_overhead);
  const auto nonce = sealed.subspan(nonce_at, sizeof(Nonces::Nonce));
  if (!decrypt(*algorithm, *key, nonce, data, sealed.subspan(seal_header_size), plain.data())) {
    return corrupt("it does not verify: damaged, forged, or another record's content");
  }
  return plain;
}

Result<KeyId> sealed_under(ByteView sealed)
{
  if (auto status = check_header(sealed); !status) return status.error();
  KeyId id{};
  std::copy_n(sealed.begin() + key_id_at, id.size(), id.begin());
  return id;
}

std::uint64_t keyed_hash(const Key& key, std::string_view purpose, std::string_view text)
{
  const auto label = "asyncz hash " + std::string{purpose};
  std::array<std::uint8_t, crypto_shorthash_siphash24_KEYBYTES> hash_key{};
  crypto_generichash(hash_key.data(), hash_key.size(), bytes_of(label).data(), label.size(),
                     key.bytes().data(), key.bytes().size());
  std::array<std::uint8_t, crypto_shorthash_siphash24_BYTES> hash{};
  crypto_shorthash_siphash24(hash.data(), bytes_of(text).data(), text.size(), hash_key.data());
  sodium_memzero(hash_key.data(), hash_key.size());

  std::uint64_t number = 0;
  for (std::size_t i = hash.size(); i-- > 0;) number = number << 8 | hash[i];
  return number;
}

}  // namespace asyncz
