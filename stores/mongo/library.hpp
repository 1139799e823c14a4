// SPDX-License-Identifier: MIT
// libmongoc, opened when the first MongoDB store is: who has none of these need not have it.
#pragma once

#include "base/result.hpp"

#include <mongoc/mongoc.h>

#include <memory>

namespace asyncz::stores::mongo {

// What we use of it and of libbson, which comes with it, each function under its own name without
// mongoc_. It stays in the process: it cannot be begun twice.
struct Library {
  //   failed  it is not installed, or too old
  static Result<std::shared_ptr<const Library>> open();

  decltype(&::mongoc_change_stream_destroy) change_stream_destroy = nullptr;
  decltype(&::mongoc_change_stream_error_document) change_stream_error_document = nullptr;
  decltype(&::mongoc_change_stream_next) change_stream_next = nullptr;
  decltype(&::mongoc_client_command_simple) client_command_simple = nullptr;
  decltype(&::mongoc_client_destroy) client_destroy = nullptr;
  decltype(&::mongoc_client_get_collection) client_get_collection = nullptr;
  decltype(&::mongoc_client_new_from_uri) client_new_from_uri = nullptr;
  decltype(&::mongoc_client_set_appname) client_set_appname = nullptr;
  decltype(&::mongoc_client_set_error_api) client_set_error_api = nullptr;
  decltype(&::mongoc_collection_destroy) collection_destroy = nullptr;
  decltype(&::mongoc_collection_find_with_opts) collection_find_with_opts = nullptr;
  decltype(&::mongoc_collection_watch) collection_watch = nullptr;
  decltype(&::mongoc_cursor_destroy) cursor_destroy = nullptr;
  decltype(&::mongoc_cursor_error_document) cursor_error_document = nullptr;
  decltype(&::mongoc_cursor_next) cursor_next = nullptr;
  decltype(&::mongoc_init) init = nullptr;
  decltype(&::mongoc_log_set_handler) log_set_handler = nullptr;
  decltype(&::mongoc_uri_destroy) uri_destroy = nullptr;
  decltype(&::mongoc_uri_get_auth_mechanism) uri_get_auth_mechanism = nullptr;
  decltype(&::mongoc_uri_get_database) uri_get_database = nullptr;
  decltype(&::mongoc_uri_get_hosts) uri_get_hosts = nullptr;
  decltype(&::mongoc_uri_get_option_as_utf8) uri_get_option_as_utf8 = nullptr;
  decltype(&::mongoc_uri_get_password) uri_get_password = nullptr;
  decltype(&::mongoc_uri_get_username) uri_get_username = nullptr;
  decltype(&::mongoc_uri_has_option) uri_has_option = nullptr;
  decltype(&::mongoc_uri_new_with_error) uri_new_with_error = nullptr;
  decltype(&::mongoc_uri_set_option_as_bool) uri_set_option_as_bool = nullptr;
  decltype(&::mongoc_uri_set_option_as_int32) uri_set_option_as_int32 = nullptr;
  decltype(&::mongoc_uri_set_password) uri_set_password = nullptr;

  decltype(&::bson_append_array) append_array = nullptr;
  decltype(&::bson_append_binary) append_binary = nullptr;
  decltype(&::bson_append_bool) append_bool = nullptr;
  decltype(&::bson_append_document) append_document = nullptr;
  decltype(&::bson_append_int64) append_int64 = nullptr;
  decltype(&::bson_append_null) append_null = nullptr;
  decltype(&::bson_append_utf8) append_utf8 = nullptr;
  decltype(&::bson_destroy) destroy = nullptr;
  decltype(&::bson_get_data) get_data = nullptr;
  decltype(&::bson_init_static) init_static = nullptr;
  decltype(&::bson_iter_array) iter_array = nullptr;
  decltype(&::bson_iter_binary) iter_binary = nullptr;
  decltype(&::bson_iter_bool) iter_bool = nullptr;
  decltype(&::bson_iter_date_time) iter_date_time = nullptr;
  decltype(&::bson_iter_document) iter_document = nullptr;
  decltype(&::bson_iter_double) iter_double = nullptr;
  decltype(&::bson_iter_init) iter_init = nullptr;
  decltype(&::bson_iter_int32) iter_int32 = nullptr;
  decltype(&::bson_iter_int64) iter_int64 = nullptr;
  decltype(&::bson_iter_key) iter_key = nullptr;
  decltype(&::bson_iter_next) iter_next = nullptr;
  decltype(&::bson_iter_type) iter_type = nullptr;
  decltype(&::bson_iter_utf8) iter_utf8 = nullptr;
  decltype(&::bson_new) make = nullptr;
};

}  // namespace asyncz::stores::mongo
