// SPDX-License-Identifier: MIT
#include "stores/mongo/library.hpp"

#include "stores/client_library.hpp"

#include <cstdlib>

namespace asyncz::stores::mongo {
namespace {

void find_driver(Functions& functions, Library& library)
{
  functions.find(library.change_stream_destroy, "mongoc_change_stream_destroy");
  functions.find(library.change_stream_error_document, "mongoc_change_stream_error_document");
  functions.find(library.change_stream_next, "mongoc_change_stream_next");
  functions.find(library.client_command_simple, "mongoc_client_command_simple");
  functions.find(library.client_destroy, "mongoc_client_destroy");
  functions.find(library.client_get_collection, "mongoc_client_get_collection");
  functions.find(library.client_new_from_uri, "mongoc_client_new_from_uri");
  functions.find(library.client_set_appname, "mongoc_client_set_appname");
  functions.find(library.client_set_error_api, "mongoc_client_set_error_api");
  functions.find(library.collection_destroy, "mongoc_collection_destroy");
  functions.find(library.collection_find_with_opts, "mongoc_collection_find_with_opts");
  functions.find(library.collection_watch, "mongoc_collection_watch");
  functions.find(library.cursor_destroy, "mongoc_cursor_destroy");
  functions.find(library.cursor_error_document, "mongoc_cursor_error_document");
  functions.find(library.cursor_next, "mongoc_cursor_next");
  functions.find(library.init, "mongoc_init");
  functions.find(library.log_set_handler, "mongoc_log_set_handler");
  functions.find(library.uri_destroy, "mongoc_uri_destroy");
  functions.find(library.uri_get_auth_mechanism, "mongoc_uri_get_auth_mechanism");
  functions.find(library.uri_get_database, "mongoc_uri_get_database");
  functions.find(library.uri_get_hosts, "mongoc_uri_get_hosts");
  functions.find(library.uri_get_option_as_utf8, "mongoc_uri_get_option_as_utf8");
  functions.find(library.uri_get_password, "mongoc_uri_get_password");
  functions.find(library.uri_get_username, "mongoc_uri_get_username");
  functions.find(library.uri_has_option, "mongoc_uri_has_option");
  functions.find(library.uri_new_with_error, "mongoc_uri_new_with_error");
  functions.find(library.uri_set_option_as_bool, "mongoc_uri_set_option_as_bool");
  functions.find(library.uri_set_option_as_int32, "mongoc_uri_set_option_as_int32");
  functions.find(library.uri_set_password, "mongoc_uri_set_password");
}

void find_bson(Functions& functions, Library& library)
{
  functions.find(library.append_array, "bson_append_array");
  functions.find(library.append_binary, "bson_append_binary");
  functions.find(library.append_bool, "bson_append_bool");
  functions.find(library.append_document, "bson_append_document");
  functions.find(library.append_int64, "bson_append_int64");
  functions.find(library.append_null, "bson_append_null");
  functions.find(library.append_utf8, "bson_append_utf8");
  functions.find(library.destroy, "bson_destroy");
  functions.find(library.get_data, "bson_get_data");
  functions.find(library.init_static, "bson_init_static");
  functions.find(library.iter_array, "bson_iter_array");
  functions.find(library.iter_binary, "bson_iter_binary");
  functions.find(library.iter_bool, "bson_iter_bool");
  functions.find(library.iter_date_time, "bson_iter_date_time");
  functions.find(library.iter_document, "bson_iter_document");
  functions.find(library.iter_double, "bson_iter_double");
  functions.find(library.iter_init, "bson_iter_init");
  functions.find(library.iter_int32, "bson_iter_int32");
  functions.find(library.iter_int64, "bson_iter_int64");
  functions.find(library.iter_key, "bson_iter_key");
  functions.find(library.iter_next, "bson_iter_next");
  functions.find(library.iter_type, "bson_iter_type");
  functions.find(library.iter_utf8, "bson_iter_utf8");
  functions.find(library.make, "bson_new");
}

// As soon as it is opened it counts what it does in shared memory, which a process that is killed
// leaves behind in /dev/shm. Nobody reads ours.
void* open_driver()
{
  static void* const driver = [] {
    constexpr const char* without = "MONGOC_DISABLE_SHM";
    const bool unset = std::getenv(without) == nullptr;
    if (unset) ::setenv(without, "1", 0);
    void* const opened = open_library(libmongoc);
    if (unset) ::unsetenv(without);
    return opened;
  }();
  return driver;
}

}  // namespace

Result<std::shared_ptr<const Library>> Library::open()
{
  void* const handle = open_driver();
  if (handle == nullptr) {
    return Error{ErrorKind::failed, "MongoDB's client library libmongoc-1.0.so.0 is not installed",
                 "install it (Debian: libmongoc-1.0-0)"};
  }
  auto library = std::make_shared<Library>();
  Functions functions{handle};
  find_driver(functions, *library);
  find_bson(functions, *library);
  if (!functions.complete()) {
    return Error{ErrorKind::failed, "MongoDB's client library libmongoc-1.0.so.0 is too old",
                 "install version 1.14 or later"};
  }
  library->log_set_handler(nullptr, nullptr);  // what goes wrong is in the errors as well
  library->init();
  return std::shared_ptr<const Library>{std::move(library)};
}

}  // namespace asyncz::stores::mongo
