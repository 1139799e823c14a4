// SPDX-License-Identifier: MIT
#include "stores/file/history_parts.hpp"

#include "stores/file/disk.hpp"
#include "stores/file/folder.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

namespace asyncz::stores {
namespace {

constexpr std::string_view file_prefix = "WORKER-";

}  // namespace

std::optional<Part> parse_part(std::string_view name)
{
  if (!name.starts_with(file_prefix)) return std::nullopt;
  Part part;
  const auto* const end = name.data() + name.size();
  auto read = std::from_chars(name.data() + file_prefix.size(), end, part.worker);
  if (read.ec == std::errc{} && read.ptr != end && *read.ptr == '.') {
    read = std::from_chars(read.ptr + 1, end, part.number);
  }
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return part;
}

std::string name_of(const Part& part)
{
  auto name = std::string{file_prefix} + std::to_string(part.worker);
  return part.is_closed() ? name + "." + std::to_string(part.number) : name;
}

// The parts of the history by worker, each worker's oldest first.
Result<std::map<std::uint32_t, std::vector<Part>>> list_parts(int dir)
{
  std::map<std::uint32_t, std::vector<Part>> parts;
  const auto listed = each_name(dir, [&](const char* name, unsigned char) {
    if (const auto part = parse_part(name)) parts[part->worker].push_back(*part);
    return true;
  });
  if (!listed) return listed.error();
  for (auto& [worker, list] : parts) std::sort(list.begin(), list.end());
  return parts;
}

Result<Frames> read_part(int dir, const Part& part)
{
  const auto fd = open_regular(dir, name_of(part), O_RDONLY);
  if (!fd) return fd.error();
  const auto bytes = read_all(fd->get(), largest_history_file, name_of(part));
  if (!bytes) return bytes.error();
  return decode_frames(*bytes);
}

Error damaged(const Part& part)
{
  return {ErrorKind::corrupt, "the history file '" + name_of(part) + "' is damaged",
          "asyncz doctor tells more"};
}

}  // namespace asyncz::stores
