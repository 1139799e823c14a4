// SPDX-License-Identifier: MIT
// A server of small texts for scrapers and probes: GET and HEAD of HTTP/1.1, an answer a
// connection. It is ours because that little takes less than linking, starting and hardening a
// library does.
#pragma once

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "run/wait.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>

namespace asyncz {

struct HttpRequest {
  std::string_view path;    // without its query
  std::string_view accept;  // what the client would like to get
};

struct HttpResponse {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // `9188` and `:9188` are of the loopback address; else `ADDRESS:PORT`, `[ADDRESS]:PORT`. A port
  // of 0 becomes one that is free.
  //   usage   no such address can be meant
  //   failed  it cannot be had, since another process has it
  static Result<HttpServer> listen(std::string_view address);

  // Where it listens: `127.0.0.1:9188`.
  [[nodiscard]] const std::string& address() const { return address_; }

  // Answers until `stop` is readable. Requests are limited in size, connections in number and time,
  // so that whatever a client does costs the others little.
  void serve(const Handler& handler, int stop);

 private:
  struct Connection {
    UniqueFd fd;
    Steady::time_point deadline;
    std::string input;
    std::string output;
    std::size_t sent = 0;
  };

  HttpServer(UniqueFd listener, std::string address);

  bool wait(int stop);  // false: to stop
  [[nodiscard]] int patience_left() const;
  void accept();
  // False: the connection is over.
  bool read(Connection& connection, const Handler& handler);
  static bool write(Connection& connection);

  UniqueFd listener_;
  std::string address_;
  std::list<Connection> connections_;  // the oldest first
  std::list<Connection*> ready_;
  bool calls_ = false;                      // somebody wants to connect
  std::optional<Steady::time_point> rest_;  // no descriptor is left for the next connection
};

}  // namespace asyncz
