// SPDX-License-Identifier: MIT
#include "stores/file/frames.hpp"

#include "base/hash.hpp"
#include "stores/file/little_endian.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace asyncz::stores {
namespace {

constexpr std::string_view magic = "AZRF";
constexpr std::size_t header_size = 48;
constexpr std::size_t head_check_offset = 36;
constexpr std::size_t check_offset = 40;

std::uint32_t head_checksum(ByteView frame)
{
  return static_cast<std::uint32_t>(fnv1a(frame.first(head_check_offset)));
}

std::uint64_t checksum(ByteView frame)
{
  return fnv1a(frame.subspan(header_size), fnv1a(frame.first(check_offset)));
}

bool has_sound_header(ByteView bytes)
{
  return bytes.size() >= header_size && text_of(bytes.first(magic.size())) == magic &&
         get_le<std::uint32_t>(&bytes[head_check_offset]) == head_checksum(bytes);
}

// Whether it is shorter than the frame that it begins.
bool is_torn(ByteView bytes)
{
  if (bytes.size() < header_size) return magic.starts_with(text_of(bytes).substr(0, magic.size()));
  return has_sound_header(bytes) && get_le<std::uint32_t>(&bytes[4]) > bytes.size() - header_size;
}

// The frame that a sound header at the beginning of `bytes` speaks of.
std::optional<ByteView> frame_at(ByteView bytes)
{
  if (!has_sound_header(bytes)) return {};
  const auto size = get_le<std::uint32_t>(&bytes[4]);
  if (size > bytes.size() - header_size) return {};
  return bytes.first(header_size + size);
}

bool is_whole(ByteView frame)
{
  return get_le<std::uint64_t>(&frame[check_offset]) == checksum(frame);
}

RunRecord decode_frame(ByteView frame)
{
  const auto sealed = frame.subspan(header_size);
  return {
      .task_tag = get_le<std::uint64_t>(&frame[8]),
      .fence = get_le<std::uint64_t>(&frame[16]),
      .part = frame[32],
      .recorded = instant_of(static_cast<std::int64_t>(get_le<std::uint64_t>(&frame[24]))),
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
  put_le(&bytes[head_check_offset], head_checksum(bytes));
  std::copy(run.sealed.begin(), run.sealed.end(), bytes.begin() + header_size);
  put_le(&bytes[check_offset], checksum(bytes));
  return bytes;
}

// A sound header is believed how long its frame is, whatever that holds: so no byte is looked at
// for more than one frame, and the time is that of the bytes' number.
Frames decode_frames(ByteView bytes)
{
  Frames frames;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto frame = frame_at(bytes.subspan(at));
    if (!frame) {
      const auto next = text_of(bytes).find(magic, at + 1);
      if (next == std::string_view::npos) break;
      at = next;
      continue;
    }
    if (is_whole(*frame)) {
      frames.damaged |= at != frames.end;
      frames.end = at + frame->size();
      frames.views.push_back(*frame);
      frames.runs.push_back(decode_frame(*frame));
    }
    at += frame->size();
  }
  const auto rest = bytes.subspan(frames.end);
  frames.torn = !rest.empty() && is_torn(rest);
  frames.damaged |= !rest.empty() && !frames.torn;
  return frames;
}

}  // namespace asyncz::stores
