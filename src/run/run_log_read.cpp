// SPDX-License-Identifier: MIT
// Reading the output of runs, while they last and afterwards.
#include "run/log_follower.hpp"
#include "run/run_log.hpp"
#include "run/run_log_files.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace asyncz {
namespace {

constexpr std::int64_t largest_piece = std::int64_t{64} << 10;

Error no_output(std::string_view run_id)
{
  return {ErrorKind::not_found, "no output of run " + std::string{run_id} + " on this machine", {}};
}

Result<std::string> read_sealed(Vault& vault, const std::string& folder, std::string_view run_id)
{
  const auto path = log_path(folder, run_id, sealed_suffix);
  const auto file = open_log(path);
  if (!file && file.error().kind == ErrorKind::not_found) return no_output(run_id);
  struct stat status {};
  if (!file) return file.error();
  if (::fstat(file->get(), &status) != 0) return log_error("cannot read " + path, errno);
  const auto sealed = read_range(file->get(), 0, status.st_size);
  if (!sealed) return sealed.error();
  const auto text = vault.open_log(run_id, bytes_of(*sealed));
  if (!text) return text.error();
  return std::string{text_of(*text)};
}

// Until the file is unlinked, which is the last thing that happens to a clear log.
Status follow_clear(const UniqueFd& watch, LogFollower& follower, const LogSink& sink)
{
  for (;;) {
    const bool ended = follower.ended();
    const auto wanted = follower.pass_on(sink);
    if (!wanted) return wanted.error();
    if (ended || !*wanted) return {};
    std::array<char, 4096> events{};
    if (::read(watch.get(), events.data(), events.size()) < 0) return {};
  }
}

}  // namespace

std::int64_t size_of_log(int log)
{
  struct stat status {};
  return ::fstat(log, &status) == 0 ? std::int64_t{status.st_size} : 0;
}

LogParts parts_left(int log)
{
  const auto size = size_of_log(log);
  const auto hole = ::lseek(log, 0, SEEK_HOLE);
  if (hole < 0) return {};  // it is empty
  if (hole >= size) return {size, size, size};
  const auto data = ::lseek(log, hole, SEEK_DATA);
  return {size, hole, data < 0 ? size : data};
}

Result<std::string> read_range(int log, std::int64_t from, std::int64_t length)
{
  std::string text(static_cast<std::size_t>(length), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const auto got = ::pread(log, text.data() + done, text.size() - done,
                             from + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return log_error("cannot read a log", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

Result<LogPiece> read_piece(int log, std::int64_t from, std::int64_t until)
{
  const auto data = ::lseek(log, from, SEEK_DATA);
  if (data < 0 || data >= until) return LogPiece{until, {}};
  auto end = std::min(until, data + largest_piece);
  if (const auto hole = ::lseek(log, data, SEEK_HOLE); hole > data) end = std::min(end, hole);
  auto text = read_range(log, data, end - data);
  if (!text) return text.error();
  return LogPiece{end, *std::move(text)};
}

Result<std::string> read_parts(int log, const LogParts& parts)
{
  auto text = read_range(log, 0, parts.head);
  if (!text || parts.tail <= parts.head) return text;
  *text += "\n[asyncz: " + std::to_string(parts.tail - parts.head) + " bytes left out]\n";
  for (auto at = parts.tail; at < parts.size;) {
    const auto piece = read_piece(log, at, parts.size);
    if (!piece) return piece.error();
    *text += piece->text;
    at = piece->end;
  }
  return text;
}

Result<std::string> read_log(Vault& vault, std::string_view run_id)
{
  const auto folder = log_folder(vault.store());
  const auto path = log_path(folder, run_id, clear_suffix);
  const auto log = open_log(path);
  if (log) return read_parts(log->get(), parts_left(log->get()));
  if (log.error().kind != ErrorKind::not_found) return log.error();
  return read_sealed(vault, folder, run_id);
}

std::string_view last_lines(std::string_view text, std::size_t lines)
{
  if (lines == 0) return {};
  auto at = text.size();
  if (at > 0 && text.back() == '\n') --at;
  for (;;) {
    const auto newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    if (newline == std::string_view::npos) return text;
    if (--lines == 0) return text.substr(newline + 1);
    at = newline;
  }
}

Status follow_log(Vault& vault, std::string_view run_id, std::optional<std::size_t> tail,
                  const LogSink& sink)
{
  const auto folder = log_folder(vault.store());
  const auto chosen = [&](std::string_view text) { return tail ? last_lines(text, *tail) : text; };

  auto log = LogFollower::open(folder, run_id);
  if (!log && log.error().kind != ErrorKind::not_found) return log.error();
  if (!log) {
    const auto text = read_sealed(vault, folder, run_id);
    if (!text) return text.error();
    sink(chosen(*text));
    return {};
  }
  // By its descriptor, so that it is the same file even if it has just been sealed.
  const UniqueFd watch{::inotify_init1(IN_CLOEXEC)};
  const auto same_file = "/proc/self/fd/" + std::to_string(log->fd());
  if (::inotify_add_watch(watch.get(), same_file.c_str(), IN_MODIFY | IN_ATTRIB) < 0) {
    return log_error("cannot watch " + log_path(folder, run_id, clear_suffix), errno);
  }
  const auto parts = parts_left(log->fd());
  const auto text = read_parts(log->fd(), parts);
  if (!text) return text.error();
  if (!text->empty() && !sink(chosen(*text))) return {};
  log->start_at(parts.size);
  return follow_clear(watch, *log, sink);
}

}  // namespace asyncz
