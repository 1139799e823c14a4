// SPDX-License-Identifier: MIT
#include "stores/mongo/deployment.hpp"

#include "base/text.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

// What a server refuses with, and what that means; without `what` it is what the server says.
struct Meaning {
  std::int64_t code;
  ErrorKind kind;
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view give_password =
    "give user and password in the URL, or the password in password_file or ASYNCZ_STORE_PASSWORD; "
    "the URL's authSource names the database that knows the user";

constexpr std::string_view look_at_log = "look into the server's log; its disk may be full";
constexpr std::string_view look_at_members = "look at its rs.status(): members may be down";

constexpr std::array meanings{
    Meaning{1, ErrorKind::unavailable, {}, look_at_log},
    Meaning{8, ErrorKind::unavailable, {}, look_at_log},
    Meaning{13, ErrorKind::denied, {}, "let this user do it: asyncz-store(7), Rights"},
    Meaning{18, ErrorKind::denied, "user or password is wrong", give_password},
    Meaning{8000, ErrorKind::denied, {}, give_password},
    Meaning{50, ErrorKind::unavailable, "it took too long", "try again later"},
    Meaning{64, ErrorKind::unavailable, "too few of its members answer", look_at_members},
    Meaning{100, ErrorKind::unavailable, "it has too few members to keep what is written",
            look_at_members},
    Meaning{146, ErrorKind::unavailable, "its memory is full", "give it more, or try again later"},
    Meaning{14031, ErrorKind::unavailable, "its disk is full", "make room on it"},
};

// It is shutting down, stepping down, or not the primary.
constexpr std::array<std::uint32_t, 13> not_primary{6,     7,     89,    91,    189,   262,  9001,
                                                    10058, 10107, 11600, 11602, 13435, 13436};

std::string text_of_hosts(const mongoc_host_list_t* hosts)
{
  std::string text;
  for (; hosts != nullptr; hosts = hosts->next) {
    if (!text.empty()) text += ',';
    text += printable(hosts->host_and_port);
  }
  return text;
}

}  // namespace

Deployment::Deployment(std::shared_ptr<const Library> library, Uri uri,
                       const DeploymentOptions& options)
    : library_{std::move(library)},
      uri_{std::move(uri)},
      text_{text_of_hosts(library_->uri_get_hosts(uri_.get()))},
      timeout_{options.timeout}
{
  const char* const database = library_->uri_get_database(uri_.get());
  database_ = database != nullptr && *database != '\0' ? database : options.database;
}

Result<Deployment> Deployment::open(const DeploymentOptions& options)
{
  auto library = Library::open();
  if (!library) return library.error();
  bson_error_t error{};
  const Uri uri{(*library)->uri_new_with_error(options.url.c_str(), &error),
                [library = *library](mongoc_uri_t* owned) {
                  if (owned != nullptr) library->uri_destroy(owned);
                }};
  if (!uri) {
    // The reason may quote a password.
    return Error{
        ErrorKind::usage, "the store's URL 'mongodb://…' cannot be read",
        "write it as mongodb://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, with %XX for "
        "special bytes"};
  }
  const Deployment deployment{*std::move(library), uri, options};
  if (options.password && deployment.library_->uri_get_username(uri.get()) != nullptr) {
    deployment.library_->uri_set_password(uri.get(), options.password->c_str());
  }
  if (auto checked = deployment.check_options(); !checked) return checked.error();
  if (auto checked = deployment.check_credentials(); !checked) return checked.error();
  deployment.set_timeouts();
  return deployment;
}

Status Deployment::check_options() const
{
  const auto is_other_than = [&](const char* option, const char* text) {
    const char* const given = library_->uri_get_option_as_utf8(uri_.get(), option, nullptr);
    return given != nullptr ? ::strcasecmp(given, text) != 0
                            : library_->uri_has_option(uri_.get(), option);
  };
  if (is_other_than(MONGOC_URI_W, "majority")) {
    return Error{ErrorKind::usage, "a MongoDB store's writes always wait for the majority",
                 "leave w out of the store's URL"};
  }
  if (is_other_than(MONGOC_URI_READPREFERENCE, "primary")) {
    return Error{ErrorKind::usage, "a MongoDB store's reads always ask the primary",
                 "leave readPreference out of the store's URL"};
  }
  return {};
}

// libmongoc 1.23 ends the process where it has none for SCRAM. The mechanisms that are left go by a
// certificate or a ticket.
Status Deployment::check_credentials() const
{
  if (library_->uri_get_username(uri_.get()) == nullptr) return {};
  if (library_->uri_get_password(uri_.get()) != nullptr) return {};
  const char* const named = library_->uri_get_auth_mechanism(uri_.get());
  const std::string_view mechanism = named != nullptr ? named : "SCRAM-SHA-256";
  if (!mechanism.starts_with("SCRAM-") && mechanism != "PLAIN") return {};
  return Error{ErrorKind::denied, "the store's URL names a user whose password is missing",
               std::string{give_password}};
}

// One that is down fails at once; where there may be another, an election is waited for.
void Deployment::set_timeouts() const
{
  const auto milliseconds = static_cast<std::int32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(timeout_).count());
  for (const auto* option : {MONGOC_URI_CONNECTTIMEOUTMS, MONGOC_URI_SOCKETTIMEOUTMS,
                             MONGOC_URI_SERVERSELECTIONTIMEOUTMS}) {
    if (library_->uri_has_option(uri_.get(), option)) continue;
    library_->uri_set_option_as_int32(uri_.get(), option, milliseconds);
  }
  const auto* const hosts = library_->uri_get_hosts(uri_.get());
  const bool several = (hosts != nullptr && hosts->next != nullptr) ||
                       library_->uri_has_option(uri_.get(), MONGOC_URI_REPLICASET);
  if (several && !library_->uri_has_option(uri_.get(), MONGOC_URI_SERVERSELECTIONTRYONCE)) {
    library_->uri_set_option_as_bool(uri_.get(), MONGOC_URI_SERVERSELECTIONTRYONCE, false);
  }
}

Result<Deployment::Client> Deployment::connect() const
{
  Client client{library_->client_new_from_uri(uri_.get()), {library_.get()}};
  if (!client) {
    return Error{ErrorKind::failed, "this libmongoc cannot do what the store's URL asks for",
                 "leave out the URL's options on TLS and authentication, or install a libmongoc "
                 "that has them"};
  }
  library_->client_set_error_api(client.get(), MONGOC_ERROR_API_VERSION_2);
  library_->client_set_appname(client.get(), "asyncz");
  return client;
}

bool Deployment::is_lost(const bson_error_t& error)
{
  if (error.domain == MONGOC_ERROR_STREAM || error.domain == MONGOC_ERROR_SERVER_SELECTION) {
    return true;
  }
  return error.domain == MONGOC_ERROR_SERVER &&
         std::find(not_primary.begin(), not_primary.end(), error.code) != not_primary.end();
}

Error Deployment::error_of(const bson_error_t& error) const
{
  const bool refused =
      error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE;
  if (refused) return refusal_of(18, error.message);
  if (error.domain == MONGOC_ERROR_SERVER && !is_lost(error)) {
    return refusal_of(error.code, error.message);
  }
  return {ErrorKind::unavailable,
          "the MongoDB server at " + text_ + " cannot be used: " + printable(error.message),
          "start it, or correct the store's URL"};
}

Error Deployment::refusal_of(std::int64_t code, std::string_view message) const
{
  Error error{ErrorKind::failed, printable(message), {}};
  for (const auto& meaning : meanings) {
    if (meaning.code != code) continue;
    error.kind = meaning.kind;
    if (!meaning.what.empty()) error.what = meaning.what;
    error.hint = meaning.hint;
  }
  return error.in("the MongoDB server at " + text_);
}

}  // namespace asyncz::stores::mongo
