// SPDX-License-Identifier: MIT
// Sealed records: authenticated encryption bound to what the record is and whose
// (asyncz-record(5)).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "seal/key.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asyncz {

enum class SealKind : std::uint8_t { task = 1, run = 2, worker = 3, note = 4, log = 5 };
enum class SealAlgorithm : std::uint8_t { aes256_gcm = 1, xchacha20_poly1305 = 2 };

inline constexpr std::size_t seal_header_size = 40;
inline constexpr std::size_t seal_overhead = seal_header_size + 16;

// AES-256-GCM where this CPU has it, else XChaCha20-Poly1305.
[[nodiscard]] SealAlgorithm default_algorithm();

// Fresh random nonces, many with one system call. For one piece of work: it must not live across a
// fork, after which two processes would draw the same.
class Nonces {
 public:
  using Nonce = std::array<std::uint8_t, 24>;

  // `expected`: how many will be drawn, as far as is known.
  explicit Nonces(std::size_t expected = 1) : expected_{expected} {}
  Nonces(const Nonces&) = delete;
  Nonces& operator=(const Nonces&) = delete;

  [[nodiscard]] Nonce next();

 private:
  void draw();

  std::array<Nonce, 64> drawn_;
  std::size_t left_ = 0;
  std::size_t expected_;
};

// A sealed copy of `plain`. `id` is that of the task, run or note.
[[nodiscard]] Bytes seal(const Key& key, SealKind kind, std::string_view id, ByteView plain,
                         Nonces& nonces, SealAlgorithm algorithm = default_algorithm());
[[nodiscard]] Bytes seal(const Key& key, SealKind kind, std::string_view id, ByteView plain,
                         SealAlgorithm algorithm = default_algorithm());

// The plaintext.
//   corrupt  cut, altered, another kind's or id's; sealed under a key that the ring does not hold
//            (the message names its id); AES-256-GCM on a CPU without it
Result<Bytes> open(const Keyring& keys, SealKind kind, std::string_view id, ByteView sealed);

// The id of the key that a record says it is sealed under.
//   corrupt  this is no sealed record
Result<KeyId> sealed_under(ByteView sealed);

// A 64-bit hash of `text` under the key (SipHash-2-4 with a key derived for `purpose`): tells equal
// from different to who cannot know the text.
[[nodiscard]] std::uint64_t keyed_hash(const Key& key, std::string_view purpose,
                                       std::string_view text);

}  // namespace asyncz
