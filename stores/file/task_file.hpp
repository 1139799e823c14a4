// SPDX-License-Identifier: MIT
// The bytes of a task's file: a clear prefix of 128 bytes, then the sealed record.
//
//   offset  size
//        0     6  "asyncz"
//        6     2  format: 1
//        8     8  moment, microseconds since the Unix epoch, signed
//       16     4  priority, signed
//       20     4  size of the sealed record in bytes
//       24     8  revision, signed    ┐
//       32     8  fence               │ written in place when the task is reserved
//       40     4  worker              │
//       44     4  zero                ┘
//       48    64  queue, filled up with zeros
//      112    16  zero
//      128        the sealed record, to the end of the file
//
// Numbers are little-endian.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "store/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace asyncz::stores {

inline constexpr std::size_t prefix_size = 128;
inline constexpr std::size_t claim_offset = 24;
inline constexpr std::size_t claim_size = 24;
inline constexpr std::size_t largest_sealed = std::size_t{16} << 20;

// The clear prefix; `queue` is a view of the bytes that it was read from.
struct Prefix {
  Instant moment = never;
  int priority = 0;
  std::uint32_t sealed_size = 0;
  std::int64_t revision = 0;
  std::uint64_t fence = 0;
  std::uint32_t worker = 0;
  std::string_view queue;
};

using ClaimBytes = std::array<std::uint8_t, claim_size>;

// The whole file.
[[nodiscard]] Bytes encode_task_file(const Record& record);

// The 24 bytes from `claim_offset` on.
[[nodiscard]] ClaimBytes encode_claim(const Record& record);

// Nothing where these are not the first 128 bytes that encode_task_file() gives.
[[nodiscard]] std::optional<Prefix> decode_prefix(ByteView bytes);

//   corrupt  this is not what encode_task_file() gives
Result<Record> decode_task_file(std::string_view id, ByteView bytes);

}  // namespace asyncz::stores
