// SPDX-License-Identifier: MIT
#include "run/http_server.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t largest_request = 8192;
constexpr std::size_t most_connections = 16;
constexpr auto patience = 5s;
constexpr auto rest_after_error = 1s;
constexpr int backlog = 16;

// --- Addresses ----------------------------------------------------------------------------------

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Error no_address(std::string_view text)
{
  return {ErrorKind::usage, fmt::format("'{}' is no address to listen at", printable(text)),
          "it is PORT, ADDRESS:PORT or [ADDRESS]:PORT, such as 127.0.0.1:9188"};
}

std::optional<Address> address_of(std::string host, std::uint16_t port)
{
  Address address;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (host.empty() || host == "localhost") host = "127.0.0.1";
  if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    return address;
  }
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6->sin6_addr) != 1) {
    return std::nullopt;
  }
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  address.size = sizeof *v6;
  return address;
}

Result<Address> parse_address(std::string_view text)
{
  const auto colon = text.rfind(':');
  const bool bare = colon == std::string_view::npos;
  const auto digits = bare ? text : text.substr(colon + 1);
  const auto port = parse_number<std::uint16_t>(digits);
  if (!port) return no_address(text);
  const auto address = address_of(std::string{bare ? "" : text.substr(0, colon)}, *port);
  if (!address) return no_address(text);
  return *address;
}

std::string text_of(const Address& address)
{
  std::array<char, INET6_ADDRSTRLEN> host{};
  const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  if (address.storage.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &v4->sin_addr, host.data(), host.size());
    return fmt::format("{}:{}", host.data(), ntohs(v4->sin_port));
  }
  ::inet_ntop(AF_INET6, &v6->sin6_addr, host.data(), host.size());
  return fmt::format("[{}]:{}", host.data(), ntohs(v6->sin6_port));
}

// --- Requests and responses ---------------------------------------------------------------------

std::string_view reason_of(int status)
{
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Bad Request";
  }
}

std::string bytes_of(const HttpResponse& response, bool with_body = true)
{
  return fmt::format(
             "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n"
             "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{}\r\n",
             response.status, reason_of(response.status), response.type, response.body.size(),
             response.status == 405 ? "Allow: GET, HEAD\r\n" : "") +
         (with_body ? response.body : "");
}

HttpResponse refusal(int status)
{
  HttpResponse response;
  response.status = status;
  response.body = fmt::format("{}\n", reason_of(status));
  return response;
}

std::string_view header(const std::vector<std::string_view>& lines, std::string_view name)
{
  for (const auto line : lines) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && lower(line.substr(0, colon)) == name) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return {};
}

std::string answer_to(std::string_view head, const HttpServer::Handler& handler)
{
  auto lines = split(head, '\n');
  for (auto& line : lines) line = trimmed(line);
  const auto words = split(lines.front(), ' ');
  if (words.size() != 3 || !words[2].starts_with("HTTP/1.")) return bytes_of(refusal(400));
  const bool get = words[0] == "GET";
  if (!get && words[0] != "HEAD") return bytes_of(refusal(405));
  const auto path = words[1].substr(0, words[1].find('?'));
  return bytes_of(handler({path, header(lines, "accept")}), get);
}

}  // namespace

// --- The server ---------------------------------------------------------------------------------

HttpServer::HttpServer(UniqueFd listener, std::string address)
    : listener_{std::move(listener)}, address_{std::move(address)}
{
}

Result<HttpServer> HttpServer::listen(std::string_view text)
{
  auto address = parse_address(text);
  if (!address) return address.error();
  auto* const raw = reinterpret_cast<sockaddr*>(&address->storage);
  UniqueFd fd{::socket(raw->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int yes = 1;
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
      ::bind(fd.get(), raw, address->size) < 0 || ::listen(fd.get(), backlog) < 0 ||
      ::getsockname(fd.get(), raw, &address->size) < 0) {
    const bool taken = errno == EADDRINUSE;
    return Error{errno == EACCES ? ErrorKind::denied : ErrorKind::failed,
                 fmt::format("cannot listen at {}: {}", text_of(*address), std::strerror(errno)),
                 taken ? "another process has this port: end it, or name another one" : ""};
  }
  return HttpServer{std::move(fd), text_of(*address)};
}

void HttpServer::serve(const Handler& handler, int stop)
{
  while (wait(stop)) {
    for (auto* const connection : std::exchange(ready_, {})) {
      const bool goes_on =
          connection->output.empty() ? read(*connection, handler) : write(*connection);
      if (!goes_on) connection->fd.reset();
    }
    const auto now = Steady::now();
    connections_.remove_if(
        [&](const Connection& connection) { return !connection.fd || now >= connection.deadline; });
    if (std::exchange(calls_, false)) accept();
  }
  connections_.clear();
}

bool HttpServer::wait(int stop)
{
  if (rest_ && has_come(*rest_)) rest_.reset();
  std::vector<pollfd> fds{{stop, POLLIN, 0}, {rest_ ? -1 : listener_.get(), POLLIN, 0}};
  for (const auto& connection : connections_) {
    const short wanted = connection.output.empty() ? POLLIN : POLLOUT;
    fds.push_back({connection.fd.get(), wanted, 0});
  }
  ::poll(fds.data(), fds.size(), patience_left());
  auto fd = fds.begin() + 2;
  for (auto& connection : connections_) {
    if ((fd++)->revents != 0) ready_.push_back(&connection);
  }
  calls_ = fds[1].revents != 0;
  return fds[0].revents == 0;
}

// Milliseconds, for poll(2).
int HttpServer::patience_left() const
{
  auto due = rest_;
  for (const auto& connection : connections_) {
    due = std::min(due.value_or(connection.deadline), connection.deadline);
  }
  if (!due) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Steady::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

// Where there are too many, the one that has been there longest has to go.
void HttpServer::accept()
{
  UniqueFd fd{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!fd) {
    const bool gone = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    if (!gone) rest_ = from_now(rest_after_error);
    return;
  }
  if (connections_.size() == most_connections) connections_.pop_front();
  connections_.push_back({std::move(fd), from_now(patience), {}, {}, 0});
}

bool HttpServer::read(Connection& connection, const Handler& handler)
{
  std::array<char, 2048> piece{};
  const auto count = ::recv(connection.fd.get(), piece.data(), piece.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  if (count == 0) return false;
  auto& input = connection.input;
  input.append(piece.data(), static_cast<std::size_t>(count));
  const auto end = std::min(input.find("\r\n\r\n"), input.find("\n\n"));
  if (end != std::string::npos) {
    connection.output = answer_to(std::string_view{input}.substr(0, end), handler);
    connection.deadline = from_now(patience);
  } else if (input.size() > largest_request) {
    connection.output = bytes_of(refusal(431));
  } else {
    return true;
  }
  return write(connection);
}

bool HttpServer::write(Connection& connection)
{
  const auto rest = std::string_view{connection.output}.substr(connection.sent);
  const auto count = ::send(connection.fd.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  connection.sent += static_cast<std::size_t>(count);
  return connection.sent < connection.output.size();
}

}  // namespace asyncz
