// SPDX-License-Identifier: MIT
// Where the servers are, and how a connection to them is made.
#pragma once

#include "base/result.hpp"
#include "stores/mongo/bson.hpp"
#include "time/instant.hpp"

#include <memory>
#include <optional>
#include <string>

namespace asyncz::stores::mongo {

struct DeploymentOptions {
  std::string url;                      // all that libmongoc is to know
  std::string database;                 // where the URL names none
  std::optional<std::string> password;  // where the URL has none
  Duration timeout = std::chrono::seconds{10};
};

class Deployment {
 public:
  struct DestroyClient {
    const Library* library;
    void operator()(mongoc_client_t* client) const { library->client_destroy(client); }
  };
  using Client = std::unique_ptr<mongoc_client_t, DestroyClient>;

  //   failed  no client library
  //   usage   the URL cannot be read, or asks for less than a store promises
  //   denied  a user's password is missing
  static Result<Deployment> open(const DeploymentOptions& options);

  // Nothing has been said to a server yet.
  //   failed  the library cannot, such as for want of TLS
  [[nodiscard]] Result<Client> connect() const;

  [[nodiscard]] const Library& library() const { return *library_; }
  [[nodiscard]] const std::string& database() const { return database_; }
  // For messages: hosts and ports, no secrets.
  [[nodiscard]] const std::string& text() const { return text_; }
  // How long a server may take to answer.
  [[nodiscard]] Duration timeout() const { return timeout_; }

  // What an error of libmongoc's means.
  [[nodiscard]] Error error_of(const bson_error_t& error) const;
  // What a server's refusal means, by its number.
  [[nodiscard]] Error refusal_of(std::int64_t code, std::string_view message) const;
  // Whether it was not a server's answer, or the answer of one that is not the primary (any more).
  [[nodiscard]] static bool is_lost(const bson_error_t& error);

 private:
  using Uri = std::shared_ptr<mongoc_uri_t>;

  Deployment(std::shared_ptr<const Library> library, Uri uri, const DeploymentOptions& options);
  Status check_options() const;
  Status check_credentials() const;
  void set_timeouts() const;

  std::shared_ptr<const Library> library_;
  Uri uri_;
  std::string database_;
  std::string text_;
  Duration timeout_;
};

}  // namespace asyncz::stores::mongo
