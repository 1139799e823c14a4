// SPDX-License-Identifier: MIT
#include "stores/file/frames.hpp"

#include "stores/file/hash.hpp"
#include "stores/file/little_endian.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace asyncz::stores {
namespace {

constexpr std::string_view magic = "AZRF";
constexpr std::size_t header_size = 48;
constexpr std::size_t checked_size = 40;  // of the header

std::uint64_t checksum(ByteView header, ByteView sealed)
{
  return fnv1a(sealed, fnv1a(header.first(checked_size)));
}

// The frame at the beginning of `bytes`, if there is a whole one.
std::optional<RunRecord> decode_frame(ByteView bytes)
{
  if (bytes.size() < header_size || text_of(bytes.first(magic.size())) != magic) return {};
  const auto size = get_le<std::uint32_t>(&bytes[4]);
  if (size > bytes.size() - header_size) return {};
  const auto sealed = bytes.subspan(header_size, size);
  if (get_le<std::uint64_t>(&bytes[checked_size]) != checksum(bytes, sealed)) return {};
  return RunRecord{
      .task_tag = get_le<std::uint64_t>(&bytes[8]),
      .fence = get_le<std::uint64_t>(&bytes[16]),
      .part = bytes[32],
      .recorded = instant_of(static_cast<std::int64_t>(get_le<std::uint64_t>(&bytes[24]))),
      .sealed = {sealed.begin(), sealed.end()},
  };
}

}  // namespace

Bytes encode_frame(const RunRecord& run)
{
  Bytes bytes(header_size + run.sealed.size());
  std::copy(magic.begin(), magic.end(), bytes.begin());
  put_le(&bytes[4], static_cast<std::uint32_t>(run.sealed.size()));
  put_le(&bytes[8], run.task_tag);
  put_le(&bytes[16], run.fence);
  put_le(&bytes[24], static_cast<std::uint64_t>(us_of(run.recorded)));
  bytes[32] = run.part;
  put_le(&bytes[checked_size], checksum(bytes, run.sealed));
  std::copy(run.sealed.begin(), run.sealed.end(), bytes.begin() + header_size);
  return bytes;
}

Frames decode_frames(ByteView bytes)
{
  Frames frames;
  for (std::size_t at = 0; at < bytes.size();) {
    auto run = decode_frame(bytes.subspan(at));
    if (!run) {
      const auto next = text_of(bytes).find(magic, at + 1);
      if (next == std::string_view::npos) break;
      at = next;
      continue;
    }
    frames.damaged |= at != frames.end;
    at += header_size + run->sealed.size();
    frames.end = at;
    frames.runs.push_back(*std::move(run));
  }
  return frames;
}

}  // namespace asyncz::stores
