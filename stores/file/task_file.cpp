// SPDX-License-Identifier: MIT
#include "stores/file/task_file.hpp"

#include "base/text.hpp"
#include "stores/file/little_endian.hpp"

#include <algorithm>
#include <cstring>

namespace asyncz::stores {
namespace {

constexpr std::string_view magic = "asyncz";
constexpr std::uint16_t format = 1;
constexpr std::size_t queue_offset = 48;
constexpr std::size_t queue_size = 64;

bool is_zero(ByteView bytes)
{
  constexpr std::array<std::uint8_t, prefix_size> zeros{};
  return std::memcmp(bytes.data(), zeros.data(), bytes.size()) == 0;
}

// The name in a field that is filled up with zeros, or nothing where other bytes follow a zero.
std::optional<std::string_view> padded_text(ByteView field)
{
  const auto size = text_of(field).find('\0');
  if (size == 0 || size == std::string_view::npos || !is_zero(field.subspan(size))) {
    return std::nullopt;
  }
  return text_of(field.first(size));
}

}  // namespace

ClaimBytes encode_claim(const Record& record)
{
  ClaimBytes bytes{};
  put_le(bytes.data(), static_cast<std::uint64_t>(record.revision));
  put_le(bytes.data() + 8, record.fence);
  put_le(bytes.data() + 16, record.worker);
  return bytes;
}

Bytes encode_task_file(const Record& record)
{
  Bytes bytes(prefix_size + record.sealed.size());
  std::copy(magic.begin(), magic.end(), bytes.begin());
  put_le(&bytes[6], format);
  put_le(&bytes[8], static_cast<std::uint64_t>(us_of(record.moment)));
  put_le(&bytes[16], static_cast<std::uint32_t>(record.priority));
  put_le(&bytes[20], static_cast<std::uint32_t>(record.sealed.size()));
  const auto claim = encode_claim(record);
  std::copy(claim.begin(), claim.end(), bytes.begin() + claim_offset);
  std::copy(record.queue.begin(), record.queue.end(), bytes.begin() + queue_offset);
  std::copy(record.sealed.begin(), record.sealed.end(), bytes.begin() + prefix_size);
  return bytes;
}

std::optional<Prefix> decode_prefix(ByteView bytes)
{
  if (bytes.size() < prefix_size || text_of(bytes.first(magic.size())) != magic) return {};
  if (get_le<std::uint16_t>(&bytes[6]) != format) return {};
  const auto queue = padded_text(bytes.subspan(queue_offset, queue_size));
  if (!queue || !is_zero(bytes.subspan(queue_offset + queue_size, 16)) ||
      !is_zero(bytes.subspan(44, 4))) {
    return {};
  }
  return Prefix{
      .moment = instant_of(static_cast<std::int64_t>(get_le<std::uint64_t>(&bytes[8]))),
      .priority = static_cast<std::int32_t>(get_le<std::uint32_t>(&bytes[16])),
      .sealed_size = get_le<std::uint32_t>(&bytes[20]),
      .revision = static_cast<std::int64_t>(get_le<std::uint64_t>(&bytes[24])),
      .fence = get_le<std::uint64_t>(&bytes[32]),
      .worker = get_le<std::uint32_t>(&bytes[40]),
      .queue = *queue,
  };
}

Result<Record> decode_task_file(std::string_view id, ByteView bytes)
{
  const auto prefix = decode_prefix(bytes);
  if (!prefix || prefix->priority < -9 || prefix->priority > 9 ||
      bytes.size() != prefix_size + prefix->sealed_size) {
    return Error{ErrorKind::corrupt,
                 "the file of task '" + printable(id) + "' is not what asyncz writes",
                 "asyncz doctor tells more"};
  }
  return Record{
      .id = std::string{id},
      .moment = prefix->moment,
      .queue = std::string{prefix->queue},
      .priority = prefix->priority,
      .revision = prefix->revision,
      .fence = prefix->fence,
      .worker = prefix->worker,
      .sealed = {bytes.begin() + prefix_size, bytes.end()},
  };
}

}  // namespace asyncz::stores
